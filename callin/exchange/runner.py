"""The runners that make things happen when they are due, and the lock around the state; used by the exchange alone.

State changes only under the lock; network requests ("errands") are made without it. On a hand-moved clock one runner
at a time does one thing after the other; on a real clock a thread keeps time and errands go to a pool.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol

from callin.exchange.clock import ManualClock, RealClock
from callin.exchange.errors import WrongState
from callin.exchange.timetable import Errand, Handle, Timetable

log = logging.getLogger("callin.exchange")
ERRAND_THREADS = 64
ORDER_S = 1.0
"""Real seconds for which a webhook waits for the one of the same cause before it; then it goes all the same."""


class StateLock:
    """A re-entrant lock; whoever lets go of it last sees to whatever has become due."""

    def __init__(self) -> None:
        self.raw = threading.RLock()
        self.settle: Callable[[], None] = lambda: None
        self.cause = 0  # one number for all that happens while the lock is held, and for what follows at once
        self._causes = itertools.count(1)
        self._depth = 0

    def new_cause(self) -> int:
        """Return a number that no other cause has."""
        return next(self._causes)

    def __enter__(self) -> None:
        self.raw.acquire()
        if self._depth == 0:
            self.cause = self.new_cause()
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        was_last = self._depth == 0
        self.raw.release()
        if was_last:
            self.settle()


class Runner(Protocol):
    """What the exchange asks of either runner."""

    def notice(self, due: datetime) -> None:
        """Something new is due."""

    def look_again(self) -> None:
        """The clock goes at another speed."""

    def advance(self, seconds: float) -> None:
        """Move the clock by hand."""

    def start(self) -> None:
        """Run in the background from now on."""

    def close(self) -> None:
        """Stop every thread."""


class ManualRunner:
    """Does what is due, strictly one thing at a time; a nested operation leaves its consequences to the outer one."""

    def __init__(self, *, clock: ManualClock, timetable: Timetable, lock: StateLock) -> None:
        self._clock = clock
        self._timetable = timetable
        self._lock = lock
        self._turn = threading.Lock()
        self._runner_thread: int | None = None
        self._background: threading.Thread | None = None
        self._wake = threading.Event()
        self._is_closed = False
        lock.settle = self._settle

    def notice(self, due: datetime) -> None:
        """Nothing to do: whoever lets go of the lock settles."""

    def look_again(self) -> None:
        """Nothing to do: this clock has no speed."""

    def advance(self, seconds: float) -> None:
        """The clock is `seconds` later, and everything due on the way has happened in order.

        Raises:
            WrongState: asked for by the application from inside a webhook of this same runner.
        """
        if self._is_running_here():
            raise WrongState("the clock cannot be moved from inside a webhook")
        with self._turn:
            self._run(lambda: self._clock.now() + timedelta(seconds=seconds))
        self._settle()

    def start(self) -> None:
        """Things happen in a thread of their own as soon as they are due."""
        if self._background is None:
            self._background = threading.Thread(target=self._keep_running, name="exchange-runner", daemon=True)
            self._background.start()

    def close(self) -> None:
        """The background thread is gone."""
        self._is_closed = True
        self._wake.set()
        if self._background is not None:
            self._background.join(timeout=20)

    def _settle(self) -> None:
        if self._background is not None:
            self._wake.set()
            return
        # Looked at again after letting go: somebody may have found the runner busy just as it stopped looking.
        while not self._is_running_here() and self._is_anything_due() and self._turn.acquire(blocking=False):
            try:
                self._run(self._clock.now)
            finally:
                self._turn.release()

    def _is_running_here(self) -> bool:
        return self._runner_thread == threading.get_ident()

    def _is_anything_due(self) -> bool:
        with self._lock.raw:
            due = self._timetable.next_due()
            return due is not None and due <= self._clock.now()

    def _run(self, find_target: Callable[[], datetime]) -> None:
        self._runner_thread = threading.get_ident()
        try:
            with self._lock.raw:
                target = find_target()
            while self._do_next(target):
                pass
        finally:
            self._runner_thread = None

    def _do_next(self, target: datetime) -> bool:
        with self._lock:
            handle = self._timetable.pop(target)
            if handle is None:
                self._clock.move_to(target)
                return False
            self._clock.move_to(handle.due)
            errand = handle.callback() if handle.callback else None
        if errand is not None:
            errand()
        return True

    def _keep_running(self) -> None:
        while not self._is_closed:
            self._wake.wait()
            self._wake.clear()
            try:
                with self._turn:
                    self._run(self._clock.now)
            except Exception:
                log.exception("the exchange tripped over itself")
                self._wake.set()


class RealRunner:
    """Does what is due when its time comes; errands run side by side in a pool of threads."""

    def __init__(self, *, clock: RealClock, timetable: Timetable, lock: StateLock) -> None:
        self._clock = clock
        self._timetable = timetable
        self._lock = lock
        self._changed = threading.Condition(lock.raw)
        self._is_closed = False
        self._gates: dict[int, threading.Event] = {}  # by cause: open when the last webhook of it has been answered
        self._pool = ThreadPoolExecutor(ERRAND_THREADS, thread_name_prefix="exchange-errand")
        self._thread = threading.Thread(target=self._keep_time, name="exchange-clock", daemon=True)
        self._thread.start()

    def notice(self, due: datetime) -> None:
        """The clock's thread looks again if this comes before everything else."""
        if due == self._timetable.next_due():
            self._changed.notify()

    def look_again(self) -> None:
        """The clock's thread works out anew how long it may sleep; called under the lock."""
        self._changed.notify()

    def advance(self, seconds: float) -> None:  # noqa: ARG002 (the other runner's signature)
        """Raise WrongState: this clock goes by itself."""
        raise WrongState("this exchange has no manual clock")

    def start(self) -> None:
        """Nothing to do: a real clock always runs."""

    def close(self) -> None:
        """The clock's thread and the pool are gone; what was in flight has ended."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout=20)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _keep_time(self) -> None:
        while True:
            with self._changed:
                handle = self._next_handle()
                if handle is None:
                    return
                try:
                    with self._lock:
                        self._lock.cause = handle.cause
                        errand = handle.callback() if handle.callback else None
                except Exception:
                    log.exception("the exchange tripped over itself")
                    continue
                if errand is None:
                    continue
                before, gate = self._gates.get(handle.cause), threading.Event()
                self._gates[handle.cause] = gate
            self._pool.submit(self._run_in_order, errand, before=before, gate=gate, cause=handle.cause)

    def _run_in_order(
        self, errand: Errand, *, before: threading.Event | None, gate: threading.Event, cause: int
    ) -> None:
        """Run an errand after the one of the same cause before it: an Enqueue's action, then the Dial's."""
        if before is not None:
            before.wait(ORDER_S)
        try:
            errand()
        except Exception:
            log.exception("the exchange tripped over itself")
        finally:
            gate.set()
            with self._lock.raw:
                if self._gates.get(cause) is gate:
                    del self._gates[cause]

    def _next_handle(self) -> Handle | None:
        """Wait for the next thing due; None when closed."""
        while not self._is_closed:
            now = self._clock.now()
            handle = self._timetable.pop(now)
            if handle is not None:
                return handle
            due = self._timetable.next_due()
            speed = self._clock.speed
            self._changed.wait((due - now).total_seconds() / speed if due is not None and speed else None)
        return None
