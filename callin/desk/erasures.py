"""What Twilio still has of what is erased here: owed, claimed, gone; called by the erasure and callin/forgetting.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callin.models import Check, Erasure, ErasureKind, Text

_RETENTION = "retention"
# Whoever looks for what is old has so long before another may; then it is looked for once a day.
TAKEN_FOR = timedelta(minutes=10)
DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwedErasure:
    """Something that this process has claimed, to be deleted at Twilio."""

    erasure_id: int
    kind: ErasureKind
    sid: str
    attempts: int


def owe(session: Session, *, now: datetime, kind: ErasureKind, sid: str) -> None:
    """Twilio is to delete this; owing it twice is owing it once.

    Args:
        now: aware.
        kind: what it is.
        sid: of the recording, or of the message.
    """
    if session.scalar(select(Erasure.id).where(Erasure.sid == sid)) is None:
        session.add(Erasure(kind=kind, sid=sid, asked_at=now, due_at=now, attempts=0))
        session.flush()


def owe_if_forgotten(session: Session, *, now: datetime, text: Text) -> None:
    """A text whose addressee was forgotten while it was on its way is to be deleted at Twilio too."""
    if not text.phone_number and text.message_sid is not None:
        owe(session, now=now, kind=ErasureKind.TEXT, sid=text.message_sid)


def claim(session: Session, *, now: datetime, limit: int, lease_s: int) -> list[OwedErasure]:
    """Up to `limit` erasures belong to this process for a while.

    Args:
        now: aware.
        limit: how many at the most.
        lease_s: seconds until another may take them.
    """
    rows = session.scalars(
        select(Erasure)
        .where(Erasure.due_at <= now, or_(Erasure.lease_until.is_(None), Erasure.lease_until <= now))
        .order_by(Erasure.due_at, Erasure.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.lease_until = now + timedelta(seconds=lease_s)
        row.attempts += 1
    return [OwedErasure(row.id, ErasureKind(row.kind), row.sid, row.attempts) for row in rows]


def record_done(session: Session, *, erasure_id: int) -> None:
    """Twilio has it no more, and nothing is left to say of it."""
    row = session.get(Erasure, erasure_id)
    if row is not None:
        session.delete(row)


def record_not_done(session: Session, *, now: datetime, erasure_id: int, retry_in_s: int, why: str) -> None:
    """It is asked for again later, however often that takes: it was promised.

    Args:
        now: aware.
        erasure_id: of the row.
        retry_in_s: seconds until then.
        why: in words.
    """
    row = session.get(Erasure, erasure_id)
    if row is not None:
        row.why, row.lease_until, row.due_at = why, None, now + timedelta(seconds=retry_in_s)


def count_owed(session: Session) -> int:
    """Return how many things Twilio is still to delete."""
    return session.scalar(select(func.count(Erasure.id))) or 0


def take_on_retention(session: Session, *, now: datetime) -> bool:
    """Return whether this process is to look for what is old now; then no other does for a while.

    Args:
        now: aware.
    """
    check = session.get(Check, _RETENTION)
    if check is not None and now < check.due_at <= now + DAILY:
        return False
    if check is None:
        check = Check(name=_RETENTION, drift=0, due_at=now)
        session.add(check)
    check.due_at = now + TAKEN_FOR
    return True


def finish_retention(session: Session, *, now: datetime) -> None:
    """Nothing old is left for today."""
    check = session.get_one(Check, _RETENTION)
    check.at, check.due_at = now, now + DAILY
