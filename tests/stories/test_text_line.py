"""What somebody who texts the station lives through: every row of the text line's table."""

import pytest

from callin.desk import lineup_reading, people, screening, shows
from callin.models import Caller, Show, Text, Texter
from callin.rules.call_states import CallState, Outcome
from callin.rules.lineup import TexterState
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, Studio, spoken

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
JOINED = (
    "You're number {} in line for Night Owls. We'll text you when it's your turn. "
    "Text STATUS for your place, LEAVE to leave, or your topic."
)
NOT_IN_LINE = "You're not in line. Text HI to join."
SORRY = "Sorry, text HI to join the line, or COMMANDS for the list. Your text is kept for the producer."
COMMANDS = (
    "Text HI to join the line, STATUS for your place, LEAVE to leave it, or TOPIC and what you want to talk about. "
    "STOP ends all texts from us."
)


def in_line(studio: Studio) -> list[str]:
    """Who holds a place by text, front first."""
    held = studio.rows(Texter, Texter.state.in_((TexterState.WAITING, TexterState.NOTIFIED)))
    return [texter.phone_number for texter in sorted(held, key=lambda texter: texter.rank)]


def inbox(studio: Studio) -> list[str]:
    """The bodies that the board's inbox shows."""
    with studio.station.transaction() as session:
        return [text.body for text in lineup_reading.read_lineup(session, now=studio.exchange.now()).inbox]


def know_the_pace(studio: Studio) -> None:
    """Talks of two minutes have been learned from earlier shows."""
    show_id = studio.rows(Show)[-1].id
    with studio.station.transaction() as session:
        show = session.get_one(Show, show_id)
        show.past_talks, show.past_talk_s = 20, 20 * 120


def pause(studio: Studio) -> None:
    """The producer lets nobody new in."""
    with studio.station.transaction() as session:
        shows.pause(session, now=studio.exchange.now(), is_paused=True, actor="paula")


# HI


def test_hi_takes_a_place_in_the_same_line_as_the_phone_callers(studio: Studio) -> None:
    """Behind two on the phone and before one: number three, and the fourth hears so."""
    studio.joins(ANA)
    studio.joins(BEN)
    cleo = studio.texts_in(CLEO, "Hi!")
    dan = studio.joins(DAN)
    studio.later(30)

    assert studio.texts(cleo) == [JOINED.format(3)]
    assert [heard.text for heard in dan.heard if heard.text and "number" in heard.text] == ["You are number 4 in line."]


def test_hi_again_changes_nothing(studio: Studio) -> None:
    """Hello again, and the status; the place is what it was."""
    studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    studio.texts_in(CLEO, "join")
    studio.texts_in(BEN, "Hello everyone 👋")

    assert studio.texts(ben)[1:] == ["Hello again. You're number 2 of 3 in line for Night Owls."]
    assert in_line(studio) == [BEN, CLEO]


def test_hi_from_somebody_who_waits_by_phone_gives_no_second_place(studio: Studio) -> None:
    """Their status, and one place."""
    studio.joins(ANA)
    ben = studio.joins(BEN)
    studio.texts_in(BEN, "hi")

    assert studio.texts(ben) == ["Hello again. You're number 2 of 2 in line for Night Owls."]
    assert studio.rows(Texter) == []


def test_hi_while_no_show_is_open(build: Build) -> None:
    """Sorry, with the hours; nobody is in a line."""
    studio = build(show_hours="Fridays from eight to ten")
    ana = studio.texts_in(ANA, "hi")

    assert studio.texts(ana) == ["Sorry, no calls are taken right now. We are on Fridays from eight to ten."]
    assert studio.rows(Texter) == []


def test_hi_while_the_line_is_paused(studio: Studio) -> None:
    """Nobody new gets in; whoever is in it stays."""
    studio.texts_in(ANA, "hi")
    pause(studio)
    ben = studio.texts_in(BEN, "hi")
    ana = studio.texts_in(ANA, "status")

    assert studio.texts(ben) == [
        "Sorry, Night Owls takes nobody new at the moment. Please text HI again in a little while."
    ]
    assert studio.texts(ana)[-1] == "You're number 1 of 1 in line for Night Owls."


