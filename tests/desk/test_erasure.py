"""Forgetting at the desk: what goes, what stays, and in which order."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from callin.desk import erasure, messages, outbox, screening, sounds, texting
from callin.errors import StillHere
from callin.models import Call, Caller, Erasure, Message, Show, Text, TextState
from callin.rules.call_states import QueueResult
from callin.rules.sending_limits import SendingLimits

from .conftest import Desk

ANA, BEN = "+14155550123", "+14155550124"
LIMITS = SendingLimits(countries=None, per_show=100, per_number=100)


def call_of(desk: Desk, sid: str, number: str) -> None:
    """Somebody calls, waits, hangs up and is owed an apology."""
    desk.numbers[sid] = number
    desk.join(sid)
    desk.leave(sid, QueueResult.HANGUP, 95, is_over=True)


def forget(desk: Desk, number: str) -> int:
    total = 0
    while done := desk.do(erasure.forget_person, now=desk.now, phone_number=number):
        total += done
    return total


def count(desk: Desk, *what: object) -> int:
    return desk.do(lambda session: session.scalar(select(func.count()).select_from(what[0]).where(*what[1:])))


def test_a_person_is_forgotten_and_the_evening_is_not(open_desk: Desk) -> None:
    """Number, names and words go; that somebody called, how long they waited and how it ended stay, as nobody's."""
    call_of(open_desk, "CA0001", ANA)
    call_of(open_desk, "CA0002", BEN)
    before = open_desk.do(lambda session: session.scalars(select(Show)).one().abandonments)

    assert forget(open_desk, ANA) > 0

    assert count(open_desk, Call) == 2
    assert count(open_desk, Call, Call.phone_number.is_(None), Call.waited_s == 95, Call.outcome == "abandoned") == 1
    assert count(open_desk, Caller) == count(open_desk, Text, Text.phone_number == BEN) == 1
    assert open_desk.do(lambda session: session.scalars(select(Show)).one().abandonments) == before
    assert forget(open_desk, ANA) == 0


def test_whoever_is_in_line_is_not_forgotten_yet(open_desk: Desk) -> None:
    """Erasing somebody who waits would lose their place: it is refused in words, and nothing is changed."""
    open_desk.numbers["CA0001"] = ANA
    open_desk.join("CA0001")

    with pytest.raises(StillHere, match="in the line now"):
        forget(open_desk, ANA)

    assert count(open_desk, Call, Call.phone_number == ANA) == 1


def test_a_text_that_is_on_its_way_is_forgotten_when_it_arrives(open_desk: Desk) -> None:
    """The courier has it in hand: what Twilio takes all the same is to be deleted there."""
    call_of(open_desk, "CA0001", ANA)
    (text,) = open_desk.do(outbox.claim_due, now=open_desk.now, limit=9, lease_s=60, limits=LIMITS)
    forget(open_desk, ANA)

    open_desk.do(outbox.record_sent, now=open_desk.now, text_id=text.text_id, message_sid="SM1")

    assert open_desk.do(lambda session: [row.sid for row in session.scalars(select(Erasure))]) == ["SM1"]
    assert count(open_desk, Text, Text.state == TextState.WITHHELD, Text.body == "", Text.phone_number == "") == 1


def test_a_text_that_could_not_be_sent_is_not_tried_again(open_desk: Desk) -> None:
    """Forgotten while it was tried: the failure does not bring it back."""
    call_of(open_desk, "CA0001", ANA)
    (text,) = open_desk.do(outbox.claim_due, now=open_desk.now, limit=9, lease_s=60, limits=LIMITS)
    forget(open_desk, ANA)

    open_desk.do(
        outbox.record_not_taken,
        now=open_desk.now,
        text_id=text.text_id,
        retry_in_s=5,
        code=None,
        why="busy",
        surely=True,
    )

    assert count(open_desk, Text, Text.state == TextState.WITHHELD) == 1


def test_a_sound_that_is_on_its_way_is_not_kept(open_desk: Desk) -> None:
    """A recording fetched for somebody who was forgotten meanwhile is thrown away."""
    call_of(open_desk, "CA0001", ANA)
    open_desk.do(
        messages.keep,
        now=open_desk.now,
        call_sid="CA0001",
        recording_sid="RE1",
        recording_url="https://x",
        duration_s=5,
    )
    forget(open_desk, ANA)

    open_desk.do(sounds.record_fetched, now=open_desk.now, message_id=1, content_type="audio/wav", content=b"RIFF")

    assert open_desk.do(sounds.sound_of, message_id=1) is None
    assert count(open_desk, Message, Message.recording_url == "", Message.state == "deleted") == 1
    assert open_desk.do(lambda session: [row.sid for row in session.scalars(select(Erasure))]) == ["RE1"]


def test_what_is_old_goes_and_what_is_new_stays(open_desk: Desk) -> None:
    """By age: rows older than the day lose their people, newer ones keep them, and whoever comes again is kept."""
    call_of(open_desk, "CA0001", ANA)
    call_of(open_desk, "CA0002", BEN)
    open_desk.now += timedelta(days=40)
    call_of(open_desk, "CA0003", BEN)
    before = open_desk.now - timedelta(days=30)

    while open_desk.do(erasure.forget_older, now=open_desk.now, before=before):
        pass

    assert open_desk.do(lambda session: list(session.scalars(select(Call.phone_number).order_by(Call.id)))) == [
        None,
        None,
        BEN,
    ]
    assert open_desk.do(lambda session: list(session.scalars(select(Caller.phone_number)))) == [BEN]


def test_bans_and_opt_outs_outlive_everything_else(open_desk: Desk) -> None:
    """By age alone nobody who may not call, or wants no texts, is forgotten: else they could, and would get some."""
    call_of(open_desk, "CA0001", ANA)
    call_of(open_desk, "CA0002", BEN)
    open_desk.do(screening.ban, now=open_desk.now, phone_number=ANA, reason="shouted")
    open_desk.do(texting.stop_texting, now=open_desk.now, phone_number=BEN, why="opted out", is_opt_out=True)

    while open_desk.do(erasure.forget_older, now=open_desk.now, before=open_desk.now + timedelta(days=1)):
        pass

    assert count(open_desk, Caller) == 2
    assert count(open_desk, Call, Call.phone_number.is_not(None)) == 0
    assert forget(open_desk, ANA) == 1
    assert count(open_desk, Caller) == 1
