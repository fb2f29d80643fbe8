"""Streams on an event loop: one look for all pages of a kind, and an end for each."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from callin.board import relay
from callin.board.relay import Relay
from callin.board.snapshots import View
from callin.board.stream import Ticket
from callin.rules.roles import Role
from tests.asgi import Exchanged, run
from tests.board.lineups import EIGHT, lineup, place
from tests.board.test_stream import Hall

NOW = f"event: now\ndata: {int(EIGHT.timestamp() * 1000)}\n\n".encode()


class Loft:
    """A hall whose streams are carried by a loop."""

    def __init__(self) -> None:
        self.hall = Hall(most=200)
        self.looked: list[int] = []
        snapshots = self.hall.room.snapshots
        look, self.threads = snapshots.now, set[str]()

        def now(view: View, role: Role | None) -> Any:
            self.threads.add(threading.current_thread().name)
            return look(view, role)

        snapshots.now = now  # type: ignore[method-assign]
        self.relay = Relay(self.hall.streams)

    def ticket(self, role: Role | None = Role.PRODUCER, *, is_welcome: Callable[[], bool] = lambda: True) -> Ticket:
        carrier: dict[str, Any] = {}
        view = View.STATUS if role is None else View.BOARD
        assert self.hall.streams.respond(view, role, is_welcome=is_welcome, carrier=carrier).status_code == 200
        (ticket,) = carrier.values()
        return ticket

    async def open(self, ticket: Ticket) -> tuple[Exchanged, asyncio.Task[None]]:
        """A page is open, as serving.py opens it, and has had its first state."""
        page = Exchanged()
        page.sent.put_nowait({"type": "http.request", "body": b""})
        await page.send({"type": "http.response.start", "status": 200, "headers": []})

        async def play() -> None:
            try:
                await self.relay.play(ticket, receive=page.sent.get, send=page.send)
            finally:
                ticket.leave()

        task = asyncio.create_task(play())
        await page.until_piece(b"event: state")
        return page, task

    @property
    def open_streams(self) -> int:
        return sum(self.hall.streams._open.values())


def evening(play: Callable[[Loft], Awaitable[None]]) -> None:
    """Run one test on a loop of its own, in good time."""

    async def within() -> None:
        async with asyncio.timeout(30):
            await play(Loft())

    run(within())


def test_the_whole_state_comes_at_once_and_again_after_a_change() -> None:
    """The time and everything; then what is new, once."""

    async def play(loft: Loft) -> None:
        page, _task = await loft.open(loft.ticket())
        assert page.pieces[0] == NOW
        assert page.pieces[1].startswith(b"event: state\ndata: <p>board producer")
        loft.hall.room.change(lineup(place(name="Zoe")))
        await page.until_piece(b"Zoe")
        assert page.body.count(b"event: state") == 2
        page.hang_up()

    evening(play)


def test_a_hundred_pages_cost_one_look() -> None:
    """However many are open, one thread of each kind looks, and nobody's page is forgotten."""

    async def play(loft: Loft) -> None:
        roles = [Role.PRODUCER, None] * 50
        pages = [page for page, _ in await asyncio.gather(*(loft.open(loft.ticket(role)) for role in roles))]
        reads = loft.hall.room.reads
        loft.hall.room.change(lineup(place(name="Zoe")))
        await asyncio.gather(*(page.until_piece(b"Zoe") for page in pages))
        assert loft.hall.room.reads == reads + 1
        assert sorted(set(loft.hall.room.rendered)) == sorted({(View.BOARD, Role.PRODUCER), (View.STATUS, None)})
        assert len(loft.hall.room.rendered) == 4
        assert all(name.startswith("stream") for name in loft.threads)
        for page in pages:
            page.hang_up()

    evening(play)


def test_whoever_goes_makes_room_at_once() -> None:
    """A closed page is heard of, and its place is free; when all have gone nobody looks any more."""

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket())
        other, other_task = await loft.open(loft.ticket())
        assert loft.open_streams == 2
        page.hang_up()
        await task
        assert loft.open_streams == 1
        other.hang_up()
        await other_task
        assert loft.open_streams == 0
        while loft.relay._keeping_up:
            await asyncio.sleep(0.02)
        third, _task = await loft.open(loft.ticket())
        assert b"event: state" in third.body
        third.hang_up()

    evening(play)


def test_a_stop_ends_streams() -> None:
    """The process does not wait for open pages; what they were sent is complete."""

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket())
        loft.hall.stopping.set()
        await task
        assert page.is_over

    evening(play)


def test_a_quiet_stream_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and pages know that it lives; the page sets its clock by it."""
    monkeypatch.setattr(relay, "SIGN_OF_LIFE_S", 0.02)

    async def play(loft: Loft) -> None:
        page, _task = await loft.open(loft.ticket())
        await page.until_piece(NOW + NOW + NOW)
        assert page.body.count(b"event: state") == 1
        page.hang_up()

    evening(play)


def test_a_stream_ends_when_its_reader_is_no_longer_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed out elsewhere, or in another role; asked in a thread, for that may take time."""
    monkeypatch.setattr(relay, "SIGN_OF_LIFE_S", 0.02)
    asked = []

    def is_welcome() -> bool:
        asked.append(threading.current_thread().name)
        return len(asked) < 3

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket(is_welcome=is_welcome))
        await task
        assert page.is_over
        assert len(asked) == 3
        assert all(name.startswith("stream") for name in asked)

    evening(play)


def test_a_stream_ends_after_some_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page connects again, which counts as using the session: a screen on the wall stays signed in."""
    monkeypatch.setattr(relay, "LONGEST_S", 0.05)
    monkeypatch.setattr(relay, "SIGN_OF_LIFE_S", 0.02)

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket())
        await task
        assert page.is_over

    evening(play)


def test_a_page_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that was closed holds neither its place nor what it was to be sent."""
    monkeypatch.setattr(relay, "STUCK_AFTER_S", 0.1)

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket())
        takes = page.send

        async def never(_message: Any) -> None:
            await asyncio.Event().wait()

        page.send = never  # type: ignore[method-assign]
        stuck, stuck_page = loft.ticket(), Exchanged()
        stuck_page.sent.put_nowait({"type": "http.request", "body": b""})
        await loft.relay.play(stuck, receive=stuck_page.sent.get, send=never)
        stuck.leave()
        assert loft.open_streams == 1
        page.send = takes  # type: ignore[method-assign]
        page.hang_up()
        await task

    evening(play)


def test_a_state_that_cannot_be_read_ends_the_streams_and_the_next_page_looks_again() -> None:
    """Their pages connect again; with the database back they are served as before."""

    async def play(loft: Loft) -> None:
        page, task = await loft.open(loft.ticket())

        def fail() -> None:
            raise OSError("the database is away")

        loft.hall.room.during = fail
        loft.hall.room.change(lineup(place(name="Zoe")))
        await task
        assert page.is_over
        loft.hall.room.during = lambda: None
        again, _task = await loft.open(loft.ticket())
        assert b"Zoe" in again.body
        again.hang_up()

    evening(play)