def test_hi_when_the_line_is_full_by_both_kinds(build: Build) -> None:
    """Two on the phone and one by text fill a line for three."""
    studio = build()
    studio.open_show(max_queue_size=3)
    studio.joins(ANA)
    studio.texts_in(BEN, "hi")
    studio.joins(CLEO)
    dan = studio.texts_in(DAN, "hi")

    assert studio.texts(dan) == ["Sorry, the line to Night Owls is full. Please text HI again in a little while."]
    assert in_line(studio) == [BEN]


def test_a_caller_meets_a_line_that_texters_have_filled(build: Build) -> None:
    """One line, one limit: an apology by voice and one by text, and the offer of a message."""
    studio = build()
    studio.open_show(max_queue_size=3)
    studio.joins(ANA)
    studio.texts_in(BEN, "hi")
    studio.texts_in(CLEO, "hi")
    dan = studio.rings(DAN)
    studio.until(dan, BEEP)
    studio.settle()

    assert "Sorry, so many people are calling that our line is full." in spoken(dan)
    assert studio.call(dan).outcome == Outcome.BLOCKED
    assert [text[:20] for text in studio.texts(dan)] == ["Sorry, the line to N"]
    cleo = studio.joins(CLEO)
    assert studio.call(cleo).state == CallState.WAITING


def test_a_texter_may_ring_in_while_the_line_is_paused(studio: Studio) -> None:
    """They have a place already; a newcomer hears that nobody new is taken."""
    studio.texts_in(ANA, "hi")
    pause(studio)
    ana, ben = studio.joins(ANA), studio.rings(BEN)
    studio.later(60)

    assert studio.call(ana).state == CallState.WAITING
    assert (ben.state, studio.call(ben).outcome) == ("idle", Outcome.CLOSED)


# STATUS


def test_status_says_the_place_and_a_range(studio: Studio) -> None:
    """«number 3 of 4, about 5 to 10 minutes», once the pace is known and a DJ is there."""
    know_the_pace(studio)
    studio.dj_rings()
    studio.joins("+14155550120")
    studio.later(30)
    studio.joins(ANA)
    studio.joins(BEN)
    cleo = studio.texts_in(CLEO, "hi")
    studio.joins(DAN)
    studio.texts_in(CLEO, "Status?")

    assert studio.texts(cleo)[-1] == "You're number 3 of 4 in line for Night Owls, about 3 to 10 minutes."


def test_status_of_somebody_not_in_line(studio: Studio) -> None:
    """They hear how to get in."""
    ana = studio.texts_in(ANA, "STATUS")

    assert studio.texts(ana) == [NOT_IN_LINE]


# LEAVE, STOP, START, HELP


@pytest.mark.parametrize("word", ["leave", "Out!", "bye bye"])
def test_leave_gives_the_place_up(studio: Studio, word: str) -> None:
    """They are told so once; those behind move up."""
    ana = studio.texts_in(ANA, "hi")
    ben = studio.texts_in(BEN, "hi")
    studio.texts_in(ANA, word)
    studio.texts_in(BEN, "status")

    assert studio.texts(ana)[1:] == ["You've left the line for Night Owls. Text HI to join again."]
    assert studio.texts(ben)[-1] == "You're number 1 of 1 in line for Night Owls."
    assert [texter.state for texter in studio.rows(Texter)] == [TexterState.LEFT, TexterState.WAITING]


@pytest.mark.parametrize("word", ["stop", "CANCEL", "unsubscribe"])
def test_the_carriers_words_leave_the_line_and_end_our_texts(studio: Studio, word: str) -> None:
    """Twilio has unsubscribed them and answered; we send nothing, then or later."""
    ana = studio.texts_in(ANA, "hi")
    sent = len(studio.texts(ana))
    studio.texts_in(ANA, word)
    (texter,) = studio.rows(Texter)
    studio.settle()

    assert [text.split()[0:4] for text in studio.texts(ana)[sent:]] == [["You", "have", "successfully", "been"]]
    assert texter.state == TexterState.LEFT
    assert [caller.opted_out_at is not None for caller in studio.rows(Caller)] == [True]
    assert [text.state for text in studio.rows(Text, Text.kind != "inbound")] == ["delivered"]


