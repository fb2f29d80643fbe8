"""Streams on an event loop: for each kind of reader a thread looks what is new, and the loop sends it to their pages.

Asked by callin/serving.py. A hundred threads that all wake to send one change hand the interpreter to one another a
hundred times, and webhooks wait in between; one coroutine each costs a fraction (docs/decisions/0023).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import structlog

from callin.asgi import Receive, Send
from callin.board.snapshots import Snapshot, View
from callin.board.stream import LONGEST_S, LOOK_EVERY_S, SIGN_OF_LIFE_S, Streams, Ticket
from callin.rules.roles import Role

# One for each view and role that somebody looks at, and a few to ask whether people are still welcome.
THREADS = len(View) * (len(Role) + 1) + 4
# A page that takes nothing for so long is on a laptop that was closed; when it is opened, it connects again.
STUCK_AFTER_S = 30.0

_Told = TypeVar("_Told")
_log = structlog.get_logger(__name__)


class _Channel:
    """What all pages of one kind are told, and how they hear of it."""

    def __init__(self) -> None:
        self.readers = 0
        self.snapshot: Snapshot | None = None
        self.is_over = False
        self.news: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tell(self) -> None:
        """Everybody wakes."""
        news, self.news = self.news, asyncio.get_running_loop().create_future()
        news.set_result(None)


class Relay:
    """The open streams of one loop; nothing runs while there is none."""

    def __init__(self, streams: Streams) -> None:
        """Nobody reads yet.

        Args:
            streams: of the process, where tickets come from.
        """
        self._streams = streams
        self._channels: dict[tuple[View, Role | None], _Channel] = {}
        self._keeping_up: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(THREADS, "stream")

    async def play(self, ticket: Ticket, *, receive: Receive, send: Send) -> None:
        """Send events until the page is gone, or no longer welcome, or all stops.

        Args:
            ticket: of its place; left to whoever made it.
            receive: of the request, whose body has been read.
            send: of the response, which has begun.
        """
        channel = self._enter(ticket.view, ticket.role)
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await self._send_events(ticket, channel, gone, send)
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, OSError):
            pass  # it takes nothing any more
        finally:
            gone.cancel()
            channel.readers -= 1

    async def _send_events(self, ticket: Ticket, channel: _Channel, gone: asyncio.Future[None], send: Send) -> None:
        clock = asyncio.get_running_loop().time
        sent: Snapshot | None = None
        began = asked_at = quiet_since = clock()
        while not (gone.done() or channel.is_over or clock() - began > LONGEST_S):
            news, snapshot = channel.news, channel.snapshot
            if snapshot is not None and (sent is None or snapshot.sum != sent.sum):
                await _send_event(self._streams.sign_of_life(), send)
                await _send_event(snapshot.event, send)
                sent, quiet_since = snapshot, clock()
            elif clock() - quiet_since >= SIGN_OF_LIFE_S:
                await _send_event(self._streams.sign_of_life(), send)
                quiet_since = clock()
            if clock() - asked_at >= SIGN_OF_LIFE_S:
                if not await self._in_thread(ticket.is_welcome):
                    return
                asked_at = clock()
            await asyncio.wait((news, gone), timeout=SIGN_OF_LIFE_S / 2, return_when=asyncio.FIRST_COMPLETED)

    def _enter(self, view: View, role: Role | None) -> _Channel:
        channel = self._channels.get((view, role))
        if channel is None or channel.is_over:
            channel = self._channels[view, role] = _Channel()
            task = asyncio.ensure_future(self._keep_up(view, role, channel))
            self._keeping_up.add(task)  # the loop itself would forget it
            task.add_done_callback(self._keeping_up.discard)
        channel.readers += 1
        return channel

    async def _keep_up(self, view: View, role: Role | None, channel: _Channel) -> None:
        token: int | None = None
        try:
            while token is None or (channel.readers and not self._streams.is_stopping()):
                token, snapshot = await self._in_thread(partial(self._look, view, role, token))
                if channel.snapshot is None or snapshot.sum != channel.snapshot.sum:
                    channel.snapshot = snapshot
                    channel.tell()
        except Exception as error:  # their pages connect again, and hear from the door what is the matter
            _log.warning("streams ended", view=view, why=type(error).__name__)
        finally:
            channel.is_over = True
            channel.tell()

    def _look(self, view: View, role: Role | None, seen: int | None) -> tuple[int, Snapshot]:
        """Return the newest token and the state, after a change if one comes soon; in a thread, for both take time."""
        snapshots = self._streams.snapshots
        if seen is not None:
            snapshots.changes.wait(seen, timeout_s=LOOK_EVERY_S)
        token = snapshots.changes.token
        return token, snapshots.now(view, role)

    async def _in_thread(self, ask: Callable[[], _Told]) -> _Told:
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


async def _send_event(event: bytes, send: Send) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": event, "more_body": True}), STUCK_AFTER_S)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
