"""The line while it waits."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from callin.desk import dj_door, djs, line, shows
from callin.desk.joining import arrive_next_up
from callin.errors import NoOpenShow, NotWaiting
from callin.rules.call_states import CallState, QueueResult
from callin.rules.estimate import WaitRange
from callin.statements import _Spelled

from .conftest import Desk


def admit(desk: Desk, sid: str = "CAdj") -> None:
    desk.do(dj_door.admit, now=desk.now, call_sid=sid, phone_number="+15550199", is_known=True, has_pin=False)


def is_a_turn(statement: str) -> bool:
    """Whether it only begins a transaction alone: as SQLite does, as PostgreSQL does."""
    return statement.startswith("BEGIN") or "pg_advisory_xact_lock" in statement


def air(desk: Desk, sid: str, talk_s: int) -> None:
    """Put one caller on air and end the talk."""
    desk.join(sid)
    desk.on_air(sid, 0)
    desk.leave(sid, QueueResult.BRIDGED, 0, is_over=True)
    dialled = djs.Dialled(status="completed", listener_sid=sid, duration_s=talk_s, was_next_queue=False, is_over=False)
    desk.do(djs.end_dial, now=desk.now, call_sid="CAdj", dialled=dialled)


def test_first_wait_request_tells_the_place(open_desk: Desk) -> None:
    """Position 2 of Twilio's queue is place 2 of an otherwise empty line."""
    open_desk.join("CA0001")
    notice = open_desk.hold("CA0001", 2, 0)
    assert (notice.place, notice.is_first, notice.forecast) == (2, True, None)


def test_those_next_up_stand_before_the_queue(open_desk: Desk) -> None:
    """A caller put next up waits in another queue of Twilio's, and still counts as ahead."""
    open_desk.join("CA0001")
    open_desk.join("CA0002")
    open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0002", actor="producer")
    open_desk.do(arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0002"))
    assert open_desk.hold("CA0001", 1, 30).place == 2
    assert open_desk.hold("CA0002", 1, 0, is_next_queue=True).is_next


def test_the_hot_path_reads_once_and_writes_nothing_without_news(
    open_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two announcements a wait request costs one SELECT and no write."""
    open_desk.join("CA0001")
    open_desk.hold("CA0001", 3, 0)
    statements: list[str] = []
    engine = open_desk.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    parameters = _Spelled.parameters

    def asked(spelled: _Spelled, values: Mapping[str, object]) -> Any:
        statements.append(spelled.words)  # they go to the driver itself
        return parameters(spelled, values)

    monkeypatch.setattr(_Spelled, "parameters", asked)
    open_desk.hold("CA0001", 3, 10)
    assert [statement.split()[0] for statement in statements if not is_a_turn(statement)] == ["SELECT"]
    statements.clear()
    open_desk.hold("CA0001", 3, 25)
    assert not [statement for statement in statements if statement.startswith(("UPDATE", "INSERT"))]


def test_forecast_needs_a_dj_and_three_talks(open_desk: Desk) -> None:
    """With fewer talks, or nobody taking calls, only the place is told."""
    open_desk.join("CA0009")
    admit(open_desk)
    for sid in ("CA0001", "CA0002"):
        air(open_desk, sid, 120)
    assert open_desk.hold("CA0009", 4, 0).forecast is None
    air(open_desk, "CA0003", 120)
    assert open_desk.hold("CA0009", 4, 60).forecast == WaitRange(3, 10)
    open_desk.end("CAdj", 900)
    assert open_desk.hold("CA0009", 4, 120).forecast is None


def test_past_shows_teach_the_pace(open_desk: Desk) -> None:
    """A new show forecasts from the first minute what the last one learned."""
    admit(open_desk)
    for sid in ("CA0001", "CA0002", "CA0003"):
        air(open_desk, sid, 120)
    show = open_desk.do(shows.begin_closing, now=open_desk.now)
    open_desk.do(shows.finish_closing, now=open_desk.now, show_id=show.show_id)
    open_desk.open_show()
    open_desk.join("CA0004")
    assert open_desk.hold("CA0004", 4, 0).forecast == WaitRange(3, 10)


def test_a_turn_past_the_planned_end_is_told(desk: Desk) -> None:
    """With the end of the show two minutes away, six minutes of talk ahead are too many."""
    desk.open_show(ends_at=desk.now + timedelta(minutes=2))
    admit(desk)
    for sid in ("CA0001", "CA0002", "CA0003"):
        air(desk, sid, 120)
    desk.join("CA0004")
    assert desk.hold("CA0004", 4, 0).may_be_late


def test_waiting_in_a_closing_show_holds_and_in_a_closed_one_leaves(open_desk: Desk) -> None:
    """Whoever slipped into the queue while it closed is still let out with a word."""
    open_desk.join("CA0001")
    show = open_desk.do(shows.begin_closing, now=open_desk.now)
    notice = open_desk.hold("CA0001", 1, 10)
    assert (notice.show_is_closing, notice.must_leave) == (True, False)
    open_desk.do(shows.finish_closing, now=open_desk.now, show_id=show.show_id)
    assert open_desk.hold("CA0001", 1, 20).must_leave


def test_a_stranger_in_the_queue_is_held_while_a_show_is_open(open_desk: Desk) -> None:
    """A call we never heard of is not thrown out of an open show's line."""
    assert not open_desk.hold("CAff", 1, 10).must_leave


def test_a_wait_request_heals_a_lost_join(open_desk: Desk) -> None:
    """Whoever asks as a waiting caller is waiting, whatever callback was lost."""
    open_desk.ring("CA0001")
    open_desk.hold("CA0001", 1, 5)
    assert open_desk.call("CA0001").state == CallState.WAITING


def test_kept_waiting_time_is_at_most_half_a_minute_old(open_desk: Desk) -> None:
    """The DJ's card speaks from it, even for whoever is next and hears no reminders."""
    open_desk.join("CA0001")
    for queue_time_s in range(0, 200, 20):
        open_desk.hold("CA0001", 1, queue_time_s)
    assert open_desk.call("CA0001").waited_s >= 150


def test_put_next_up_marks_and_a_gone_caller_goes_back(open_desk: Desk) -> None:
    """The row says «moving» until Twilio answers, and goes back with the reason in the log."""
    open_desk.join("CA0001")
    move = open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    assert (move.queue_name, open_desk.call("CA0001").state) == ("line", CallState.MOVING)
    open_desk.do(line.undo_move, now=open_desk.now, call_sid="CA0001", why="hung up")
    assert open_desk.call("CA0001").state == CallState.WAITING
    assert "could not be put next up" in open_desk.log()


def test_put_next_up_twice_asks_twilio_again_and_logs_once(open_desk: Desk) -> None:
    """Two producers pressing the same button make one move."""
    open_desk.join("CA0001")
    for _ in range(2):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    assert open_desk.log().count("put next up") == 1


def test_put_next_up_is_refused_in_words(open_desk: Desk) -> None:
    """Each state that cannot be put next up has its own sentence."""
    open_desk.ring("CA0001")
    with pytest.raises(NotWaiting, match="greeting"):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 3, is_over=True)
    with pytest.raises(NotWaiting, match="hung up"):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    with pytest.raises(NotWaiting, match="not in this show"):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CAff", actor="producer")
    open_desk.do(shows.begin_closing, now=open_desk.now)
    with pytest.raises(NoOpenShow):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