@pytest.mark.parametrize("word", ["START", "unstop", "yes"])
def test_start_clears_the_opt_out(studio: Studio, word: str) -> None:
    """Twilio says that they are back; we say where they stand."""
    ana = studio.texts_in(ANA, "stop")
    sent = len(studio.texts(ana))
    studio.texts_in(ANA, word)
    studio.settle()

    assert studio.texts(ana)[sent:][1:] == [NOT_IN_LINE]
    assert [caller.opted_out_at for caller in studio.rows(Caller)] == [None]


@pytest.mark.parametrize("word", ["help", "INFO"])
def test_help_is_twilios_to_answer(studio: Studio, word: str) -> None:
    """One answer, and it is not ours."""
    ana = studio.texts_in(ANA, word)
    studio.settle()

    assert studio.texts(ana) == ["Reply STOP to unsubscribe. Msg&Data Rates May Apply."]


# COMMANDS, TOPIC, anything else


@pytest.mark.parametrize("word", ["commands", "?"])
def test_commands_lists_them(studio: Studio, word: str) -> None:
    """In one text."""
    ana = studio.texts_in(ANA, word)

    assert studio.texts(ana) == [COMMANDS]


@pytest.mark.parametrize("body", ["Topic: owls & cats", "owls & cats"])
def test_words_from_somebody_in_line_are_their_topic(studio: Studio, body: str) -> None:
    """Shown on their card, and not in the inbox."""
    ana = studio.texts_in(ANA, "hi")
    studio.texts_in(ANA, body)

    assert studio.texts(ana)[1:] == ["Thanks, the producer sees it."]
    assert [texter.topic for texter in studio.rows(Texter)] == ["owls & cats"]
    assert inbox(studio) == []


def test_further_words_add_to_the_topic_and_topic_replaces_it(studio: Studio) -> None:
    """Nothing that was said is written over, unless they say themselves that this is the topic."""
    studio.texts_in(ANA, "hi")
    for body in ("owls", "and cats", "owls"):
        studio.texts_in(ANA, body)
    assert [texter.topic for texter in studio.rows(Texter)] == ["owls · and cats"]
    studio.texts_in(ANA, "TOPIC the night bus")
    assert [texter.topic for texter in studio.rows(Texter)] == ["the night bus"]


def test_words_from_somebody_waiting_by_phone_are_their_topic(studio: Studio) -> None:
    """One person, whatever they hold in their hand."""
    ana = studio.joins(ANA)
    studio.texts_in(ANA, "I found an owl")

    assert studio.call(ana).topic == "I found an owl"
    assert inbox(studio) == []


def test_anything_else_is_kept_in_the_inbox(studio: Studio) -> None:
    """Sorry, and how to join; the producer can read it."""
    ana = studio.texts_in(ANA, "Can you play the owl song?")

    assert studio.texts(ana) == [SORRY]
    assert inbox(studio) == ["Can you play the owl song?"]


def test_anything_else_while_no_show_is_open_is_kept_too(build: Build) -> None:
    """It would be no help to text HI now."""
    studio = build()
    ana = studio.texts_in(ANA, "Loved the last show!")

    assert studio.texts(ana) == ["Sorry, no calls are taken right now. Your text is kept for the producer."]
    assert inbox(studio) == ["Loved the last show!"]


# Pictures, strange texts, strange senders


def test_a_picture_reaches_the_inbox(studio: Studio) -> None:
    """Fetched with our credentials; what is none is said in words."""
    owl = b"\x89PNG\r\n\x1a\n" + b"owl"
    media = [("image/png", owl), ("image/svg+xml", b"<svg/>"), ("image/jpeg", b"<script>")]
    ana = studio.texts_in(ANA, "my owl", media=media)
    studio.settle()
    with studio.station.transaction() as session:
        (shown,) = lineup_reading.read_lineup(session, now=studio.exchange.now()).inbox

    assert studio.texts(ana) == [SORRY]
    assert (shown.body, shown.pictures) == ("my owl", (0,))
    assert shown.pictures_missing == ("image/svg+xml is not shown", "not a picture after all")


def test_a_picture_from_somebody_in_line_reaches_the_inbox_too(studio: Studio) -> None:
    """A card has no room for it."""
    ana = studio.texts_in(ANA, "hi")
    studio.texts_in(ANA, "", media=[("image/png", b"\x89PNG\r\n\x1a\n")])

    assert studio.texts(ana)[1:] == ["Thanks, the producer sees it."]
    assert inbox(studio) == [""]


