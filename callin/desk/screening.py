"""Who a caller is to us, and who may not call; called by the other verbs of the desk, and by the board."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import show_log, tape
from callin.models import Caller, Deed


def caller_for(session: Session, *, now: datetime, phone_number: str | None) -> int | None:
    """Return the id of the person behind a number, entering them if new; None for a withheld caller, who is nobody.

    Args:
        now: aware.
        phone_number: E.164, or None.
    """
    if phone_number is None:
        return None
    caller_id = session.scalar(select(Caller.id).where(Caller.phone_number == phone_number))
    if caller_id is None:
        caller = Caller(phone_number=phone_number, first_seen_at=now)
        session.add(caller)
        session.flush()
        caller_id = caller.id
    return caller_id


def name_of(session: Session, *, caller_id: int | None) -> str | None:
    """Return what somebody at the board last called this person, or None."""
    return None if caller_id is None else session.get_one(Caller, caller_id).name


def is_banned(session: Session, *, now: datetime, caller_id: int | None) -> bool:
    """Return whether this person may not get into the line now."""
    if caller_id is None:
        return False
    caller = session.get_one(Caller, caller_id)
    if caller.banned_at is None:
        return False
    return caller.banned_until is None or now < caller.banned_until


def ban(
    session: Session,
    *,
    now: datetime,
    phone_number: str,
    reason: str,
    until: datetime | None = None,
    actor: str = "producer",
) -> None:
    """This number hears one polite sentence instead of the line.

    Args:
        now: aware.
        phone_number: E.164.
        reason: for the people page.
        until: when the ban ends, or None for good.
        actor: who decided it.
    """
    caller_id = caller_for(session, now=now, phone_number=phone_number)
    caller = session.get_one(Caller, caller_id)
    caller.banned_at, caller.banned_until, caller.ban_reason = now, until, reason
    show_log.note(session, at=now, what="banned a caller", actor=actor, detail=reason)
    said = {"until": until.isoformat() if until else None}
    tape.keep_deed(session, at=now, deed=Deed.BAN, phone_number=phone_number, said=said)


def lift_ban(session: Session, *, now: datetime, phone_number: str, actor: str = "producer") -> None:
    """This number may call again."""
    caller_id = caller_for(session, now=now, phone_number=phone_number)
    caller = session.get_one(Caller, caller_id)
    caller.banned_at = caller.banned_until = caller.ban_reason = None
    show_log.note(session, at=now, what="lifted a ban", actor=actor)
    tape.keep_deed(session, at=now, deed=Deed.LIFT_BAN, phone_number=phone_number)


def why_no_texts(*, caller_id: int | None, opted_out_at: datetime | None, no_texts_why: str | None) -> str | None:
    """Return why this person cannot be texted, in words, or None if they can.

    Args:
        caller_id, opted_out_at, no_texts_why: of the person's row; None throughout for the withheld.
    """
    if caller_id is None:
        return "withheld number"
    return "opted out" if opted_out_at is not None else no_texts_why
