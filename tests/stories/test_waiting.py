"""What listeners live through from ringing to waiting, and the ways out that they choose themselves."""

import re
from itertools import pairwise

import pytest

from callin.desk import screening
from callin.models import Call, Caller, Message, MessageSound, Text
from callin.rules.call_states import CallState, Outcome
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, DJ_LINE, LINE, LISTENER_NUMBER, MUSIC, Studio, sentences, spoken

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


def test_a_full_line_apologises_offers_a_message_and_texts(build: Build) -> None:
    """Turned away: an apology by voice, the offer of a message, and one text, however short the wait."""
    studio = build()
    studio.open_show(max_queue_size=1)
    studio.joins(ANA)
    ben = studio.rings(BEN)
    studio.until(ben, BEEP)
    ben.say("Then I will say it here")
    studio.settle()

    assert "Sorry, so many people are calling that our line is full." in spoken(ben)
    assert studio.call(ben).outcome == Outcome.BLOCKED
    assert len(studio.rows(Message)) == 1
    assert [text.split(",")[0] for text in studio.texts(ben)] == ["Sorry"]
    assert "full" in studio.texts(ben)[0]


def test_ringing_while_no_show_is_on(build: Build) -> None:
    """Closed: the hours and the offer of a message; nobody is enqueued, nobody is texted."""
    studio = build(show_hours="Fridays from eight to ten")
    ana = studio.rings(ANA)
    studio.until(ana, BEEP)
    assert spoken(ana)[:3] == [
        "Hello, thank you for calling the call-in show on the station.",
        "We are not taking calls right now.",
        "We are on the air Fridays from eight to ten.",
    ]
    ana.say("See you on Friday then")
    studio.settle()

    assert studio.call(ana).outcome == Outcome.CLOSED
    assert len(studio.rows(Message)) == 1
    assert studio.texts(ana) == []
    assert studio.exchange.queues == {}


def test_a_banned_caller_hears_one_polite_sentence(studio: Studio) -> None:
    """Banned: one sentence, and the call is over; no line, no text."""
    with studio.station.transaction() as session:
        screening.ban(session, now=studio.exchange.now(), phone_number=ANA, reason="shouts")
    ana = studio.rings(ANA)
    studio.settle()

    assert spoken(ana) == ["Sorry, we cannot take your call."]
    assert (studio.call(ana).outcome, studio.texts(ana)) == (Outcome.BANNED, [])


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "+7378742833"])
def test_withheld_callers_are_served_never_texted_and_never_taken_for_one_person(studio: Studio, number: str) -> None:
    """Two withheld callers are two callers: both wait, and nobody is texted, banned or known by that value."""
    first = studio.exchange.dial(number, LISTENER_NUMBER)
    second = studio.exchange.dial(number, LISTENER_NUMBER)
    studio.later(90)
    assert sorted(call.queue_sid is not None for call in (first, second)) == [True, True]
    studio.exchange.hang_up(first)
    studio.exchange.hang_up(second)
    studio.settle()

    rows = studio.rows(Call)
    assert [(row.outcome, row.phone_number, row.caller_id) for row in rows] == [(Outcome.ABANDONED, None, None)] * 2
    assert studio.rows(Caller) == []
    assert studio.owed() == []


def test_a_landline_is_texted_once_and_never_again(build: Build) -> None:
    """The first apology fails as a landline; the next one is not even tried, and the record says why."""
    studio = build(policies={"landlines": [ANA]})
    studio.open_show()
    for _ in range(2):
        ana = studio.joins(ANA)
        studio.later(60)
        ana.hang_up()
        studio.settle()

    first, second = studio.owed()
    assert (first.state, first.why) in {("failed", "landline"), ("undelivered", "landline")}
    assert (second.state, second.why) == ("withheld", "landline")
    assert studio.texts(ana) == []


def test_a_number_that_opted_out_is_not_texted(studio: Studio) -> None:
    """After STOP no apology goes out; after START they do again."""
    ana = studio.phone(ANA)
    ana.text(LISTENER_NUMBER, "STOP")
    for word in ("START", ""):
        studio.joins(ANA)
        studio.later(60)
        ana.hang_up()
        studio.settle()
        if word:
            assert [(text.state, text.why) for text in studio.owed()[1:]] == [("withheld", "opted out")]
            ana.text(LISTENER_NUMBER, word)

    apologies = studio.rows(Text, Text.purpose == "apology")
    assert [text.state for text in apologies] == ["withheld", "delivered"]


def test_every_sentence_heard_has_a_voice_and_nothing_was_logged_as_wrong(studio: Studio) -> None:
    """A quiet evening leaves no warning in the exchange's log: every document was understood in full."""
    ana = studio.joins(ANA)
    studio.dj_rings()
    studio.later(40)
    ana.hang_up()
    studio.settle()
    studio.phone("+14155550199").hang_up()
    studio.settle()

    assert [(entry.url, entry.error) for entry in studio.exchange.log.entries if entry.error] == []
    assert {entry.status for entry in studio.exchange.log.entries} <= {200, 201, 204, 304}
    assert DJ_LINE != LISTENER_NUMBER


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
