"""The streams of the board and of the status page: the whole state at once, again after each change, a sign of life.

Hung by the application. They are counted: beyond the cap a page is told to ask now and then instead. Under `callin
serve` an event loop carries them (relay.py); under any other server each holds a thread as long as its page is open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Protocol

from flask import Response

from callin import meters
from callin.board.snapshots import Snapshot, Snapshots, View
from callin.clock import Clock
from callin.rules.roles import Role

SIGN_OF_LIFE_S = 10.0
# A stop is noticed within this time, and so is a change whose signal was missed.
LOOK_EVERY_S = 0.5
# A browser whose stream ends connects again at once; that keeps its session in use.
LONGEST_S = 4 * 3600.0
# Where a ticket is left for the event loop.
TICKET = "callin.stream"
TOO_MANY = "Too many pages are open to keep this one informed by itself. It asks every few seconds instead.\n"


class Stopping(Protocol):
    """Whether this process is about to end; an event of threads or of processes."""

    def is_set(self) -> bool:
        """Return whether it is."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place among the open streams.

    Attributes:
        view: what is looked at.
        role: what they may do, or None for strangers.
        is_welcome: asked now and then; the stream ends when it is no longer so.
        leave: gives the place up; once is enough, more do no harm.
    """

    view: View
    role: Role | None
    is_welcome: Callable[[], bool]
    leave: Callable[[], None]


class Streams:
    """The streams of one process: at most so many at once, strangers' at most half of them."""

    def __init__(self, *, snapshots: Snapshots, most: int, stopping: Stopping, clock: Clock) -> None:
        """None is open.

        Args:
            snapshots: what they carry.
            most: how many may be open.
            stopping: ends them all when it is set.
            clock: whose time pages go by.
        """
        self.snapshots = snapshots
        self._most = most
        self._stopping = stopping
        self._clock = clock
        self._lock = threading.Lock()
        self._open = {True: 0, False: 0}  # by whether they are strangers'

    def respond(
        self,
        view: View,
        role: Role | None,
        *,
        is_welcome: Callable[[], bool] = lambda: True,
        carrier: MutableMapping[str, object] | None = None,
    ) -> Response:
        """Return a stream, or 503 with the words for it when there is no room.

        Args:
            view: what is looked at.
            role: what they may do, or None for strangers.
            is_welcome: asked now and then; the stream ends when it is no longer so.
            carrier: an event loop's own note of this request, if one carries it: the ticket is left there.
        """
        ticket = self._enter(view, role, is_welcome)
        if ticket is None:
            return Response(
                TOO_MANY, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"}
            )
        body: Iterable[bytes] = ()
        if carrier is None:
            body = _Body(self._events(ticket), left=ticket.leave)
        else:
            carrier[TICKET] = ticket
        return Response(
            body,
            content_type="text/event-stream; charset=utf-8",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def now_ms(self) -> str:
        """Return the moment by which pages set their clocks, in milliseconds since 1970."""
        return str(int(self._clock().timestamp() * 1000))

    def sign_of_life(self) -> bytes:
        """Return the event that says that the stream is alive, and what time it is."""
        return f"event: now\ndata: {self.now_ms()}\n\n".encode()

    def is_stopping(self) -> bool:
        """Return whether every stream is to end."""
        return self._stopping.is_set()

    def _events(self, ticket: Ticket) -> Iterator[bytes]:
        sent: Snapshot | None = None
        began = asked_at = quiet_since = time.monotonic()
        while not self.is_stopping() and time.monotonic() - began < LONGEST_S:
            if time.monotonic() - asked_at >= SIGN_OF_LIFE_S:
                if not ticket.is_welcome():
                    return
                asked_at = time.monotonic()
            token = self.snapshots.changes.token
            snapshot = self.snapshots.now(ticket.view, ticket.role)
            if sent is None or snapshot.sum != sent.sum:
                yield self.sign_of_life()
                yield snapshot.event  # by itself: put together, each stream would hold half a megabyte of its own
                sent, quiet_since = snapshot, time.monotonic()
            elif time.monotonic() - quiet_since >= SIGN_OF_LIFE_S:
                yield self.sign_of_life()
                quiet_since = time.monotonic()
            self.snapshots.changes.wait(token, timeout_s=LOOK_EVERY_S)

    def _enter(self, view: View, role: Role | None, is_welcome: Callable[[], bool]) -> Ticket | None:
        is_stranger = role is None
        with self._lock:
            if sum(self._open.values()) >= self._most or (is_stranger and self._open[True] >= self._most // 2):
                return None
            self._count(is_stranger, 1)
        places = [is_stranger]

        def leave() -> None:
            with self._lock:
                while places:
                    self._count(places.pop(), -1)

        return Ticket(view, role, is_welcome, leave)

    def _count(self, is_stranger: bool, more: int) -> None:
        self._open[is_stranger] += more
        meters.OPEN_STREAMS.set(sum(self._open.values()))


class _Body:
    """A stream's events; its place is free again however it ends, and even if it never began."""

    def __init__(self, events: Iterator[bytes], *, left: Callable[[], None]) -> None:
        self._events = events
        self._left = left

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._events)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """The place is free for another."""
        self._left()
