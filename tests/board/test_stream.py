"""Streams: the whole state at once, after each change, a sign of life, and an end."""

import threading
from collections.abc import Iterator

import pytest
from flask import Response

from callin.board.snapshots import View
from callin.board.stream import SIGN_OF_LIFE_S, Streams
from callin.rules.roles import Role
from tests.board.lineups import EIGHT, lineup, place
from tests.board.test_snapshots import Room


class Hall:
    """Streams of one process."""

    def __init__(self, most: int = 4) -> None:
        self.room = Room()
        self.stopping = threading.Event()
        self.streams = Streams(
            snapshots=self.room.snapshots, most=most, stopping=self.stopping, clock=lambda: self.room.now
        )

    def open(self, role: Role | None = Role.PRODUCER) -> Response:
        return self.streams.respond(View.STATUS if role is None else View.BOARD, role)


def events(reply: Response) -> Iterator[bytes]:
    """What comes over the line, piece by piece."""
    return iter(reply.response)  # type: ignore[arg-type]  # the application's own iterator


def state_of(stream: Iterator[bytes]) -> bytes:
    """The time and the state, which come one after the other."""
    return next(stream) + next(stream)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_the_whole_state_comes_at_once(hall: Hall) -> None:
    """Whoever connects, for the first time or again, gets the time and everything."""
    first = state_of(events(hall.open())).decode()

    assert first.startswith(f"event: now\ndata: {int(EIGHT.timestamp() * 1000)}\n\n")
    assert "event: state\ndata: <p>board producer" in first
    assert first.endswith("\n\n")


def test_a_change_comes_and_what_is_the_same_does_not(hall: Hall) -> None:
    """The next piece is the next state that differs."""
    stream = events(hall.open())
    state_of(stream)
    hall.room.change(lineup(place()))
    hall.room.during = lambda: hall.room.change(lineup(place(name="Zoe"))) if hall.room.reads == 2 else None

    assert b"Zoe" in state_of(stream)
    assert hall.room.reads == 3


def test_a_quiet_stream_gives_a_sign_of_life(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and pages know that it lives; the page sets its clock by it."""
    assert SIGN_OF_LIFE_S == 10
    monkeypatch.setattr("callin.board.stream.SIGN_OF_LIFE_S", 0.0)
    stream = events(hall.open())
    state_of(stream)

    assert next(stream).startswith(b"event: now\n")


@pytest.mark.parametrize("is_busy", [False, True], ids=["quiet", "busy"])
def test_a_stream_ends_when_its_reader_is_no_longer_welcome(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, *, is_busy: bool
) -> None:
    """Signed out elsewhere, or in another role: the stream ends, however much happens, and its place is free."""
    monkeypatch.setattr("callin.board.stream.SIGN_OF_LIFE_S", 0.0)
    welcome = [True]
    stream = events(hall.streams.respond(View.BOARD, Role.PRODUCER, is_welcome=lambda: welcome[0]))
    state_of(stream)
    welcome[0] = False
    if is_busy:
        hall.room.change(lineup(place(name="Zoe")))

    assert list(stream) == []
    assert hall.streams._open == {True: 0, False: 0}


def test_a_stream_ends_after_some_hours(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page connects again, which counts as using the session: a screen on the wall stays signed in."""
    stream = events(hall.open())
    state_of(stream)
    monkeypatch.setattr("callin.board.stream.LONGEST_S", 0.0)

    assert list(stream) == []


def test_a_stop_ends_streams(hall: Hall) -> None:
    """The process does not wait for open pages."""
    stream = events(hall.open())
    state_of(stream)
    hall.stopping.set()

    assert list(stream) == []


def test_beyond_the_cap_a_page_is_told_to_ask(hall: Hall) -> None:
    """503 with words and a time to come back, at once; whoever leaves makes room."""
    taken = [hall.open() for _ in range(4)]
    refused = hall.open()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert "It asks every few seconds instead" in refused.get_data(as_text=True)
    taken[0].close()
    assert hall.open().status_code == 200


def test_strangers_take_half_of_the_streams_at_most(hall: Hall) -> None:
    """However many look at the status page, the board has its streams."""
    assert [hall.open(None).status_code for _ in range(4)] == [200, 200, 503, 503]
    assert [hall.open().status_code for _ in range(3)] == [200, 200, 503]


def test_a_stream_leaves_once_however_it_ends(hall: Hall) -> None:
    """Closed twice, or before it began: the count is right."""
    began, never = hall.open(), hall.open()
    next(events(began))
    for reply in (began, began, never):
        reply.close()

    assert hall.streams._open == {True: 0, False: 0}


def test_a_stream_is_neither_kept_nor_held_back(hall: Hall) -> None:
    """Proxies pass it on as it comes."""
    headers = hall.open().headers

    assert headers["Content-Type"].startswith("text/event-stream")
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
