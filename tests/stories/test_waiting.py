"""What listeners live through from ringing to waiting, and the ways out that they choose themselves."""

import re
from itertools import pairwise

import pytest

from callin.models import Message, MessageSound
from callin.rules.call_states import CallState, Outcome
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, LINE, MUSIC, Studio, sentences, spoken

ANA, BEN, CLEO = "+14155550111", "+14155550112", "+14155550113"


def test_a_listener_is_greeted_told_the_notice_and_put_in_line(studio: Studio) -> None:
    """Ringing: the greeting, the notice about airing and recording, then the line, where the place is told first."""
    ana = studio.joins(ANA)
    studio.later(30)

    assert spoken(ana)[:6] == [
        "Hello, you are calling Night Owls on the station.",
        "Your call may go on the air, and it may be recorded.",
        "You are next.",
        "To leave a message instead, press 1.",
        "To leave the line, press star.",
        MUSIC,
    ]
    call = studio.call(ana)
    assert (call.state, call.outcome) == (CallState.WAITING, None)
    assert call.noticed_at is not None
    assert [queue.friendly_name for queue in studio.exchange.queues.values() if queue.members] == [LINE]


def test_a_waiting_caller_hears_what_is_new_and_otherwise_music(studio: Studio) -> None:
    """Place and waiting time come at most every 20 s, when the place changed or a minute has passed; the keys once."""
    ana, ben, cleo = studio.joins(ANA), studio.joins(BEN), studio.joins(CLEO)
    studio.later(200)
    ana.hang_up()
    studio.later(60)

    told = [heard for heard in cleo.heard if heard.text and "in line" in heard.text]
    assert [heard.text for heard in told][:2] == ["You are number 3 in line."] * 2
    assert told[-1].text == "You are number 2 in line."
    assert all((after.at - before.at).total_seconds() >= 20 for before, after in pairwise(told))
    assert "You have been waiting one minute." in sentences(cleo)
    assert sentences(cleo).count("press 1") == 1
    assert sentences(ben).count("You are next.") == 1
    assert sentences(ana).count("You are next.") == 1


def test_waiting_does_not_hammer_the_server(studio: Studio) -> None:
    """Five minutes of waiting are a request every twenty seconds or so, and every document ends in music or a pause."""
    studio.joins(ANA)
    before = len(studio.requests("/voice/listener/wait"))
    studio.later(300)

    assert 8 <= len(studio.requests("/voice/listener/wait")) - before <= 17


def test_a_forecast_is_a_wide_range_once_enough_talks_are_known(studio: Studio) -> None:
    """After three talks of a minute or so, whoever waits hears a range; before, only the place."""
    studio.dj_rings()
    for number in range(3):
        guest = studio.rings(f"+1415555020{number}")
        studio.later(75)
        guest.hang_up()
        studio.settle()
    on_air = studio.rings("+14155550300")
    studio.later(20)
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(10)

    assert on_air.state == "bridged"
    assert sentences(ana).count("It may take") == 0  # who is next is told just that
    assert re.search(r"It may take about (1|2) to (3|5) minutes more\.", sentences(ben))


def test_one_leads_out_of_the_line_to_a_message(studio: Studio) -> None:
    """Key 1: the tone, the message, thanks; it is kept with caller and length, and its sound is brought home."""
    ana = studio.joins(ANA)
    studio.later(12)
    ana.press("1")
    studio.until(ana, BEEP)
    ana.say("I love owls and I wanted to say so on the air")
    studio.settle()

    assert spoken(ana)[-2:] == ["Thank you, we have your message.", "Goodbye."]
    assert (ana.state, studio.call(ana).outcome) == ("idle", Outcome.LEFT)
    (message,) = studio.rows(Message)
    assert (message.call_sid, message.sound_state) == (ana.calls[0].sid, "fetched")
    assert 3 <= message.duration_s <= 12
    assert studio.rows(MessageSound)[0].content.startswith(b"RIFF")


def test_somebody_who_says_nothing_after_the_tone_is_not_a_message(studio: Studio) -> None:
    """Silence after the tone: a goodbye, and no message."""
    ana = studio.joins(ANA)
    studio.later(12)
    ana.press("1")
    studio.settle()

    assert spoken(ana)[-2:] == ["We did not hear anything.", "Thank you for calling, and goodbye."]
    assert studio.rows(Message) == []


def test_star_leads_out_of_the_line(studio: Studio) -> None:
    """The star: thanks and goodbye, and whoever stood behind moves up."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(12)
    ana.press("*")
    studio.settle()

    assert "You have left the line." in sentences(ana)
    assert (ana.state, studio.call(ana).outcome) == ("idle", Outcome.LEFT)
    assert "You are next." in sentences(ben)


def test_any_other_key_says_the_keys_again(studio: Studio) -> None:
    """A wrong key costs nothing: the keys are said again, and the place is kept."""
    ana = studio.joins(ANA)
    studio.later(12)
    ana.press("7")
    studio.later(20)

    assert sentences(ana).count("press 1") == 2
    assert ana.state == "queued"


@pytest.mark.parametrize(("waits_s", "texts"), [(8, 0), (60, 1)])
def test_hanging_up_while_waiting_earns_an_apology_after_half_a_minute(
    studio: Studio, waits_s: int, texts: int
) -> None:
    """Abandoned: waited seconds are kept, and exactly one text goes out to whoever waited over 30 s."""
    ana = studio.joins(ANA)
    studio.later(waits_s)
    ana.hang_up()
    studio.settle()

    call = studio.call(ana)
    assert (call.state, call.outcome) == (CallState.OVER, Outcome.ABANDONED)
    assert waits_s <= call.waited_s <= waits_s + 2
    assert len(studio.texts(ana)) == texts
    if texts:
        assert studio.texts(ana)[0].startswith("Sorry you waited 1 minute to talk to Night Owls.")
        assert studio.owed()[0].state == "delivered"


def test_a_quiet_evening_leaves_no_warning(studio: Studio) -> None:
    """Every document was understood in full, and every request answered as it should be."""
    ana = studio.joins(ANA)
    studio.dj_rings()
    studio.later(40)
    ana.hang_up()
    studio.settle()
    studio.phone("+14155550199").hang_up()
    studio.settle()

    assert [(entry.url, entry.error) for entry in studio.exchange.log.entries if entry.error] == []
    assert {entry.status for entry in studio.exchange.log.entries} <= {200, 201, 204, 304}


def test_a_turn_after_the_end_of_the_show_is_said_early(build: Build) -> None:
    """When the forecast runs past the planned end, whoever waits hears so once, with the key for a message."""
    studio = build()
    studio.open_show(minutes=15)
    studio.dj_rings()
    for number in range(3):
        guest = studio.rings(f"+1415555020{number}")
        studio.later(150)
        guest.hang_up()
        studio.later(10)
    studio.rings("+14155550300")
    studio.later(20)
    waiting = [studio.joins(f"+1415555031{number}") for number in range(5)]
    studio.later(90)

    assert sentences(waiting[0]).count("The show may end before your turn.") == 0
    assert sentences(waiting[4]).count("The show may end before your turn.") == 1
    said = spoken(waiting[4])
    assert said[said.index("The show may end before your turn.") + 1] == "To leave a message instead, press 1."
