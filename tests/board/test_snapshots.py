"""One reading and one rendering for everybody."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callin.board.snapshots import Snapshots, View
from callin.desk.lineup import Lineup, PlaceState
from callin.rules.roles import Role
from tests.board.lineups import EIGHT, lineup, place


@dataclass
class Signal:
    """A change signal in the test's hand."""

    token: int = 0

    def wait(self, after: int, *, timeout_s: float) -> int:
        return self.token


@dataclass
class Room:
    """Snapshots, and how often they read and rendered."""

    shown: Lineup = field(default_factory=lambda: lineup(place()))
    now: datetime = EIGHT
    signal: Signal = field(default_factory=Signal)
    reads: int = 0
    rendered: list[tuple[View, Role | None]] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.snapshots = Snapshots(read=self.read, render=self.render, changes=self.signal, clock=lambda: self.now)

    def read(self, now: datetime) -> Lineup:
        self.reads += 1
        read = self.shown
        self.during()
        return read

    def render(self, view: View, role: Role | None, shown: Lineup) -> str:
        self.rendered.append((view, role))
        return f"<p>{view} {role} {[(each.name, each.state.value) for each in shown.line]}</p>"

    def change(self, shown: Lineup) -> None:
        self.shown = shown
        self.signal.token += 1


def test_a_hundred_readers_cost_one_reading_and_a_rendering_for_each_kind() -> None:
    """However many ask at once, the line is read once, and rendered once for each view and role."""
    room = Room()
    together = threading.Barrier(20)

    def ask(number: int) -> None:
        together.wait()
        for role in (Role.PRODUCER, Role.SCREENER):
            room.snapshots.now(View.BOARD, role)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert room.reads == 1
    assert sorted(room.rendered) == [(View.BOARD, Role.PRODUCER), (View.BOARD, Role.SCREENER)]


def test_a_change_is_read_and_shown() -> None:
    """After a change the next reader gets the new state, under another sum."""
    room = Room()
    before = room.snapshots.now(View.BOARD, Role.PRODUCER)

    room.change(lineup(place(name="Zoe")))

    after = room.snapshots.now(View.BOARD, Role.PRODUCER)
    assert "Zoe" in after.html
    assert after.sum != before.sum


def test_what_nobody_sees_is_not_rendered_again() -> None:
    """A webhook that changed nothing on any page costs one reading."""
    room = Room()
    room.snapshots.now(View.BOARD, Role.PRODUCER)

    room.change(lineup(place()))
    room.snapshots.now(View.BOARD, Role.PRODUCER)

    assert (room.reads, len(room.rendered)) == (2, 1)


def test_a_change_during_the_reading_is_read_again() -> None:
    """The token is taken before the reading, so what came in between is not lost."""
    room = Room()
    room.during = lambda: room.change(lineup(place(name="Zoe"))) if room.reads == 1 else None
    assert "Zoe" not in room.snapshots.now(View.BOARD, Role.PRODUCER).html

    assert "Zoe" in room.snapshots.now(View.BOARD, Role.PRODUCER).html


def test_a_burst_is_read_ten_times_a_second_at_most() -> None:
    """Changes that follow one another closely are shown together."""
    room = Room()
    started = time.monotonic()
    for _ in range(8):
        room.change(lineup(place()))
        room.snapshots.now(View.BOARD, Role.PRODUCER)

    assert time.monotonic() - started >= 0.65
    assert room.reads == 8


def test_a_turn_that_runs_out_is_seen_without_a_change() -> None:
    """Time alone makes «no answer» of a texter who was told: the line is read again at that moment."""
    ends = EIGHT + timedelta(minutes=5)
    room = Room(shown=lineup(place(state=PlaceState.NOTIFIED, turn_ends_at=ends)))
    room.snapshots.now(View.BOARD, Role.PRODUCER)
    room.shown = lineup(place(state=PlaceState.NO_ANSWER, turn_ends_at=ends))

    assert "notified" in room.snapshots.now(View.BOARD, Role.PRODUCER).html
    room.now = ends
    assert "no_answer" in room.snapshots.now(View.BOARD, Role.PRODUCER).html


def test_lines_of_a_state_are_lines_of_one_event() -> None:
    """Whatever breaks there are in the words, the event is one."""
    room = Room(shown=lineup(place(name="two\r\nlines")))
    room.snapshots._render = lambda view, role, shown: f"<p>{shown.line[0].name}</p>"

    event = room.snapshots.now(View.BOARD, Role.PRODUCER).event

    assert event == b"event: state\ndata: <p>two\ndata: lines</p>\n\n"


def test_no_white_space_stands_between_tags() -> None:
    """It would be morphed like anything else; what stands between words stays."""
    room = Room()
    room.snapshots._render = lambda view, role, shown: "<ul>\n  <li>a <b>b</b> c</li>\n  <li>d</li>\n</ul>"

    assert room.snapshots.now(View.BOARD, Role.PRODUCER).html == "<ul><li>a <b>b</b> c</li><li>d</li></ul>"
