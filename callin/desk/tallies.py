"""Numbers that only grow, kept for all processes together; the courier adds to them, /metrics shows them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callin.models import Tally


class Tallied(StrEnum):
    """What is counted; the label says which of its kind."""

    TWILIO_ERROR = "twilio_error"  # by code


def add(session: Session, what: Tallied, *, counts: Mapping[str, int]) -> None:
    """So many more have happened.

    Args:
        what: is counted.
        counts: by label, each more than 0.
    """
    for label, count in counts.items():
        if not _grow(session, what, label, count):
            try:
                with session.begin_nested():
                    session.add(Tally(name=what, label=label, count=count))
            except IntegrityError:
                _grow(session, what, label, count)  # another process was first


def all_of(session: Session, what: Tallied) -> dict[str, int]:
    """Return what has been counted, by label."""
    rows = session.execute(select(Tally.label, Tally.count).where(Tally.name == what))
    return {label: count for label, count in rows}  # noqa: C416  rows are no pairs to mypy


def _grow(session: Session, what: Tallied, label: str, count: int) -> bool:
    grown = session.execute(
        update(Tally).where(Tally.name == what, Tally.label == label).values(count=Tally.count + count)
    )
    return isinstance(grown, CursorResult) and grown.rowcount > 0
