"""What was at the station's numbers before we changed it; called by callin/numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.models import NumberChange


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One target of one number: what was there, and what we put there instead."""

    number_sid: str
    phone_number: str
    target: str
    was: str
    became: str


def record_changes(session: Session, *, now: datetime, changes: Iterable[RecordedChange]) -> None:
    """What is about to be changed is on record; call it before Twilio is asked.

    Args:
        now: aware; all changes of one sync share it.
        changes: of all numbers.
    """
    for change in changes:
        session.add(
            NumberChange(
                at=now,
                number_sid=change.number_sid,
                phone_number=change.phone_number,
                target=change.target,
                was=change.was,
                became=change.became,
            )
        )


def last_changes(session: Session) -> tuple[datetime, list[RecordedChange]] | None:
    """Return the latest sync that has not been undone: its moment and its changes in order; None if there is none."""
    newest = select(NumberChange.at).where(NumberChange.undone_at.is_(None)).order_by(NumberChange.at.desc()).limit(1)
    at = session.scalars(newest).first()
    if at is None:
        return None
    rows = session.scalars(select(NumberChange).where(NumberChange.at == at).order_by(NumberChange.id))
    return at, [RecordedChange(row.number_sid, row.phone_number, row.target, row.was, row.became) for row in rows]


def record_undone(session: Session, *, now: datetime, at: datetime) -> None:
    """The sync of that moment counts as undone: the next undo goes one further back.

    Args:
        now: aware.
        at: of `last_changes`.
    """
    for row in session.scalars(select(NumberChange).where(NumberChange.at == at)):
        row.undone_at = now
