"""What listeners live through who cannot be let into the line, or cannot be texted."""

import pytest

from callin.desk import screening
from callin.models import Call, Caller, Message, Text
from callin.rules.call_states import Outcome
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, LISTENER_NUMBER, Studio, spoken

ANA, BEN, CLEO = "+14155550111", "+14155550112", "+14155550113"


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
