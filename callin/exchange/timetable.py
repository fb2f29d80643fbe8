"""What is still to happen, in order of time and then of cause; filled by the exchange, emptied by its runner."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime

Errand = Callable[[], None]
"""Work to be done without the exchange's lock: a network request."""
Callback = Callable[[], Errand | None]


class Handle:
    """One thing that is due; `cancel` it and it never happens. What has one cause has one number for it."""

    __slots__ = ("callback", "cause", "due")

    def __init__(self, *, due: datetime, callback: Callback, cause: int) -> None:
        self.due = due
        self.cause = cause
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """It will not happen."""
        self.callback = None


class Timetable:
    """A heap of (due, order of cause, what to do)."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Handle]] = []
        self._added = 0

    def add(self, due: datetime, callback: Callback, *, cause: int = 0) -> Handle:
        """`callback` happens at `due`, after everything already due then."""
        handle = Handle(due=due, callback=callback, cause=cause)
        self._added += 1
        heapq.heappush(self._heap, (due, self._added, handle))
        return handle

    def next_due(self) -> datetime | None:
        """Return when the next thing is due, if anything is."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, until: datetime) -> Handle | None:
        """Take out the next thing due at or before `until`, if there is one."""
        due = self.next_due()
        if due is None or due > until:
            return None
        return heapq.heappop(self._heap)[2]

    def clear(self) -> None:
        """Nothing is due any more."""
        self._heap.clear()
