"""The tape: kept with the change that it is about, in order, and forgotten with whoever it is about."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import erasure, places, shows, tape
from callin.desk.lineup import PlaceKind
from callin.desk.tape import MOST_ALIKE
from callin.errors import ShowAlreadyOpen
from callin.models import Call, Deed, TapeEntry

from .conftest import Desk

ANA, BEN = "+14155550123", "+14155550124"


def heard(desk: Desk, sid: str, number: str, path: str = "/voice/listener/answer") -> None:
    form = [("CallSid", sid), ("From", number), ("To", "+15550100"), ("Caller", number), ("CallerName", "ANABELLE")]
    desk.do(tape.keep_webhook, at=desk.now, path=path, query=[("stint", "1")], form=form)


def entries(desk: Desk) -> list[TapeEntry]:
    return desk.do(lambda session: list(session.scalars(select(TapeEntry).order_by(TapeEntry.id))))


def test_a_webhook_is_kept_with_what_the_station_reads(desk: Desk) -> None:
    """Its moment, its address with the query, the parameters that any view asks for, and whom it is about."""
    heard(desk, "CA0001", ANA)
    (entry,) = entries(desk)

    assert (entry.at, entry.what, entry.sid, entry.phone_number) == (desk.now, "/voice/listener/answer", "CA0001", ANA)
    assert json.loads(entry.said) == {
        "query": {"stint": "1"},
        "form": {"CallSid": "CA0001", "From": ANA, "To": "+15550100", "CallerName": "ANABELLE"},
    }


def test_what_was_rolled_back_was_never_heard(desk: Desk) -> None:
    """A webhook whose change came to nothing is not on the tape."""

    def keep_and_fail(session: Session) -> None:
        tape.keep_webhook(session, at=desk.now, path="/voice/status", query=[], form=[("CallSid", "CA0001")])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.do(keep_and_fail)

    assert entries(desk) == []


def test_repeated_webhooks_are_kept_as_they_came_and_not_for_ever(desk: Desk) -> None:
    """A few of the same; another one, or the same of another call, counts anew."""
    for _ in range(3 * MOST_ALIKE):
        heard(desk, "CA0001", ANA)
    heard(desk, "CA0001", ANA, path="/voice/listener/join")
    heard(desk, "CA0002", ANA)

    assert [entry.what for entry in entries(desk)].count("/voice/listener/answer") == MOST_ALIKE + 1


@pytest.mark.parametrize("value", ["\x00", "\udc80", "é" * 5000, "👋", '"\\'])
def test_whatever_is_said_is_kept_in_letters_that_every_database_takes(desk: Desk, value: str) -> None:
    """Half letters, zeros and ten kilobytes do no harm."""
    form = [("MessageSid", "SM1"), ("From", ANA), ("Body", value)]
    desk.do(tape.keep_webhook, at=desk.now, path="/sms/inbound", query=[], form=form)
    (entry,) = entries(desk)

    assert json.loads(entry.said)["form"]["Body"] == value[: tape.LONGEST_VALUE]
    assert entry.said.isascii()


@pytest.mark.parametrize("call_sid", ["\x00\x1b[2J", "\udcc3(", "CA 1", ""])
def test_what_is_no_sid_is_nobodys(desk: Desk, call_sid: str) -> None:
    """A text that claims to be of an impossible call is kept under its own SID, and breaks no database."""
    form = [("CallSid", call_sid), ("MessageSid", "SM1"), ("From", ANA)]
    desk.do(tape.keep_webhook, at=desk.now, path="/sms/inbound", query=[], form=form)

    assert [entry.sid for entry in entries(desk)] == ["SM1"]


def test_more_than_one_key_is_nobodys_business(desk: Desk) -> None:
    """Digits are a key; more of them may be a PIN, wherever they were typed."""
    for digits in ("1", "*", "4711", "4711#"):
        form = [("CallSid", f"CA{len(digits)}{digits[0]}"), ("Digits", digits)]
        desk.do(tape.keep_webhook, at=desk.now, path="/voice/listener/key", query=[("Digits", digits)], form=form)
    said = [json.loads(entry.said) for entry in entries(desk)]

    assert [each["form"]["Digits"] for each in said] == ["1", "*", "?", "?"]
    assert [each["query"]["Digits"] for each in said] == ["1", "*", "?", "?"]


def test_a_deed_that_changed_nothing_is_not_kept(open_desk: Desk) -> None:
    """Opening twice is refused, pausing twice is pausing once: each is on the tape once, in its order."""
    with pytest.raises(ShowAlreadyOpen):
        open_desk.open_show()
    for is_paused in (True, True, False):
        open_desk.do(shows.pause, now=open_desk.now, is_paused=is_paused, actor="Paula")
    for _ in range(2):
        open_desk.do(shows.begin_closing, now=open_desk.now)
    for _ in range(2):
        open_desk.do(shows.finish_closing, now=open_desk.now, show_id=open_desk.show().id)

    assert [entry.what for entry in entries(open_desk)] == [
        Deed.OPEN,
        Deed.PAUSE,
        Deed.RESUME,
        Deed.BEGIN_CLOSING,
        Deed.FINISH_CLOSING,
    ]


def test_nobody_who_did_it_is_on_the_tape(open_desk: Desk) -> None:
    """What was done, and to whom; the show log has whose hand it was."""
    for sid in ("CA0001", "CA0002"):
        open_desk.join(sid)
    call_id = open_desk.call("CA0002").id
    open_desk.do(
        places.move_by, now=open_desk.now, kind=PlaceKind.CALL, place_id=call_id, steps=-1, actor="Paula Producer"
    )
    moved = entries(open_desk)[-1]

    assert (moved.what, moved.sid, json.loads(moved.said)) == (Deed.MOVE, "CA0002", {"from": 1, "steps": -1})
    assert "Paula" not in "".join(entry.said for entry in entries(open_desk))


def test_a_person_is_forgotten_on_the_tape_too(open_desk: Desk) -> None:
    """All that is about their number, their calls and their recordings; nothing that is about others."""
    for sid, number in (("CA0001", ANA), ("CA0002", BEN)):
        open_desk.numbers[sid] = number
        open_desk.join(sid)
        open_desk.end(sid, 20)
        heard(open_desk, sid, number)
        form = [("CallSid", sid), ("RecordingSid", f"RE{sid}")]  # without a number
        open_desk.do(tape.keep_webhook, at=open_desk.now, path="/voice/messages/ready", query=[], form=form)
    open_desk.do(tape.keep_deed, at=open_desk.now, deed=Deed.NOTIFY, phone_number=ANA)

    while open_desk.do(erasure.forget_person, now=open_desk.now, phone_number=ANA):
        pass

    left = entries(open_desk)
    assert [(entry.what, entry.sid) for entry in left] == [
        (Deed.OPEN, None),
        ("/voice/listener/answer", "CA0002"),
        ("/voice/messages/ready", "CA0002"),
    ]
    assert open_desk.count(Call) == 2


def test_what_is_old_is_gone_from_the_tape(open_desk: Desk) -> None:
    """By the same age as everything else; what is younger stays."""
    heard(open_desk, "CA0001", ANA)
    open_desk.later(86_400 * 3)
    heard(open_desk, "CA0002", BEN)

    before = open_desk.now - timedelta(days=1)
    while open_desk.do(erasure.forget_older, now=open_desk.now, before=before):
        pass

    assert [entry.sid for entry in entries(open_desk)] == ["CA0002"]
