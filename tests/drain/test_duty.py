"""One closing at a time, and none that is left undone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from callin.desk import closing_duty, shows
from callin.desk.closing_duty import LEASE_S, ClosingProgress
from callin.drain import close_show, finish_closing, follow_closing
from callin.errors import CallinError, ClosingUnderWay
from callin.models import ShowState
from callin.station import Station
from tests.drain.conftest import LINE, NEXT, Evening


def later(station: Station, seconds: float) -> Station:
    """The same station on another host, so many seconds later."""
    return replace(station, clock=lambda: station.clock() + timedelta(seconds=seconds))


def seen(evening: Evening) -> ClosingProgress:
    station = evening.station
    with station.reading() as session:
        return closing_duty.progress_of(session, now=station.clock(), show_id=evening.show().show_id)


def begin_at_the_board(evening: Evening) -> int:
    with evening.station.transaction() as session:
        return shows.begin_closing(session, now=evening.station.clock(), actor="Pia").show_id


def take_on(evening: Evening, owner: str) -> int:
    show_id = begin_at_the_board(evening)
    with evening.station.transaction() as session:
        assert closing_duty.take_on(session, now=evening.station.clock(), show_id=show_id, owner=owner)
    return show_id


def test_a_second_closing_is_told_who_does_the_first(evening: Evening) -> None:
    """While one process sends callers home another does not begin, and says whom it leaves it to."""
    evening.queues.fill(LINE, 3)
    told: list[str] = []

    def interrupt(settled: int, _known: int) -> None:
        if settled == 1:
            with pytest.raises(ClosingUnderWay) as busy:
                close_show(evening.station, owner="Ben on air-2")
            told.append(str(busy.value))

    evening.close(owner="Ana on air-1", progress=interrupt)

    assert told == ["«Night Owls» is being closed already, by Ana on air-1"]
    assert evening.show().state == ShowState.CLOSED


def test_a_closing_tells_how_far_it_has_come(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards read from the show's row how many are settled, and of how many."""
    monkeypatch.setattr("callin.drain.duty.TELL_EVERY_S", 0)
    evening.queues.fill(LINE, 4)
    watched: list[tuple[int, int]] = []
    evening.close(progress=lambda *_: watched.append((seen(evening).sent_home, seen(evening).to_send_home)))
    assert watched[0] == (0, 4)
    assert watched[-1] == (4, 4)
    assert watched == sorted(watched)


def test_the_courier_finishes_what_a_killed_process_left(evening: Evening) -> None:
    """Nobody else touches it while the lease of the dead one runs; then whoever waits is sent home."""
    take_on(evening, owner="a process that was killed")
    evening.queues.fill(LINE, 3)
    assert not finish_closing(evening.station)
    assert not finish_closing(later(evening.station, LEASE_S - 1))
    assert evening.show().state == ShowState.CLOSING

    assert finish_closing(later(evening.station, LEASE_S + 1))

    assert evening.show().state == ShowState.CLOSED
    assert not finish_closing(later(evening.station, 2 * LEASE_S))


def test_whoever_finishes_leaves_the_queues_if_that_was_the_wish(evening: Evening) -> None:
    """A closing with keep_queue fails midway; the courier sends the rest home, and the empty queues stay at Twilio."""
    evening.queues.fill(LINE, 3)

    def fail(settled: int, _known: int) -> None:
        if settled == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evening.close(keep_queue=True, progress=fail)

    assert finish_closing(evening.station)
    assert evening.queues.waiting == {LINE: [], NEXT: []}
    assert evening.show().state == ShowState.CLOSED


def test_the_courier_does_what_was_begun_at_the_board(evening: Evening) -> None:
    """A show that is only marked as closing is nobody's yet, so the courier begins at once."""
    begin_at_the_board(evening)
    evening.queues.fill(LINE, 2)
    assert finish_closing(evening.station)
    assert (evening.show().state, seen(evening).sent_home) == (ShowState.CLOSED, 2)


