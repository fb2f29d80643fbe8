"""The people page: everybody whose number we know, what we know of them, and who may not call; called by the board.

A person is a number. Two numbers are never merged, whatever the names say, and the withheld are nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from callin.desk import screening, show_log, texting
from callin.desk.shows import current_show
from callin.errors import NotThere
from callin.models import Call, Caller, Message, Text, Texter, TextKind
from callin.phone_number import masked
from callin.rules.call_states import CallState, Outcome

MOST_FOUND = 100
MOST_OF_EACH = 200
LONGEST_REASON = 200
_LIKE_MARKS = re.compile(r"([\\%_])")
# Fewer digits would find half the town.
_FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class PersonFound:
    """One row of the list of people."""

    caller_id: int
    phone: str
    name: str | None
    calls: int
    times_aired: int
    last_seen_at: datetime
    is_banned: bool


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call of a person."""

    at: datetime
    show_id: int | None
    state: CallState
    outcome: Outcome | None
    waited_s: int
    aired_s: int | None
    topic: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PastText:
    """One text from or to a person.

    Attributes:
        is_from_them: whether they wrote it.
        why: what became of ours, where there is something to say.
    """

    at: datetime
    is_from_them: bool
    body: str
    state: str
    why: str | None
    written_by: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """All that is known of one person; lists newest first.

    Attributes:
        notes: what was written about them on cards, each once.
        why_no_texts: why they cannot be texted, or None.
    """

    caller_id: int
    phone: str
    name: str | None
    first_seen_at: datetime
    times_aired: int
    is_banned: bool
    banned_until: datetime | None
    ban_reason: str | None
    why_no_texts: str | None
    opted_out_at: datetime | None
    notes: tuple[str, ...]
    calls: tuple[PastCall, ...]
    texts: tuple[PastText, ...]
    messages: int


def search(session: Session, *, now: datetime, words: str, only_banned: bool = False) -> list[PersonFound]:
    """Return the people whose name, or whose number, holds these words; the latest seen first.

    Args:
        now: aware; tells whose ban is over.
        words: part of a name, or at least four digits of a number; empty for everybody.
        only_banned: whether to leave out who may call.
    """
    last_call = select(func.max(Call.arrived_at)).where(Call.caller_id == Caller.id).scalar_subquery()
    last_text = select(func.max(Text.created_at)).where(Text.caller_id == Caller.id).scalar_subquery()
    calls = select(func.count(Call.id)).where(Call.caller_id == Caller.id).scalar_subquery()
    aired = (
        select(func.count(Call.id)).where(Call.caller_id == Caller.id, Call.outcome == Outcome.AIRED).scalar_subquery()
    )
    # Whoever was forgotten has no number any more.
    query = select(Caller, calls, aired, last_call, last_text).where(Caller.phone_number.like("+%"))
    if words.strip():
        query = query.where(_matches(words.strip()))
    if only_banned:
        query = query.where(
            Caller.banned_at.is_not(None), or_(Caller.banned_until.is_(None), Caller.banned_until > now)
        )
    rows = session.execute(query.order_by(Caller.id.desc()).limit(MOST_FOUND)).all()
    found = [
        PersonFound(
            caller_id=caller.id,
            phone=masked(caller.phone_number),
            name=caller.name,
            calls=call_count,
            times_aired=times_aired,
            last_seen_at=max(moment for moment in (caller.first_seen_at, called_at, texted_at) if moment is not None),
            is_banned=screening.is_banned(session, now=now, caller_id=caller.id),
        )
        for caller, call_count, times_aired, called_at, texted_at in rows
    ]
    return sorted(found, key=lambda person: person.last_seen_at, reverse=True)


