"""The station on an event loop, in this process: pages come from threads, streams are handed over to the loop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest

from callin.asgi import Message
from callin.board.live import the_streams
from tests.asgi import Exchanged, exchange, run, scope_of
from tests.webhooks.ringing import Doors


def ask(
    doors: Doors, method: str, path: str, *, query: str | bytes = "", headers: Iterable[tuple[str, str]] = ()
) -> Exchanged:
    """Send a request without a body."""
    return run(exchange(doors.front, scope_of(method, path, query=query, headers=headers)))


def open_streams(doors: Doors) -> int:
    """How many are counted."""
    return sum(the_streams(doors.app)._open.values())


def on_the_loop(play: Callable[[], Awaitable[None]]) -> None:
    """Run a test that opens streams, in good time."""

    async def within() -> None:
        async with asyncio.timeout(30):
            await play()

    run(within())


def open_page(doors: Doors) -> tuple[Exchanged, asyncio.Task[None]]:
    """Somebody looks at the status page."""
    page = Exchanged()
    page.sent.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    return page, asyncio.ensure_future(doors.front(scope_of("GET", "/stream"), page.sent.get, page.send))


def test_a_stream_comes_from_the_loop_and_its_place_is_free_again(doors: Doors) -> None:
    """A view lets it in as ever, with its headers; the events come from the relay; a closed page makes room."""

    async def play() -> None:
        page, task = open_page(doors)
        await page.until_piece(b"event: state")
        assert page.status == 200
        assert page.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert page.headers["x-accel-buffering"] == "no"
        assert "content-length" not in page.headers
        assert open_streams(doors) == 1
        page.hang_up()
        await task
        assert open_streams(doors) == 0

    on_the_loop(play)


def test_what_changes_is_seen_on_the_page(doors: Doors) -> None:
    """From a commit to the wire."""

    async def play() -> None:
        page, task = open_page(doors)
        await page.until_piece(b"event: state")
        await asyncio.to_thread(doors.open_show)
        await page.until_piece(b"Night Owls")
        page.hang_up()
        await task

    on_the_loop(play)


def test_beyond_the_cap_a_page_is_told_to_ask(database_url: str) -> None:
    """Strangers have half of the places; the next one hears so at once, and whoever leaves makes room."""
    doors = Doors(database_url, {"max_streams": 4})

    async def play() -> None:
        pages = [open_page(doors) for _ in range(3)]
        for page, _task in pages[:2]:
            await page.until_piece(b"event: state")
        await pages[2][1]
        assert pages[2][0].status == 503
        assert b"It asks every few seconds instead" in pages[2][0].body
        for page, task in pages[:2]:
            page.hang_up()
            await task
        again, task = open_page(doors)
        await again.until_piece(b"event: state")
        again.hang_up()
        await task

    on_the_loop(play)
    doors.station.engine.dispose()


def test_the_head_of_a_stream_has_no_events(doors: Doors) -> None:
    """Nothing is carried that nobody may read, and no place is taken."""
    got = ask(doors, "HEAD", "/stream")
    assert (got.status, got.body) == (200, b"")
    assert open_streams(doors) == 0


@pytest.mark.parametrize("query", [b"\xff", "kiosk=ü", "%zz", "a=b&kiosk"])
def test_any_query_is_answered(doors: Doors, query: str | bytes) -> None:
    """Bytes that should have been escaped are no reason to fail."""
    assert ask(doors, "GET", "/", query=query).status == 200


def test_a_server_may_hand_over_a_body_as_it_likes(doors: Doors) -> None:
    """Granian's `receive` gives something to be awaited that is no coroutine; a form is read all the same."""
    body = b"name=Paula&password=x"
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
    pieces: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def sign_in() -> Exchanged:
        got = Exchanged()

        def receive() -> asyncio.Future[Message]:
            piece = asyncio.get_running_loop().create_future()
            piece.set_result(pieces.pop())
            return piece

        await doors.front(scope_of("POST", "/sign-in", headers=headers), receive, got.send)
        return got

    got = run(sign_in())
    assert got.status == 400  # the form's token is missing, so it has been read
    assert not pieces


def test_other_kinds_of_talk_are_let_down_gently(doors: Doors) -> None:
    """A socket that nobody offered is closed."""
    sent: list[Message] = []

    async def talk() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        await doors.front({**scope_of("GET", "/board/stream"), "type": "websocket"}, receive, send)

    run(talk())
    assert [message["type"] for message in sent] == ["websocket.close"]
