"""What happens between the line and the air: bridges, the star, next up, several DJs, and every way a talk ends."""

import re
from typing import Any

import pytest

from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.conftest import Build
from tests.stories.studio import DJ_PHONE, Studio, sentences, spoken

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
OTHER_DJ = "+14155550198"


def bridged_pairs(studio: Studio) -> set[tuple[str, str]]:
    """Who talks to whom, by number, each pair once."""
    calls = studio.exchange.calls
    return {
        (min(call.from_, calls[call.bridged_to].from_), max(call.from_, calls[call.bridged_to].from_))
        for call in calls.values()
        if call.bridged_to
    }


def test_the_first_in_line_goes_on_the_air_after_a_whisper(studio: Studio) -> None:
    """The whisper is the caller's alone; then both talk; afterwards the row keeps waited and aired seconds."""
    ana = studio.joins(ANA)
    studio.later(40)
    dj = studio.dj_rings()
    studio.later(30)
    assert spoken(ana)[-3:] == ["You are going on the air now.", "Please turn your radio down.", "(bridge)"]
    assert "on the air now" not in sentences(dj)
    assert studio.call(ana).state == CallState.ON_AIR
    assert studio.call(ana).dj_call_sid == dj.calls[0].sid
    studio.later(60)
    ana.hang_up()
    studio.settle()

    call = studio.call(ana)
    assert (call.state, call.outcome) == (CallState.OVER, Outcome.AIRED)
    assert 45 <= call.waited_s <= 65
    assert 60 <= call.aired_s <= 85


def test_whoever_waited_long_is_apologised_to_after_the_talk(studio: Studio) -> None:
    """A bridged caller who had waited over half a minute gets the one text when the talk is over, not before."""
    ana = studio.joins(ANA)
    studio.later(90)
    studio.dj_rings()
    studio.later(60)
    assert (ana.state, studio.texts(ana)) == ("bridged", [])
    ana.hang_up()
    studio.settle()

    assert len(studio.texts(ana)) == 1


def test_the_star_ends_this_caller_and_takes_the_next(studio: Studio) -> None:
    """`*`: thanks to the one, a card for the DJ, and the next is on the air; first come, first served."""
    ana, ben = studio.joins(ANA, name="Ana"), studio.joins(BEN, name="BEN")
    dj = studio.dj_rings()
    studio.later(150)
    assert (ana.state, ben.state) == ("bridged", "queued")
    dj.press("*")
    studio.later(40)

    assert spoken(ana)[-2:] == ["Thank you for calling Night Owls.", "Goodbye."]
    assert (ana.state, ben.state, dj.state) == ("idle", "bridged", "bridged")
    assert "Next is Ana." in spoken(dj)
    assert "Next is Ben." in spoken(dj)
    assert "1 more waiting." in spoken(dj)
    assert re.search(r"They have waited (one minute|2 minutes)\.", sentences(dj))


def test_the_star_may_hang_up_on_the_caller(build: Build) -> None:
    """Where Twilio hangs up on whoever the star drops, the outcome is the same: aired, and the next one follows."""
    studio = build(policies={"star_drops_caller": True})
    studio.open_show()
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)
    dj.press("*")
    studio.settle()

    assert (studio.call(ana).outcome, ana.state) == (Outcome.AIRED, "idle")
    assert (ben.state, dj.state) == ("bridged", "bridged")


