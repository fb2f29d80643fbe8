"""All that is kept of one person, for whoever asks what is known of them; called by `callin people export`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callin.errors import NotThere
from callin.models import Base, Call, Caller, Message, MessageSound, Picture, Text, Texter, TextKind

_CALLER = ("phone_number", "name", "first_seen_at", "banned_at", "banned_until", "ban_reason", "opted_out_at")
_WORDS = ("name", "town", "topic", "note", "flag")
_CALL = ("call_sid", "phone_number", "arrived_at", "noticed_at", "joined_at", "on_air_at", "ended_at", "outcome")
_PLACE = ("phone_number", "state", "joined_at", "notified_at", "ended_at", "waited_s")
_TEXT = ("message_sid", "phone_number", "created_at", "body", "state", "why", "written_by")
_MESSAGE = ("recording_sid", "left_at", "duration_s", "state")


def data_of(session: Session, *, phone_number: str, with_files: bool) -> dict[str, Any]:
    """Return what is on record of this person, ready for JSON; moments in ISO 8601.

    Args:
        phone_number: E.164.
        with_files: whether sounds and pictures come along, in base64.

    Raises:
        NotThere: nothing is known of that number.
    """
    caller = session.scalars(select(Caller).where(Caller.phone_number == phone_number)).one_or_none()
    caller_id = None if caller is None else caller.id
    calls = _rows(session, Call, caller_id=caller_id, phone_number=phone_number)
    texts = _rows(session, Text, caller_id=caller_id, phone_number=phone_number)
    places = _rows(session, Texter, caller_id=caller_id, phone_number=phone_number)
    if caller is None and not (calls or texts or places):
        raise NotThere("Nothing is known of that number.")
    messages = session.scalars(select(Message).where(Message.caller_id == caller_id)).all() if caller else ()
    return {
        "person": {} if caller is None else _shown(caller, _CALLER),
        "calls": [_shown(call, (*_CALL, "waited_s", "aired_s", *_WORDS)) for call in calls],
        "places_by_text": [_shown(place, (*_PLACE, *_WORDS)) for place in places],
        "texts": [
            {
                "is_from_them": text.kind == TextKind.INBOUND,
                **_shown(text, _TEXT),
                "pictures": _pictures(session, text=text, with_files=with_files),
            }
            for text in texts
        ],
        "messages": [
            {**_shown(message, _MESSAGE), "sound": _sound(session, message=message, with_files=with_files)}
            for message in messages
        ],
    }


def _rows(session: Session, model: Any, *, caller_id: int | None, phone_number: str) -> Sequence[Any]:
    theirs = or_(model.caller_id == caller_id, model.phone_number == phone_number)
    return session.scalars(select(model).where(theirs).order_by(model.id)).all()


def _shown(row: Base, columns: tuple[str, ...]) -> dict[str, Any]:
    values = {column: getattr(row, column) for column in columns}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _pictures(session: Session, *, text: Text, with_files: bool) -> list[dict[str, Any]]:
    rows = session.scalars(select(Picture).where(Picture.text_id == text.id).order_by(Picture.number)).all()
    return [
        {"content_type": row.content_type, "state": row.state, "content": _encoded(row.content, wanted=with_files)}
        for row in rows
    ]


def _sound(session: Session, *, message: Message, with_files: bool) -> dict[str, Any] | None:
    row = session.get(MessageSound, message.id)
    if row is None:
        return None
    return {"content_type": row.content_type, "content": _encoded(row.content, wanted=with_files)}


def _encoded(content: bytes | None, *, wanted: bool) -> str | None:
    return base64.b64encode(content).decode() if wanted and content is not None else None
