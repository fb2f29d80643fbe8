"""The inbox: texts that are words for people, until somebody has dealt with them; called by the board's doors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import screening, show_log, texting
from callin.desk.lineup import InboxText
from callin.desk.shows import current_show
from callin.errors import NotThere
from callin.models import Call, Caller, Picture, PictureState, Text, Texter, TextKind
from callin.phone_number import masked
from callin.rules.call_states import IN_LINE
from callin.rules.lineup import TEXTERS_IN_LINE

MOST_TEXTS = 100


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that can be shown."""

    content_type: str
    content: bytes


def waiting(session: Session, *, show_id: int | None) -> tuple[InboxText, ...]:
    """Return the texts that nobody has dealt with yet, oldest first.

    Args:
        show_id: of the show in hand, or None; tells who is in line.
    """
    rows = session.execute(
        select(
            Text.id,
            Text.phone_number,
            Text.body,
            Text.created_at,
            Caller.id.label("caller_id"),
            Caller.name,
            Caller.opted_out_at,
            Caller.no_texts_why,
        )
        .outerjoin(Caller, Caller.id == Text.caller_id)
        .where(Text.kind == TextKind.INBOUND, Text.is_in_inbox, Text.done_at.is_(None))
        .order_by(Text.id.desc())
        .limit(MOST_TEXTS)
    ).all()
    pictures: dict[int, list[Any]] = defaultdict(list)
    for picture in session.execute(
        select(Picture.text_id, Picture.number, Picture.state, Picture.why)
        .where(Picture.text_id.in_([row.id for row in rows]))
        .order_by(Picture.number)
    ):
        pictures[picture.text_id].append(picture)
    in_line = _callers_in_line(session, show_id=show_id)
    return tuple(
        InboxText(
            text_id=row.id,
            caller_id=row.caller_id,
            phone=masked(row.phone_number),
            name=row.name,
            body=row.body,
            at=row.created_at,
            pictures=tuple(one.number for one in pictures[row.id] if one.state == PictureState.FETCHED),
            pictures_missing=tuple(
                one.why or "on its way" for one in pictures[row.id] if one.state != PictureState.FETCHED
            ),
            is_in_line=row.caller_id in in_line,
            can_reply=screening.why_no_texts(
                caller_id=row.caller_id, opted_out_at=row.opted_out_at, no_texts_why=row.no_texts_why
            )
            is None,
        )
        for row in reversed(rows)
    )


def mark_done(session: Session, *, now: datetime, text_id: int, actor: str) -> None:
    """Somebody has dealt with this text; doing it again changes nothing.

    Raises:
        NotThere: there is no such text.
    """
    text = _text(session, text_id=text_id)
    if text.done_at is None:
        text.done_at = now
        show_log.note(session, at=now, what="dealt with a text", show_id=_shown_in(session, text), actor=actor)


def reply(session: Session, *, now: datetime, text_id: int, words: str, actor: str) -> None:
    """The sender is owed these words, and the text is dealt with; the same words again are owed once.

    Raises:
        NotThere: there is no such text.
        CannotText: in words why its sender cannot be texted.
    """
    text = _text(session, text_id=text_id)
    texting.owe_words(
        session, now=now, caller_id=text.caller_id, show_id=_shown_in(session, text), words=words, actor=actor
    )
    mark_done(session, now=now, text_id=text_id, actor=actor)


def picture_of(session: Session, *, text_id: int, number: int) -> PictureFile | None:
    """Return a picture that came with a text, or None if there is none to show."""
    row = session.scalars(select(Picture).where(Picture.text_id == text_id, Picture.number == number)).one_or_none()
    if row is None or row.state != PictureState.FETCHED or row.content is None:
        return None
    return PictureFile(content_type=row.content_type, content=row.content)


def _text(session: Session, *, text_id: int) -> Text:
    text = session.get(Text, text_id)
    if text is None or text.kind != TextKind.INBOUND:
        raise NotThere("There is no such text.")
    return text


def _shown_in(session: Session, text: Text) -> int | None:
    """The show on whose board this is seen: the one in hand, else the text's own."""
    show = current_show(session)
    return show.show_id if show else text.show_id


def _callers_in_line(session: Session, *, show_id: int | None) -> set[int | None]:
    if show_id is None:
        return set()
    calls = select(Call.caller_id).where(Call.show_id == show_id, Call.state.in_(IN_LINE), Call.caller_id.is_not(None))
    texters = select(Texter.caller_id).where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
    return set(session.scalars(calls.union(texters)))
