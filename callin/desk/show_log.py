"""The show log: notes every change and moves the show's revision on; called by the other verbs of the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from callin.models import Call, LogLine, Show, Text


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


def note_text(session: Session, *, at: datetime, text: Text, what: str) -> None:
    """What became of a text stands in the log, with the call that it is about.

    Args:
        at: when, aware.
        text: the row; its reason goes along.
        what: in a word or three.
    """
    call_sid = session.scalar(select(Call.call_sid).where(Call.id == text.call_id)) if text.call_id else None
    note(session, at=at, what=what, show_id=text.show_id, call_sid=call_sid, actor="courier", detail=text.why)
