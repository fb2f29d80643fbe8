"""Signs of life: the courier leaves them, the health door and the doctor look at them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callin.models import Beat

COURIER = "courier"
BEAT_EVERY_S = 15
# Four beats missed: no pause of a working courier is as long.
FRESH_FOR_S = 60


def record_beat(session: Session, *, now: datetime, worker: str = COURIER) -> None:
    """The worker was seen at work just now.

    Args:
        now: aware.
        worker: whose row it is.
    """
    beat = session.get(Beat, worker)
    if beat is not None:
        beat.at = now
        return
    try:
        with session.begin_nested():
            session.add(Beat(worker=worker, at=now))
    except IntegrityError:
        return  # another courier's very first beat came first


def last_beat(session: Session, *, worker: str = COURIER) -> datetime | None:
    """Return when the worker was last seen at work, or None if it never was."""
    beat = session.get(Beat, worker)
    return None if beat is None else beat.at


def why_not_fresh(session: Session, *, now: datetime) -> str | None:
    """Return why no courier can be relied on, with the fix, or None while one works.

    Args:
        now: aware.
    """
    at = last_beat(session)
    # A sign from the future was left before this clock was set back.
    if at is not None and abs(now - at) <= timedelta(seconds=FRESH_FOR_S):
        return None
    since = "ever" if at is None else f"since {at:%Y-%m-%d %H:%M:%S} UTC"
    return f"No courier has worked {since}, so no text goes out. Run: callin courier (callin serve has one of its own)"
