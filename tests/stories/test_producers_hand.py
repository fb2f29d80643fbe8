"""What callers hear when the producer orders the line, drops somebody, or pauses the line."""

import pytest

from callin.desk import places, shows
from callin.desk.lineup import PlaceKind
from callin.errors import NotWaiting
from callin.exchange import Phone
from callin.rules.call_states import CallState, Outcome
from callin.usher import drop, put_next_up
from tests.stories.studio import Studio, sentences

ANA, BEN, CLEO = "+14155550111", "+14155550112", "+14155550113"


def move_to_the_front(studio: Studio, phone: Phone) -> None:
    """The producer drags this caller to the top of the board."""
    place_id = studio.call(phone).id
    with studio.station.transaction() as session:
        places.move_by(
            session,
            now=studio.station.clock(),
            kind=PlaceKind.CALL,
            place_id=place_id,
            steps=-9,
            actor="Ann",
        )


def test_the_order_of_the_board_is_the_order_of_the_air(studio: Studio) -> None:
    """Twilio knows only first come first served: the DJ is given whom the board has first, and the card says so."""
    ana, ben, cleo = studio.joins(ANA, name="Ana"), studio.joins(BEN, name="Ben"), studio.joins(CLEO, name="Cleo")
    move_to_the_front(studio, cleo)
    dj = studio.dj_rings()
    studio.later(40)
    assert "Next is Cleo" in sentences(dj)
    assert (cleo.state, dj.state) == ("bridged", "bridged")
    dj.press("*")
    studio.later(60)
    assert ana.state == "bridged"
    dj.press("*")
    studio.later(60)

    assert ben.state == "bridged"
    studio.settle()


@pytest.mark.parametrize("fault", ["rest_429", "rest_500", "rest_timeout", "member_gone"])
def test_a_twilio_that_cannot_move_the_first_costs_the_dj_no_caller(studio: Studio, fault: str) -> None:
    """If the one on top of the board cannot be had, the DJ gets somebody all the same, and nobody is lost."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    move_to_the_front(studio, ben)
    studio.exchange.faults.change({fault: 1})
    dj = studio.dj_rings()
    studio.later(60)

    assert dj.state == "bridged"
    assert {ana.state, ben.state} in ({"bridged", "queued"}, {"bridged", "idle"})
    studio.exchange.faults.change({fault: 0})
    studio.settle()


def test_somebody_dropped_from_the_line_hears_why_and_is_gone(studio: Studio) -> None:
    """A friendly sentence, the outcome «dropped», and no apology by text for what was decided."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(60)
    drop(studio.station, call_sid=ana.calls[0].sid, from_the_air=False, actor="Ann")
    studio.settle()

    assert "we cannot put you on the air this time" in sentences(ana)
    assert (studio.call(ana).outcome, ana.state, ben.state) == (Outcome.DROPPED, "idle", "queued")
    assert studio.texts(ana) == []


def test_somebody_next_up_can_be_dropped_too(studio: Studio) -> None:
    """Out of the next-up queue as out of the line."""
    ana = studio.joins(ANA)
    put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="Ann")
    studio.later(20)
    assert studio.call(ana).state == CallState.NEXT_UP
    drop(studio.station, call_sid=ana.calls[0].sid, from_the_air=False, actor="Ann")
    studio.settle()

    assert (studio.call(ana).outcome, ana.state) == (Outcome.DROPPED, "idle")


def test_somebody_dropped_from_the_air_was_on_the_air(studio: Studio) -> None:
    """Cut off once confirmed: the caller is thanked, the DJ goes on to the next one, and the outcome is «aired»."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(40)
    with pytest.raises(NotWaiting, match="confirm"):
        drop(studio.station, call_sid=ana.calls[0].sid, from_the_air=False, actor="Ann")
    assert ana.state == "bridged"
    drop(studio.station, call_sid=ana.calls[0].sid, from_the_air=True, actor="Ann")
    studio.later(60)

    assert "Thank you for talking to us" in sentences(ana)
    assert (ana.state, ben.state, dj.state) == ("idle", "bridged", "bridged")
    studio.settle()
    assert studio.call(ana).outcome == Outcome.AIRED


def test_dropping_somebody_who_has_just_hung_up_is_told(studio: Studio) -> None:
    """The click came too late: it says so, and nobody else is touched."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    ana.hang_up()
    with pytest.raises(NotWaiting):
        drop(studio.station, call_sid=ana.calls[0].sid, from_the_air=False, actor="Ann")
    studio.settle()
    assert (studio.call(ana).outcome, ben.state) == (Outcome.ABANDONED, "queued")


def test_a_paused_line_takes_messages_and_keeps_who_waits(studio: Studio) -> None:
    """Whoever rings hears that nobody new is taken and may leave a message; whoever waits keeps waiting."""
    ana = studio.joins(ANA)
    with studio.station.transaction() as session:
        shows.pause(session, now=studio.station.clock(), is_paused=True, actor="Ann")
    ben = studio.rings(BEN)
    studio.until(ben, "(beep)")
    studio.settle()

    assert "We are taking no new callers for the moment" in sentences(ben)
    assert (studio.call(ben).outcome, ana.state) == (Outcome.CLOSED, "queued")