@pytest.mark.parametrize(
    ("body", "kept", "answer", "is_shown"),
    [
        ("", "", SORRY.removesuffix(" Your text is kept for the producer."), False),
        ("👍", "👍", SORRY, True),
        ("o" * 1600, "o" * 1600, SORRY, True),
        ("<script>alert('x')</script> & <b>owls</b>", "<script>alert('x')</script> & <b>owls</b>", SORRY, True),
        ("owls\x00\x07 here", "owls  here", SORRY, True),
        ("\u202eslwo", "\u202eslwo", SORRY, True),
        ("two\nlines", "two\nlines", SORRY, True),
    ],
    ids=["empty", "emoji", "1600", "script", "nul", "right-to-left", "lines"],
)
def test_strange_texts_are_kept_and_get_a_clear_answer(
    studio: Studio, body: str, kept: str, answer: str, is_shown: bool
) -> None:
    """Whatever it is made of: on record as it came, and answered."""
    ana = studio.texts_in(ANA, body)

    assert studio.texts(ana) == [answer]
    assert [text.body for text in studio.rows(Text, Text.kind == "inbound")] == [kept]
    assert inbox(studio) == ([kept] if is_shown else [])


def test_somebody_banned_gets_no_place_and_no_answer(studio: Studio) -> None:
    """What they write is on their page, and not before the producer; what they ask to end, ends."""
    with studio.station.transaction() as session:
        screening.ban(session, now=studio.exchange.now(), phone_number=ANA, reason="rude")
    for body in ("hi", "status", "you are all owls"):
        ana = studio.texts_in(ANA, body)
    studio.texts_in(ANA, "stop")
    (caller,) = studio.rows(Caller)
    with studio.station.transaction() as session:
        page = people.person(session, now=studio.exchange.now(), caller_id=caller.id)

    assert [text for text in studio.texts(ana) if "unsubscribed" not in text] == []
    assert (studio.rows(Texter), inbox(studio)) == ([], [])
    assert "you are all owls" in [text.body for text in page.texts]
    assert caller.opted_out_at is not None


def test_somebody_withheld_is_read_and_never_answered(studio: Studio) -> None:
    """They are nobody: no place, no text, no person."""
    studio.texts_in("anonymous", "hi from nowhere")
    studio.settle()

    assert inbox(studio) == ["hi from nowhere"]
    assert (studio.rows(Caller), studio.rows(Texter)) == ([], [])
    assert len(studio.rows(Text)) == 1


# Limits


def test_twenty_texts_a_minute_are_kept_and_answered_ten_times(studio: Studio) -> None:
    """Ten answers, one that says why there will be no more, then silence; what they ask for is done all the same."""
    for number in range(20):
        ana = studio.texts_in(ANA, "hi" if number == 0 else f"owl {number}")
    studio.texts_in(ANA, "leave")

    assert len(studio.texts(ana)) == 11
    assert studio.texts(ana)[-1].startswith("That's a lot of texts.")
    assert len(studio.rows(Text, Text.kind == "inbound")) == 21
    assert in_line(studio) == []
    studio.later(600)
    studio.texts_in(ANA, "status")
    assert studio.texts(ana)[11:] == [NOT_IN_LINE]


def test_a_phone_that_answers_every_text_by_itself_falls_silent(studio: Studio) -> None:
    """Two machines that answer each other: ours stops first, and every text is on record."""
    ana = studio.texts_in(ANA, "hi")
    answered = 0
    while answered < len(studio.texts(ana)) and answered < 100:
        answered += 1
        studio.texts_in(ANA, "I'm driving, I'll text you back.")
    studio.settle()

    assert len(studio.texts(ana)) == 11
    assert len(studio.rows(Text, Text.kind == "inbound")) == 12
    assert [texter.topic for texter in studio.rows(Texter)] == ["I'm driving, I'll text you back."]


def test_no_texter_is_owed_an_apology(studio: Studio) -> None:
    """Who waits by text is told where they stand, and who closes is thanked: nothing else is sent unasked."""
    ana = studio.texts_in(ANA, "hi")
    studio.later(600)
    ben = studio.joins(BEN)
    studio.later(60)
    ben.hang_up()
    studio.settle()

    assert studio.texts(ana) == [JOINED.format(1)]
    assert studio.call(ben).outcome == Outcome.ABANDONED
    assert len(studio.texts(ben)) == 1
