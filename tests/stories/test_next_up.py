"""What happens to callers whom the producer puts next up."""

import pytest

from callin.errors import CarrierError, NotWaiting
from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.studio import Studio, spoken

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
OTHER_DJ = "+14155550198"


def test_whoever_is_put_next_up_goes_first_and_keeps_their_waiting_time(studio: Studio) -> None:
    """The producer's choice: out of the middle, on the air before the others, waited time from the first minute."""
    ana, ben, cleo = studio.joins(ANA), studio.joins(BEN), studio.joins(CLEO)
    studio.later(60)
    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="producer")
    studio.later(30)
    assert studio.call(ben).state == CallState.NEXT_UP
    assert spoken(ben).count("You are next.") >= 1
    dj = studio.dj_rings()
    studio.later(30)

    assert (ana.state, ben.state, cleo.state, dj.state) == ("queued", "bridged", "queued", "bridged")
    assert studio.call(ben).waited_s >= 90
    ben.hang_up()
    studio.settle()
    assert (studio.call(ben).outcome, ana.state, cleo.state) == (Outcome.AIRED, "bridged", "queued")


def test_two_who_are_next_up_go_in_the_order_in_which_they_were_chosen(studio: Studio) -> None:
    """The last in line first, then the second: as the producer said, whatever the line's order was."""
    phones = [studio.joins(number) for number in (ANA, BEN, CLEO, DAN)]
    for chosen in (3, 1):
        put_next_up(studio.station, call_sid=phones[chosen].calls[0].sid, actor="producer")
        studio.later(10)
    dj = studio.dj_rings()
    order = []
    for _ in range(4):
        studio.later(60)
        order += [phone.number for phone in phones if phone.state == "bridged"]
        dj.press("*")
    studio.settle()

    assert order == [DAN, BEN, ANA, CLEO]


def test_a_queue_that_was_made_anew_at_twilio_is_found_by_its_name(studio: Studio) -> None:
    """Somebody deletes the empty queue in the console; the next caller makes it anew, and can be put next up."""
    for queue in list(studio.exchange.queues.values()):
        studio.station.carrier.delete_queue(queue.sid)
    ana = studio.joins(ANA)
    put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="producer")
    studio.later(30)
    assert studio.call(ana).state == CallState.NEXT_UP
    studio.dj_rings()
    studio.later(30)
    assert ana.state == "bridged"


def test_a_dj_already_waiting_on_the_line_gets_whoever_is_put_next_up(studio: Studio) -> None:
    """Next up while the DJ talks: after this talk the next-up queue is dialled first."""
    ana, ben, cleo = studio.joins(ANA), studio.joins(BEN), studio.joins(CLEO)
    dj = studio.dj_rings()
    studio.later(60)
    put_next_up(studio.station, call_sid=cleo.calls[0].sid, actor="producer")
    studio.later(20)
    dj.press("*")
    studio.later(60)

    assert (ana.state, ben.state, cleo.state) == ("idle", "queued", "bridged")


def test_somebody_next_up_who_hangs_up_does_not_stop_the_show(studio: Studio) -> None:
    """The next-up queue turns out empty: the DJ gets the line's first without being told anything wrong."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="producer")
    studio.later(20)
    ben.hang_up()
    dj = studio.dj_rings()
    studio.later(60)

    assert (ana.state, dj.state) == ("bridged", "bridged")
    studio.settle()
    assert studio.call(ben).outcome == Outcome.ABANDONED


def test_somebody_next_up_whose_end_was_never_told_does_not_stop_the_show(studio: Studio) -> None:
    """Every word of their leaving is lost: the DJ finds the next-up queue empty and is given the line all the same."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="producer")
    studio.later(20)
    studio.exchange.faults.change({"webhook_lose": 1})
    ben.hang_up()
    studio.later(20)
    studio.exchange.faults.change({"webhook_lose": 0})
    assert studio.call(ben).state == CallState.NEXT_UP
    dj = studio.dj_rings()
    studio.later(60)

    assert (ana.state, dj.state) == ("bridged", "bridged")


@pytest.mark.parametrize("fault", ["rest_500", "rest_timeout", "rest_timeout_after_work", "rest_429"])
def test_a_twilio_that_answers_badly_for_a_while_moves_the_caller_once(studio: Studio, fault: str) -> None:
    """A first request that failed, or only seemed to, is asked again; nobody else is moved."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.exchange.faults.change({fault: 1})

    def recover(seconds: float) -> None:
        studio.exchange.faults.change({fault: 0})
        studio.later(seconds)

    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="producer", pause=recover)
    studio.later(20)
    assert studio.call(ben).state == CallState.NEXT_UP
    assert studio.call(ana).state == CallState.WAITING


def test_a_twilio_that_refuses_leaves_the_caller_where_they_stood(studio: Studio) -> None:
    """Too many requests, again and again: surely nothing was done, and the row says so."""
    ana = studio.joins(ANA)
    studio.exchange.faults.change({"rest_429": 1})
    with pytest.raises(CarrierError):
        put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="producer", pause=studio.later)
    assert studio.call(ana).state == CallState.WAITING


def test_a_twilio_that_never_answers_leaves_it_open(studio: Studio) -> None:
    """Nobody knows whether the work was done: the row says «moving» until the call itself speaks, or is asked again."""
    ana = studio.joins(ANA)
    studio.exchange.faults.change({"rest_timeout": 1})
    with pytest.raises(CarrierError):
        put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="producer", pause=studio.later)
    assert studio.call(ana).state == CallState.MOVING
    studio.exchange.faults.change({"rest_timeout": 0})
    put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="producer")
    studio.later(20)
    assert studio.call(ana).state == CallState.NEXT_UP


def test_a_caller_who_hung_up_this_moment_is_told_in_words(studio: Studio) -> None:
    """Between the producer's look and the request the caller has gone."""
    ana = studio.joins(ANA)
    studio.exchange.faults.change({"member_gone": 1})
    with pytest.raises(NotWaiting, match="just left"):
        put_next_up(studio.station, call_sid=ana.calls[0].sid, actor="producer")
    studio.settle()
    assert studio.call(ana).outcome == Outcome.ABANDONED