def test_a_dj_who_hangs_up_leaves_the_caller_with_thanks(studio: Studio) -> None:
    """The DJ goes: whoever was on the air is thanked and is aired; whoever waits goes on waiting."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)
    dj.hang_up()
    studio.later(40)

    assert spoken(ana)[-2:] == ["Thank you for calling Night Owls.", "Goodbye."]
    assert studio.call(ana).outcome == Outcome.AIRED
    assert (ben.state, studio.call(ben).state) == ("queued", CallState.WAITING)


def test_an_empty_line_is_said_once_then_there_is_silence(build: Build) -> None:
    """The DJ waits in silence, with a request every two minutes at the most, and gets whoever rings at once."""
    studio = build()
    studio.open_show()
    dj = studio.dj_rings()
    studio.later(600)
    assert sentences(dj).count("Nobody is waiting") == 1
    assert len(studio.requests("/voice/dj/")) <= 10
    ana = studio.rings(ANA)
    studio.later(20)

    assert (ana.state, dj.state) == ("bridged", "bridged")


@pytest.mark.parametrize("status", ["no-answer", "completed", "failed", "busy", "canceled"])
def test_whatever_twilio_calls_an_empty_queue(build: Build, status: str) -> None:
    """The undocumented word for a Dial that found nobody does not matter: the DJ waits on, without a hot loop."""
    studio = build(policies={"empty_queue_status": status})
    studio.open_show()
    dj = studio.dj_rings()
    studio.later(600)
    assert len(studio.requests("/voice/dj/")) <= 70
    ana = studio.rings(ANA)
    studio.later(40)

    assert (ana.state, dj.state) == ("bridged", "bridged")


def test_no_caller_is_given_to_two_djs(build: Build) -> None:
    """Two DJs, three callers: each DJ talks to one, nobody to two, and the third waits for whoever is free first."""
    studio = build(dj_numbers=(DJ_PHONE, OTHER_DJ))
    studio.open_show()
    ana, ben, cleo = studio.joins(ANA), studio.joins(BEN), studio.joins(CLEO)
    first, second = studio.dj_rings(), studio.dj_rings(OTHER_DJ)
    studio.later(60)
    assert len(bridged_pairs(studio)) == 2
    assert {number for pair in bridged_pairs(studio) for number in pair} == {ANA, BEN, DJ_PHONE, OTHER_DJ}
    second.press("*")
    studio.later(60)

    assert cleo.state == "bridged"
    assert first.state == second.state == "bridged"
    assert sorted([ana.state, ben.state]) == ["bridged", "idle"]


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


WHISPERS: list[dict[str, Any]] = [
    {"whisper_hangup_result": result}
    for result in ("bridging-in-process", "hangup", "bridged", "error", "system-error")
]


@pytest.mark.parametrize("policy", WHISPERS, ids=lambda policy: next(iter(policy.values())))
def test_a_caller_who_hangs_up_during_the_whisper(build: Build, policy: dict[str, Any]) -> None:
    """Whatever Twilio calls it, the caller has an outcome, the DJ the next caller, and nobody two texts."""
    studio = build(policies=policy)
    studio.open_show()
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(60)
    dj = studio.dj_rings()
    studio.until(ana, "You are going on the air now.")
    ana.hang_up()
    studio.settle()

    assert studio.call(ana).state == CallState.OVER
    assert studio.call(ana).outcome in (Outcome.ABANDONED, Outcome.AIRED, Outcome.FAILED)
    assert len(studio.texts(ana)) == 1
    assert (ben.state, dj.state) == ("bridged", "bridged")


@pytest.mark.parametrize("policy", WHISPERS[:1] + WHISPERS[3:], ids=lambda policy: next(iter(policy.values())))
def test_a_dj_who_hangs_up_during_the_whisper(build: Build, policy: dict[str, Any]) -> None:
    """The caller was about to go on air and did not: they are put back, and go on air with the next DJ."""
    studio = build(policies=policy, dj_numbers=(DJ_PHONE, OTHER_DJ))
    studio.open_show()
    ana = studio.joins(ANA)
    studio.later(20)
    dj = studio.dj_rings()
    studio.until(ana, "You are going on the air now.")
    dj.hang_up()
    studio.later(60)
    assert ana.state == "queued"
    studio.dj_rings(OTHER_DJ)
    studio.later(60)

    assert ana.state == "bridged"
    assert studio.call(ana).outcome is None


def test_twilios_own_fault_puts_a_caller_back_in_line(build: Build) -> None:
    """A system error while joining: sorry, and back in the line, without a second chance for the fault to lose them."""
    studio = build(policies={"system_error_enqueues": 1})
    studio.open_show()
    ana = studio.rings(ANA)
    studio.later(60)

    assert "Sorry, we lost you for a moment." in spoken(ana)
    assert (ana.state, studio.call(ana).state) == ("queued", CallState.WAITING)


def test_a_line_that_keeps_failing_takes_a_message_instead(build: Build) -> None:
    """After several faults it is kinder to take a message: the caller is not sent round for ever."""
    studio = build(policies={"system_error_enqueues": 50})
    studio.open_show()
    ana = studio.rings(ANA)
    studio.settle()

    assert "Sorry, something keeps going wrong on our side." in spoken(ana)
    assert (ana.state, studio.call(ana).outcome) == ("idle", Outcome.FAILED)


def test_a_caller_moved_out_of_a_talk_was_on_the_air(studio: Studio) -> None:
    """The producer takes somebody off the air by REST: aired, and the DJ gets the next caller."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)
    studio.exchange.update_call(ana.calls[0], twiml="<Response><Hangup/></Response>")
    studio.settle()

    assert (ana.state, studio.call(ana).outcome) == ("idle", Outcome.AIRED)
    assert (ben.state, dj.state) == ("bridged", "bridged")


@pytest.mark.parametrize("lost", ["action", "status"])
def test_a_lost_callback_loses_nobody(build: Build, lost: str) -> None:
    """Without the queue's word or the call's: outcome and waiting time are known from the other, and one text."""
    studio = build(policies={"webhook_lose": {lost: 1}})
    studio.open_show()
    ana = studio.joins(ANA)
    studio.later(60)
    ana.hang_up()
    studio.settle()

    call = studio.call(ana)
    assert call.outcome == Outcome.ABANDONED
    assert 55 <= call.waited_s <= 80
    assert len(studio.texts(ana)) == 1
