"""What the check against Twilio puts right when every callback was lost."""

from sqlalchemy import delete

from callin.desk import checking, line
from callin.desk.lineup import LastCheck
from callin.models import Call, DjCall, LogLine
from callin.reconciler import reconcile
from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.studio import Studio

ANA, BEN, CLEO = "+14155550111", "+14155550112", "+14155550113"


def check(studio: Studio) -> LastCheck:
    """Time enough for any callback passes; our calls are compared; what was found."""
    studio.later(60)
    assert reconcile(studio.station)
    with studio.station.transaction() as session:
        return checking.last_check(session)


def lose(studio: Studio, share: float) -> None:
    """From now on callbacks are lost, or are not."""
    studio.exchange.faults.change({"webhook_lose": share})


def test_a_caller_whose_hang_up_was_never_told_is_ended_with_a_reason(studio: Studio) -> None:
    """Nobody waits for ever on the board; whoever does wait stays where they are."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(60)
    lose(studio, 1)
    ana.hang_up()
    studio.later(60)
    assert studio.call(ana).state == CallState.WAITING
    lose(studio, 0)
    found = check(studio)

    assert (studio.call(ana).state, studio.call(ana).outcome) == (CallState.OVER, Outcome.ABANDONED)
    assert studio.call(ben).state == CallState.WAITING
    assert (found.found, found.trouble) == ("1 already over", None)
    assert [line.actor for line in studio.rows(LogLine) if line.what == "was over at Twilio"] == ["check"]
    studio.settle()
    assert len(studio.texts(ana)) == 1


def test_a_talk_whose_end_was_never_told_ends_too(studio: Studio) -> None:
    """The caller on the air and the DJ both hung up, and no word of it came."""
    ana, dj = studio.joins(ANA), studio.dj_rings()
    studio.later(60)
    assert ana.state == "bridged"
    lose(studio, 1)
    dj.hang_up()
    ana.hang_up()
    studio.later(30)
    lose(studio, 0)
    check(studio)

    assert studio.call(ana).outcome == Outcome.AIRED
    assert [row.ended_at is not None for row in studio.rows(DjCall)] == [True]


def test_somebody_in_the_queue_of_whom_we_know_nothing_is_adopted(studio: Studio) -> None:
    """Say in a database put back from yesterday: the caller is on the board again, and goes on the air."""
    ana = studio.joins(ANA)
    studio.later(60)
    with studio.station.transaction() as session:
        session.execute(delete(Call))
    found = check(studio)

    call = studio.call(ana)
    assert found.found == "1 not known here"
    assert (call.state, call.phone_number, call.waited_s >= 100) == (CallState.WAITING, ANA, True)
    studio.dj_rings()
    studio.later(30)
    assert ana.state == "bridged"
    studio.settle()


def test_a_move_that_never_reached_twilio_is_taken_back(studio: Studio) -> None:
    """The process died between our note and Twilio: the caller stands where they stood, and the row says why."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(60)
    with studio.station.transaction() as session:
        line.put_next_up(session, now=studio.station.clock(), call_sid=ben.calls[0].sid, actor="Ann")
    check(studio)

    assert (studio.call(ben).state, studio.call(ana).state) == (CallState.WAITING, CallState.WAITING)
    assert "Twilio did not move them" in (studio.call(ben).trouble or "")
    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="Ann")
    studio.later(20)
    assert studio.call(ben).state == CallState.NEXT_UP


def test_when_all_is_well_nothing_is_touched(studio: Studio) -> None:
    """People who wait, talk and leave messages are left alone; the board can say when it was checked."""
    phones = [studio.joins(number) for number in (ANA, BEN, CLEO)]
    dj = studio.dj_rings()
    phones[2].press("1")
    before = len([line for line in studio.rows(LogLine) if line.actor == "check"])
    found = check(studio)

    assert found == LastCheck(at=studio.exchange.now(), trouble=None, found=None)
    assert len([line for line in studio.rows(LogLine) if line.actor == "check"]) == before == 0
    assert dj.state == "bridged"


def test_one_process_compares_at_a_time_and_not_too_often(studio: Studio) -> None:
    """The second one finds it done; fifteen seconds later it is due again."""
    assert reconcile(studio.station)
    assert not reconcile(studio.station)
    studio.later(checking.EVERY_S)
    assert reconcile(studio.station)


def test_a_twilio_out_of_reach_is_said_and_ends_nobody(studio: Studio) -> None:
    """No answer is no news: everybody stays, and the board says since when nobody could compare."""
    ana = studio.joins(ANA)
    first = check(studio)
    studio.exchange.faults.change({"rest_500": 1})
    lost = check(studio)
    studio.exchange.faults.change({"rest_500": 0})

    assert studio.call(ana).state == CallState.WAITING
    assert lost.trouble
    assert lost.at == first.at
    assert check(studio).trouble is None


def test_a_list_that_lags_ends_nobody(studio: Studio) -> None:
    """Whoever is missing from a list is asked for by name before anything is believed."""
    ana = studio.joins(ANA)
    studio.later(60)
    studio.station.carrier.calls_under_way = lambda _to: set()  # type: ignore[method-assign]  # a list that has not caught up
    check(studio)

    assert studio.call(ana).state == CallState.WAITING
