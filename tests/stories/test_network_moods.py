"""What callers and DJs live through where Twilio's documents are silent, or Twilio itself fails."""

from typing import Any

import pytest

from callin.desk import djs
from callin.desk.djs import TurnKind
from callin.rules.call_states import CallState, Outcome
from callin.voice.forms import dialled_of
from callin.webhooks import Fields
from tests.stories.conftest import Build
from tests.stories.studio import DJ_PHONE, Studio, spoken

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
OTHER_DJ = "+14155550198"


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


def test_a_status_that_twilio_never_named_does_not_cost_the_dj(studio: Studio) -> None:
    """What Twilio says of a queue that does not exist is documented nowhere: whatever it is, the DJ holds on."""
    dj = studio.dj_rings()
    studio.later(30)
    with studio.station.transaction() as session:
        form = {"CallSid": dj.calls[-1].sid, "CallStatus": "in-progress", "DialCallStatus": "error"}
        turn = djs.end_dial(
            session,
            now=studio.exchange.now(),
            call_sid=form["CallSid"],
            dialled=dialled_of(Fields(tuple(form.items()))),
        )

    assert turn.kind == TurnKind.HOLD_ON