def test_no_open_show_is_closed_by_the_courier(evening: Evening) -> None:
    """Only what somebody began to close is finished."""
    assert not finish_closing(evening.station)
    assert evening.show().state == ShowState.OPEN


def test_of_many_couriers_one_closes(evening: Evening) -> None:
    """They see it at the same moment; each caller is asked to go once."""
    begin_at_the_board(evening)
    evening.queues.fill(LINE, 5)
    with (
        pytest.MonkeyPatch.context() as names,
        ThreadPoolExecutor(4) as pool,
    ):
        numbers = iter(range(4))
        names.setattr("callin.drain.others.owner_of", lambda who: f"{who} {next(numbers)}")
        done = [one.result() for one in [pool.submit(finish_closing, evening.station) for _ in range(4)]]
    assert sorted(done) == [False, False, False, True]
    assert seen(evening).sent_home == 5


def test_whoever_slept_too_long_stops(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was suspended beyond its lease finds that another has taken over, and leaves it to that one."""
    evening.queues.fill(LINE, 3)
    monkeypatch.setattr("callin.drain.duty.TELL_EVERY_S", 0)

    def fall_asleep(settled: int, _known: int) -> None:
        if settled == 1:
            other = later(evening.station, LEASE_S + 1)
            with other.transaction() as session:
                assert closing_duty.take_on(session, now=other.clock(), show_id=1, owner="Ben")

    with pytest.raises(ClosingUnderWay, match="by Ben"):
        evening.close(owner="Ana", progress=fall_asleep)
    assert evening.show().state == ShowState.CLOSING


def test_a_closing_that_fails_may_go_on_at_once(evening: Evening) -> None:
    """Ctrl-C, or a Twilio that is down, leaves the duty to whoever tries next."""

    def interrupt(_settled: int, _known: int) -> None:
        raise KeyboardInterrupt

    evening.queues.fill(LINE, 2)
    with pytest.raises(KeyboardInterrupt):
        evening.close(owner="Ana", progress=interrupt)
    evening.close(owner="Ben")
    assert evening.show().state == ShowState.CLOSED


def test_a_courier_that_fails_does_not_hammer_twilio(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says why, once, and lets some time pass."""

    def fail(*_arguments: object, **_more: object) -> None:
        raise CallinError("Twilio does not answer.")

    begin_at_the_board(evening)
    monkeypatch.setattr("callin.drain.others.close_show", fail)
    with capture_logs() as lines:
        assert [finish_closing(evening.station) for _ in range(3)] == [False] * 3
    assert [line["event"] for line in lines] == ["closing not finished"]


def test_following_another_closing_sees_its_end(evening: Evening) -> None:
    """Whoever follows hears of its progress and that the show is closed, or that nobody sees to it any more."""
    show_id = take_on(evening, owner="Ana")
    heard: list[tuple[int, int]] = []

    def ana_works(_seconds: float) -> None:
        now = evening.station.clock()
        with evening.station.transaction() as session:
            if heard[-1] == (0, 0):
                closing_duty.renew(session, now=now, show_id=show_id, owner="Ana", sent_home=2, to_send_home=5)
            else:
                shows.finish_closing(session, now=now, show_id=show_id)

    def hear(sent_home: int, to_send_home: int) -> None:
        heard.append((sent_home, to_send_home))

    end = follow_closing(evening.station, show_id=show_id, pause=ana_works, progress=hear)
    assert (heard, end.is_closed) == ([(0, 0), (2, 5), (2, 5)], True)


def test_following_a_dead_one_ends_with_its_lease(evening: Evening) -> None:
    """So a second `callin show close` goes on by itself."""
    show_id = take_on(evening, owner="a process that was killed")
    station = later(evening.station, LEASE_S + 1)
    end = follow_closing(station, show_id=show_id, pause=lambda _seconds: None, progress=lambda *_: None)
    assert (end.is_closed, end.owner) == (False, None)
