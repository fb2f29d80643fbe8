"""Pictures that came with texts: noted, claimed, kept or refused; called by the text line and the courier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.models import Picture, PictureState, Text
from callin.rules.pictures import MOST_PICTURES, SHOWN, type_of


@dataclass(frozen=True, slots=True)
class IncomingPicture:
    """What Twilio says of one attachment.

    Attributes:
        number: 0-based, as Twilio counts.
        url: where it is.
        content_type: what the sender called it.
    """

    number: int
    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class OwedPicture:
    """A picture that the courier has claimed."""

    picture_id: int
    url: str
    attempts: int


def note(session: Session, *, now: datetime, text: Text, pictures: Sequence[IncomingPicture]) -> None:
    """The attachments are on record; those that may be pictures are owed, the others are refused in words.

    Args:
        now: aware.
        text: they came with.
        pictures: as Twilio lists them.
    """
    for picture in pictures[:MOST_PICTURES]:
        is_owed = picture.content_type in SHOWN
        session.add(
            Picture(
                text_id=text.id,
                number=picture.number,
                url=picture.url,
                content_type=picture.content_type,
                state=PictureState.OWED if is_owed else PictureState.REFUSED,
                why=None if is_owed else f"{picture.content_type} is not shown",
                due_at=now,
            )
        )
    session.flush()


def claim_fetches(session: Session, *, now: datetime, limit: int, lease_s: int) -> list[OwedPicture]:
    """Up to `limit` pictures belong to this courier for a while, to be fetched.

    Args:
        now: aware.
        limit: how many at the most.
        lease_s: seconds until another courier may take them.
    """
    rows = session.scalars(
        select(Picture)
        .where(
            Picture.state == PictureState.OWED,
            Picture.due_at <= now,
            or_(Picture.lease_until.is_(None), Picture.lease_until <= now),
        )
        .order_by(Picture.due_at, Picture.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for picture in rows:
        picture.lease_until = now + timedelta(seconds=lease_s)
        picture.attempts += 1
    return [OwedPicture(picture_id=row.id, url=row.url, attempts=row.attempts) for row in rows]


def record_fetched(session: Session, *, now: datetime, picture_id: int, content: bytes) -> None:
    """The picture is here, if its first bytes say that it is one; else it is refused.

    Args:
        now: aware.
        picture_id: of the row.
        content: the file, of a size that we keep.
    """
    content_type = type_of(content)
    if content_type is None:
        record_not_fetched(
            session, now=now, picture_id=picture_id, retry_in_s=None, is_refused=True, why="not a picture after all"
        )
        return
    picture = session.get_one(Picture, picture_id)
    if picture.state == PictureState.OWED:
        picture.state, picture.lease_until, picture.why = PictureState.FETCHED, None, None
        picture.content_type, picture.content = content_type, content
        _tell_boards(session, now=now, picture=picture, what="picture fetched")


def record_not_fetched(
    session: Session, *, now: datetime, picture_id: int, retry_in_s: int | None, is_refused: bool, why: str
) -> None:
    """The picture could not be had: it is tried again later, or given up with the reason.

    Args:
        now: aware.
        picture_id: of the row.
        retry_in_s: seconds until the next try, or None to give up.
        is_refused: whether we would not have it, rather than could not.
        why: in words.
    """
    picture = session.get_one(Picture, picture_id)
    if picture.state != PictureState.OWED:
        return
    picture.why, picture.lease_until = why, None
    if retry_in_s is not None:
        picture.due_at = now + timedelta(seconds=retry_in_s)
        return
    picture.state = PictureState.REFUSED if is_refused else PictureState.LOST
    _tell_boards(session, now=now, picture=picture, what=f"picture {picture.state}")


def _tell_boards(session: Session, *, now: datetime, picture: Picture, what: str) -> None:
    show_id = session.scalar(select(Text.show_id).where(Text.id == picture.text_id))
    show_log.note(session, at=now, what=what, show_id=show_id, actor="courier", detail=picture.why)
