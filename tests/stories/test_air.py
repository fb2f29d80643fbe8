"""What happens between the line and the air: bridges, the star, next up, several DJs, and every way a talk ends."""

import re

from callin.rules.call_states import CallState, Outcome
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


def test_a_caller_moved_out_of_a_talk_was_on_the_air(studio: Studio) -> None:
    """The producer takes somebody off the air by REST: aired, and the DJ gets the next caller."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)
    studio.exchange.update_call(ana.calls[0], twiml="<Response><Hangup/></Response>")
    studio.settle()

    assert (ana.state, studio.call(ana).outcome) == ("idle", Outcome.AIRED)
    assert (ben.state, dj.state) == ("bridged", "bridged")
