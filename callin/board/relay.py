"""Streams on an event loop: for each kind of reader a thread looks what is new, and the loop sends it to their pages.

Asked by callin/serving.py. A hundred threads that all wake to send one change hand the interpreter to one another a
hundred times, and webhooks wait in between; one coroutine each costs a fraction (docs/decisions/0023).
"""

from __future__ import annotations

import asyncio
import random
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
# A board of hundreds of rows has some 300 KB, so that many take the loop a millisecond.
WAKE_AT_ONCE = 4

_Told = TypeVar("_Told")
_log = structlog.get_logger(__name__)


class _Page:
    """One open page: how it hears that there is something new, and what it is sent.

    No timer is its own: a hundred of them, set and taken back for each change, would cost more than what is sent.
    """

    def __init__(self, send: Send, *, gone: asyncio.Future[None]) -> None:
        self.gone = gone
        self.looked_at = _now_s()
        self.is_stuck = False
        self._send = send
        self._sending_since: float | None = None
        self._task = asyncio.current_task()
        self._news = asyncio.Event()
        gone.add_done_callback(lambda _gone: self._news.set())

    async def until_news(self) -> None:
        """Wait for something new, for the page to go, or for a look to be due anyway."""
        await self._news.wait()
        self._news.clear()
        self.looked_at = _now_s()

    async def send(self, piece: bytes, *, is_more: bool = True) -> None:
        """Send a piece; while the page takes nothing, this waits."""
        self._sending_since = _now_s()
        await self._send({"type": "http.response.body", "body": piece, "more_body": is_more})
        self._sending_since = None

    def wake(self, *, patience_s: float) -> None:
        """Let it look; it is given up if it has taken nothing for longer than this."""
        self._news.set()
        if self._sending_since is not None and self._task and _now_s() - self._sending_since > patience_s:
            self.is_stuck = True
            self._task.cancel()


class _Channel:
    """What all pages of one kind are told."""

    def __init__(self) -> None:
        self.pages: set[_Page] = set()
        self.snapshot: Snapshot | None = None
        self.is_over = False

    async def tell(self, snapshot: Snapshot) -> None:
        """Everybody wakes if this is news, one after the other: all at once would send tens of megabytes in one go."""
        is_news = self.snapshot is None or snapshot.sum != self.snapshot.sum
        self.snapshot = snapshot if is_news else self.snapshot
        for number, page in enumerate(tuple(self.pages)):
            if is_news or _now_s() - page.looked_at > SIGN_OF_LIFE_S / 2:
                page.wake(patience_s=STUCK_AFTER_S)
            if number % WAKE_AT_ONCE == WAKE_AT_ONCE - 1:
                await asyncio.sleep(0)

    def end(self) -> None:
        """Everybody ends, whatever they were doing."""
        self.is_over = True
        for page in self.pages:
            page.wake(patience_s=0)


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
        page = _Page(send, gone=asyncio.ensure_future(_until_gone(receive)))
        channel = self._enter(ticket.view, ticket.role, page)
        try:
            await self._send_events(ticket, channel, page)
            await page.send(b"", is_more=False)
        except asyncio.CancelledError:
            if not page.is_stuck:
                raise
        except OSError:
            pass  # it has gone
        finally:
            page.gone.cancel()
            channel.pages.discard(page)

    async def _send_events(self, ticket: Ticket, channel: _Channel, page: _Page) -> None:
        sent: Snapshot | None = None
        began = quiet_since = _now_s()
        # Pages that connected together, after a restart say, do not ask together ever after.
        asked_at = began - random.uniform(0, SIGN_OF_LIFE_S)  # noqa: S311  no secret
        while not (page.gone.done() or channel.is_over or _now_s() - began > LONGEST_S):
            snapshot = channel.snapshot
            if snapshot is not None and (sent is None or snapshot.sum != sent.sum):
                await page.send(self._streams.sign_of_life())
                await page.send(snapshot.event)
                sent, quiet_since = snapshot, _now_s()
            elif _now_s() - quiet_since >= SIGN_OF_LIFE_S:
                await page.send(self._streams.sign_of_life())
                quiet_since = _now_s()
            if _now_s() - asked_at >= SIGN_OF_LIFE_S:
                if not await self._in_thread(ticket.is_welcome):
                    return
                asked_at = _now_s()
            if channel.snapshot is snapshot:
                await page.until_news()

    def _enter(self, view: View, role: Role | None, page: _Page) -> _Channel:
        channel = self._channels.get((view, role))
        if channel is None or channel.is_over:
            channel = self._channels[view, role] = _Channel()
            task = asyncio.ensure_future(self._keep_up(view, role, channel))
            self._keeping_up.add(task)  # the loop itself would forget it
            task.add_done_callback(self._keeping_up.discard)
        channel.pages.add(page)
        return channel

    async def _keep_up(self, view: View, role: Role | None, channel: _Channel) -> None:
        token: int | None = None
        try:
            while token is None or (channel.pages and not self._streams.is_stopping()):
                token, snapshot = await self._in_thread(partial(self._look, view, role, token))
                await channel.tell(snapshot)
        except Exception as error:  # their pages connect again, and hear from the door what is the matter
            _log.warning("streams ended", view=view, why=type(error).__name__)
        finally:
            channel.end()

    def _look(self, view: View, role: Role | None, seen: int | None) -> tuple[int, Snapshot]:
        """Return the newest token and the state, after a change if one comes soon; in a thread, for both take time."""
        snapshots = self._streams.snapshots
        if seen is not None:
            snapshots.changes.wait(seen, timeout_s=LOOK_EVERY_S)
        token = snapshots.changes.token
        return token, snapshots.now(view, role)

    async def _in_thread(self, ask: Callable[[], _Told]) -> _Told:
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