def person(session: Session, *, now: datetime, caller_id: int) -> Person:
    """Return all that is known of one person.

    Raises:
        NotThere: nobody has that id.
    """
    caller = _caller(session, caller_id=caller_id)
    calls = session.scalars(
        select(Call).where(Call.caller_id == caller_id).order_by(Call.id.desc()).limit(MOST_OF_EACH)
    ).all()
    stays = session.scalars(select(Texter).where(Texter.caller_id == caller_id).order_by(Texter.id.desc())).all()
    notes = [call.note for call in calls] + [stay.note for stay in stays]
    texts = session.scalars(
        select(Text).where(Text.caller_id == caller_id).order_by(Text.id.desc()).limit(MOST_OF_EACH)
    ).all()
    return Person(
        caller_id=caller_id,
        phone=masked(caller.phone_number),
        name=caller.name,
        first_seen_at=caller.first_seen_at,
        times_aired=sum(call.outcome == Outcome.AIRED for call in calls),
        is_banned=screening.is_banned(session, now=now, caller_id=caller_id),
        banned_until=caller.banned_until,
        ban_reason=caller.ban_reason,
        why_no_texts=screening.why_no_texts(
            caller_id=caller_id, opted_out_at=caller.opted_out_at, no_texts_why=caller.no_texts_why
        ),
        opted_out_at=caller.opted_out_at,
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        calls=tuple(_past_call(call) for call in calls),
        texts=tuple(_past_text(text) for text in texts),
        messages=session.scalar(select(func.count(Message.id)).where(Message.caller_id == caller_id)) or 0,
    )


def reveal(session: Session, *, now: datetime, caller_id: int, actor: str) -> str:
    """Return the phone number in full; that somebody asked is on record.

    Raises:
        NotThere: nobody has that id.
    """
    caller = _caller(session, caller_id=caller_id)
    _note(session, now=now, what="looked at the number", caller_id=caller_id, actor=actor)
    return caller.phone_number


def ban(session: Session, *, now: datetime, caller_id: int, reason: str, until: datetime | None, actor: str) -> None:
    """This person may not get into the line until then (None: for good).

    Raises:
        NotThere: nobody has that id.
    """
    caller = _caller(session, caller_id=caller_id)
    screening.ban(session, now=now, phone_number=caller.phone_number, reason=reason, until=until, actor=actor)


def lift_ban(session: Session, *, now: datetime, caller_id: int, actor: str) -> None:
    """This person may call again; doing it again changes nothing.

    Raises:
        NotThere: nobody has that id.
    """
    caller = _caller(session, caller_id=caller_id)
    if caller.banned_at is not None:
        screening.lift_ban(session, now=now, phone_number=caller.phone_number, actor=actor)


def write_to(session: Session, *, now: datetime, caller_id: int, words: str, actor: str) -> None:
    """This person is owed these words.

    Raises:
        NotThere: nobody has that id.
        CannotText: in words why they cannot be texted.
    """
    _caller(session, caller_id=caller_id)
    show = current_show(session)
    texting.owe_words(
        session, now=now, caller_id=caller_id, words=words, actor=actor, show_id=show.show_id if show else None
    )


def _caller(session: Session, *, caller_id: int) -> Caller:
    caller = session.get(Caller, caller_id)
    if caller is None or not caller.phone_number.startswith("+"):
        raise NotThere("There is no such person (any more).")
    return caller


def _matches(words: str) -> ColumnElement[bool]:
    # What was typed is words, not a pattern.
    typed = _LIKE_MARKS.sub(r"\\\1", words.lower())
    matches = func.lower(Caller.name).like(f"%{typed}%", escape="\\")
    digits = re.sub(r"[^0-9]", "", words)
    if len(digits) >= _FEWEST_DIGITS:
        return or_(matches, Caller.phone_number.like(f"%{digits}%"))
    return matches


def _past_call(call: Call) -> PastCall:
    return PastCall(
        at=call.arrived_at,
        show_id=call.show_id,
        state=CallState(call.state),
        outcome=None if call.outcome is None else Outcome(call.outcome),
        waited_s=call.waited_s,
        aired_s=call.aired_s,
        topic=call.topic,
        note=call.note,
    )


def _past_text(text: Text) -> PastText:
    return PastText(
        at=text.created_at,
        is_from_them=text.kind == TextKind.INBOUND,
        body=text.body,
        state=text.state,
        why=text.why,
        written_by=text.written_by,
    )


def _note(session: Session, *, now: datetime, what: str, caller_id: int, actor: str) -> None:
    show = current_show(session)
    show_log.note(
        session,
        at=now,
        what=what,
        show_id=show.show_id if show else None,
        actor=actor,
        detail=f"person {caller_id}",
    )
