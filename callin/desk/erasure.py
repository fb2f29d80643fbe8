"""Forgetting: what is known of a person, or of everybody long ago, is erased; called by callin/forgetting.py.

In pieces of some rows, each in a transaction of its own, so that no webhook waits and a kill loses nothing: what was
erased is no longer found, and whoever is to be forgotten stays until all else of them is gone. What remains is
nobody's: when a call came, what became of it, how long it took. Twilio's SIDs stay, for by them a repeated webhook is
known as one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, and_, delete, exists, or_, select, union, update
from sqlalchemy.orm import Session

from callin.desk import erasures, show_log
from callin.errors import StillHere
from callin.models import (
    Call,
    Caller,
    DjCall,
    ErasureKind,
    LogLine,
    Message,
    MessageSound,
    MessageState,
    Picture,
    PictureState,
    PinTry,
    SoundState,
    TapeEntry,
    Text,
    Texter,
    TextKind,
    TextState,
)
from callin.rules.call_states import CallState
from callin.rules.lineup import TEXTERS_IN_LINE

PIECE = 100
NOBODY = ""
WHY = "forgotten"
_NO_WORDS = {"name": None, "town": None, "topic": None, "note": None, "trouble": None}


@dataclass(frozen=True, slots=True)
class _Whose:
    """Which rows are meant, by table."""

    calls: ColumnElement[bool]
    texts: ColumnElement[bool]
    texters: ColumnElement[bool]
    messages: ColumnElement[bool]
    dj_calls: ColumnElement[bool]
    pin_tries: ColumnElement[bool]
    tape: ColumnElement[bool]
    log: ColumnElement[bool] | None = None


def forget_person(session: Session, *, now: datetime, phone_number: str) -> int:
    """A piece of what is known of this person is erased; return how many rows, 0 when nothing is left.

    Args:
        now: aware.
        phone_number: E.164.

    Raises:
        StillHere: they are in the line or on the air.
    """
    _overwrite_what_is_deleted(session)
    caller_id = session.scalar(select(Caller.id).where(Caller.phone_number == phone_number))
    _refuse_if_here(session, caller_id=caller_id, phone_number=phone_number)
    number = phone_number
    done = _erase(
        session,
        now=now,
        whose=_Whose(
            calls=or_(Call.caller_id == caller_id, Call.phone_number == number),
            texts=or_(Text.caller_id == caller_id, Text.phone_number == number),
            texters=or_(Texter.caller_id == caller_id, Texter.phone_number == number),
            messages=Message.caller_id == caller_id,
            dj_calls=DjCall.phone_number == number,
            pin_tries=PinTry.phone_number == number,
            tape=or_(TapeEntry.phone_number == number, TapeEntry.sid.in_(_sids_of(caller_id, phone_number=number))),
        ),
    )
    if done == 0 and caller_id is not None:
        _erase_callers(session, caller_ids=[caller_id])
        show_log.note(session, at=now, what="forgot a person", actor="terminal")
        return 1
    return done


def forget_older(session: Session, *, now: datetime, before: datetime) -> int:
    """A piece of what is older is erased, whoever it is about; return how many rows, 0 when nothing is left.

    Whoever may not call, or wants no texts, is remembered for that alone.

    Args:
        now: aware.
        before: aware.
    """
    _overwrite_what_is_deleted(session)
    done = _erase(
        session,
        now=now,
        whose=_Whose(
            calls=and_(Call.arrived_at < before, Call.state == CallState.OVER),
            texts=Text.created_at < before,
            texters=and_(Texter.joined_at < before, Texter.state.not_in(TEXTERS_IN_LINE)),
            messages=Message.left_at < before,
            dj_calls=and_(DjCall.arrived_at < before, DjCall.ended_at.is_not(None)),
            pin_tries=PinTry.at < before,
            tape=TapeEntry.at < before,
            log=LogLine.at < before,
        ),
    )
    return done or _erase_callers(session, caller_ids=_unseen_since(session, before=before))


def _erase(session: Session, *, now: datetime, whose: _Whose) -> int:
    """Erase a piece from the first table that has something left; return how many rows."""
    steps: tuple[Callable[[], int], ...] = (
        lambda: _erase_tape(session, whose=whose.tape),  # first: later nobody knows whose call that was
        lambda: _erase_messages(session, now=now, whose=whose.messages),
        lambda: _erase_texts(session, now=now, whose=whose.texts),
        lambda: _erase_texters(session, whose=whose.texters),
        lambda: _erase_calls(session, whose=whose.calls),
        lambda: _erase_djs(session, whose=whose),
        lambda: 0 if whose.log is None else _erase_details(session, whose=whose.log),
    )
    return next((done for step in steps if (done := step())), 0)


def _sids_of(caller_id: int | None, *, phone_number: str) -> CompoundSelect[tuple[str]]:
    """By what the tape knows somebody whose number is not said each time."""
    calls = or_(Call.caller_id == caller_id, Call.phone_number == phone_number)
    return union(
        select(Call.call_sid).where(calls),
        select(DjCall.call_sid).where(DjCall.phone_number == phone_number),
        select(Message.recording_sid).where(Message.caller_id == caller_id),
    )


def _erase_tape(session: Session, *, whose: ColumnElement[bool]) -> int:
    ids = session.scalars(select(TapeEntry.id).where(whose).limit(PIECE)).all()
    session.execute(delete(TapeEntry).where(TapeEntry.id.in_(ids)))
    return len(ids)


def _erase_messages(session: Session, *, now: datetime, whose: ColumnElement[bool]) -> int:
    rows = session.scalars(select(Message).where(whose, Message.recording_url != NOBODY).limit(PIECE)).all()
    for message in rows:
        if message.deleted_at_twilio_at is None:
            erasures.owe(session, now=now, kind=ErasureKind.RECORDING, sid=message.recording_sid)
        message.recording_url, message.caller_id, message.lease_until = NOBODY, None, None
        message.state, message.sound_state, message.why = MessageState.DELETED, SoundState.ABSENT, WHY
    session.execute(delete(MessageSound).where(MessageSound.message_id.in_([row.id for row in rows])))
    return len(rows)


def _erase_texts(session: Session, *, now: datetime, whose: ColumnElement[bool]) -> int:
    is_left = or_(Text.phone_number != NOBODY, Text.body != "")
    rows = session.scalars(select(Text).where(whose, is_left).limit(PIECE)).all()
    for text in rows:
        if text.message_sid is not None:
            erasures.owe(session, now=now, kind=ErasureKind.TEXT, sid=text.message_sid)
        if text.state in (TextState.OWED, TextState.SENDING):
            text.state, text.why, text.lease_until, text.settled_at = TextState.WITHHELD, WHY, None, now
        text.phone_number, text.body, text.caller_id = NOBODY, "", None
        text.is_in_inbox = False
    session.execute(
        update(Picture)
        .where(Picture.text_id.in_([row.id for row in rows if row.kind == TextKind.INBOUND]))
        .values(url="", content=None, state=PictureState.LOST, why=WHY, lease_until=None)
    )
    return len(rows)


def _erase_texters(session: Session, *, whose: ColumnElement[bool]) -> int:
    ids = session.scalars(select(Texter.id).where(whose, Texter.phone_number != NOBODY).limit(PIECE)).all()
    session.execute(update(Texter).where(Texter.id.in_(ids)).values(phone_number=NOBODY, **_NO_WORDS))
    return len(ids)


def _erase_calls(session: Session, *, whose: ColumnElement[bool]) -> int:
    columns = (Call.phone_number, Call.caller_id, Call.name, Call.town, Call.topic, Call.note, Call.trouble)
    is_left = or_(*(column.is_not(None) for column in columns))
    rows = session.execute(select(Call.id, Call.call_sid).where(whose, is_left).limit(PIECE)).all()
    session.execute(
        update(Call).where(Call.id.in_([row.id for row in rows])).values(phone_number=None, caller_id=None, **_NO_WORDS)
    )
    session.execute(update(LogLine).where(LogLine.call_sid.in_([row.call_sid for row in rows])).values(detail=None))
    return len(rows)


def _erase_djs(session: Session, *, whose: _Whose) -> int:
    dj_ids = session.scalars(
        select(DjCall.id).where(whose.dj_calls, DjCall.phone_number.is_not(None)).limit(PIECE)
    ).all()
    session.execute(update(DjCall).where(DjCall.id.in_(dj_ids)).values(phone_number=None))
    try_ids = session.scalars(
        select(PinTry.id).where(whose.pin_tries, PinTry.phone_number.is_not(None)).limit(PIECE)
    ).all()
    session.execute(update(PinTry).where(PinTry.id.in_(try_ids)).values(phone_number=None))
    return len(dj_ids) + len(try_ids)


def _erase_details(session: Session, *, whose: ColumnElement[bool]) -> int:
    ids = session.scalars(select(LogLine.id).where(whose, LogLine.detail.is_not(None)).limit(PIECE)).all()
    session.execute(update(LogLine).where(LogLine.id.in_(ids)).values(detail=None))
    return len(ids)


def _erase_callers(session: Session, *, caller_ids: Sequence[int]) -> int:
    """Nobody knows these people any more; a place that one of them held by text stays, as nobody's."""
    for caller in session.scalars(select(Caller).where(Caller.id.in_(caller_ids))).all():
        if session.scalar(select(exists().where(Texter.caller_id == caller.id))):
            caller.phone_number, caller.name = f"{WHY}-{caller.id}", None
            caller.banned_at = caller.banned_until = caller.ban_reason = None
            caller.opted_out_at = caller.no_texts_why = None
        else:
            session.delete(caller)
    session.flush()
    return len(caller_ids)


def _unseen_since(session: Session, *, before: datetime) -> Sequence[int]:
    """People of whom nothing is left but their number, and no reason to keep that."""
    return session.scalars(
        select(Caller.id)
        .where(
            Caller.first_seen_at < before,
            Caller.phone_number.like("+%"),
            Caller.banned_at.is_(None),
            Caller.opted_out_at.is_(None),
            ~exists().where(Call.caller_id == Caller.id),
            ~exists().where(Text.caller_id == Caller.id),
            ~exists().where(Message.caller_id == Caller.id),
            ~exists().where(Texter.caller_id == Caller.id, Texter.phone_number != NOBODY),
        )
        .limit(PIECE)
    ).all()


def _refuse_if_here(session: Session, *, caller_id: int | None, phone_number: str) -> None:
    calls = or_(Call.caller_id == caller_id, Call.phone_number == phone_number)
    is_calling = session.scalar(select(exists().where(calls, Call.state != CallState.OVER)))
    is_in_line = session.scalar(
        select(exists().where(Texter.caller_id == caller_id, Texter.state.in_(TEXTERS_IN_LINE)))
    )
    if is_calling or is_in_line:
        raise StillHere("They are on the phone or in the line now. Forget them once they have left.")


def _overwrite_what_is_deleted(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
