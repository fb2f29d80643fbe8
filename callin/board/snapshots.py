"""The state of the show as pages show it: read once for each change, rendered once for each kind of reader, and shared.

Asked by the streams and the pages. A hundred open pages cost one reading and a few renderings a change, and a burst of
webhooks at most ten of them a second.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from callin.clock import Clock
from callin.desk.lineup import Lineup
from callin.rules.roles import Role

_BETWEEN_TAGS = re.compile(r">\s+<")

# Ten a second are more than an eye follows.
LEAST_BETWEEN_S = 0.1
# Whatever a signal may have missed is seen by then.
OLDEST_S = 10.0


class View(StrEnum):
    """What is shown of the show, and to whom."""

    STATUS = "status"  # strangers: counts alone
    BOARD = "board"
    HOST = "host"


class Signal(Protocol):
    """Tells when something was committed, by whichever process (callin/changes.py)."""

    @property
    def token(self) -> int:
        """The number of the newest change; taken before reading what may change."""

    def wait(self, after: int, *, timeout_s: float) -> int:
        """Return the newest token as soon as it is another one than `after`, or when time is up."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One whole state, ready to be sent.

    Attributes:
        html: what stands on the page.
        sum: the same for the same html.
        event: the html as an event of a stream.
    """

    html: str
    sum: str
    event: bytes


@dataclass(frozen=True, slots=True)
class _Reading:
    lineup: Lineup
    token: int
    read_s: float  # monotonic
    good_until: datetime


class Snapshots:
    """Whole states of one station, for all of a process."""

    def __init__(
        self,
        *,
        read: Callable[[datetime], Lineup],
        render: Callable[[View, Role | None, Lineup], str],
        changes: Signal,
        clock: Clock,
    ) -> None:
        """Nothing is read yet.

        Args:
            read: reads the lineup at a moment.
            render: puts it into words for a view and a role (None: strangers).
            changes: tells when to read again.
            clock: tells the moment.
        """
        self.changes = changes
        self._read = read
        self._render = render
        self._clock = clock
        self._lock = threading.Lock()
        self._reading: _Reading | None = None
        self._rendered: dict[tuple[View, Role | None], tuple[Lineup, Snapshot]] = {}

    def now(self, view: View, role: Role | None) -> Snapshot:
        """Return the present state for these readers.

        Args:
            view: what they look at.
            role: what they may do, or None for strangers.
        """
        with self._lock:
            lineup = self._present().lineup
            kept = self._rendered.get((view, role))
            if kept is None or kept[0] is not lineup:
                kept = lineup, _snapshot(self._render(view, role, lineup))
                self._rendered[view, role] = kept
            return kept[1]

    def _present(self) -> _Reading:
        before = self._reading
        if before is not None:
            token = self.changes.token
            age_s = time.monotonic() - before.read_s
            if token == before.token and age_s < OLDEST_S and self._clock() < before.good_until:
                return before
            # Whoever waits here waits for what everybody wants, with whatever else has changed by then.
            time.sleep(max(0.0, LEAST_BETWEEN_S - age_s))
        # Asked before the reading: what changes during it is read again.
        token = self.changes.token
        now = self._clock()
        lineup = self._read(now)
        if before is not None and _same(lineup, before.lineup):
            lineup = before.lineup  # nothing that anybody sees
        self._reading = _Reading(lineup, token, time.monotonic(), _good_until(lineup, now=now))
        return self._reading


def _same(lineup: Lineup, before: Lineup) -> bool:
    return replace(lineup, read_at=before.read_at, revision=before.revision) == before


def _good_until(lineup: Lineup, *, now: datetime) -> datetime:
    """Return when time alone makes something else of this lineup: a turn that runs out."""
    ends = (place.turn_ends_at for place in lineup.line if place.turn_ends_at is not None)
    return min((end for end in ends if end > now), default=now + timedelta(days=1))


def _snapshot(rendered: str) -> Snapshot:
    # White space between tags would be nodes too, which the morphing pairs with one another: it would take whole rows
    # out and put them back to make them fit, and Chromium loses the controls of a sound by that.
    html = _BETWEEN_TAGS.sub("><", rendered)
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return Snapshot(
        html=html,
        sum=hashlib.blake2b(html.encode(), digest_size=8).hexdigest(),
        event=f"event: state\n{lines}\n".encode(),
    )
