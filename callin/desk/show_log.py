"""The show log: notes every change and moves the show's revision on; called by the other verbs of the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from callin.models import LogLine, Show


def note(
    session: Session,
    *,
    at: datetime,
    what: str,
    show_id: int | None = None,
    call_sid: str | None = None,
    actor: str = "twilio",
    detail: str | None = None,
) -> None:
    """One more line stands in the log, and open boards will see that the show has changed.

    Args:
        at: when, aware.
        what: in a word or three («joined the line»).
        show_id: of the show it belongs to, if any.
        call_sid: of the call it is about, if any.
        actor: whose hand it was.
        detail: more, for people; no phone numbers.
    """
    session.execute(
        insert(LogLine).values(at=at, show_id=show_id, call_sid=call_sid, actor=actor, what=what, detail=detail)
    )
    if show_id is not None:
        session.execute(update(Show).where(Show.id == show_id).values(revision=Show.revision + 1))
