"""The sound of messages: claimed, fetched, kept, deleted at Twilio; called by the courier and a sound's own address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from callin.models import Message, MessageSound, MessageState, SoundState


@dataclass(frozen=True, slots=True)
class OwedSound:
    """A recording that the courier has claimed, to be fetched or deleted at Twilio."""

    message_id: int
    recording_sid: str
    recording_url: str
    call_sid: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A message's sound."""

    content_type: str
    content: bytes


def claim_fetches(session: Session, *, now: datetime, limit: int, lease_s: int) -> list[OwedSound]:
    """Up to `limit` recordings belong to this courier for a while, to be fetched.

    Args:
        now: aware.
        limit: how many at the most.
        lease_s: seconds until another courier may take them.
    """
    due = and_(Message.sound_state.in_((SoundState.OWED, SoundState.AWAITED)), Message.due_at <= now)
    return _claim(session, now=now, due=due, limit=limit, lease_s=lease_s)


def claim_deletions(session: Session, *, now: datetime, limit: int, lease_s: int) -> list[OwedSound]:
    """Up to `limit` fetched recordings belong to this courier for a while, to be deleted at Twilio.

    Args:
        now: aware.
        limit: how many at the most.
        lease_s: seconds until another courier may take them.
    """
    due = and_(Message.sound_state == SoundState.FETCHED, Message.deleted_at_twilio_at.is_(None), Message.due_at <= now)
    return _claim(session, now=now, due=due, limit=limit, lease_s=lease_s)


def record_fetched(session: Session, *, now: datetime, message_id: int, content_type: str, content: bytes) -> None:
    """The sound is here; fetching it twice changes nothing.

    Args:
        now: aware.
        message_id: of the message.
        content_type: of the sound.
        content: the file.
    """
    message = session.get_one(Message, message_id)
    if message.recording_url == "":
        return  # forgotten while it was on its way
    message.sound_state, message.lease_until, message.due_at, message.attempts = SoundState.FETCHED, None, now, 0
    if session.get(MessageSound, message_id) is None:
        session.add(MessageSound(message_id=message_id, content_type=content_type, content=content))


def record_not_fetched(session: Session, *, now: datetime, message_id: int, retry_in_s: int | None, why: str) -> None:
    """The sound could not be had: it is tried again later, or given up with the reason.

    Args:
        now: aware.
        message_id: of the message.
        retry_in_s: seconds until the next try, or None to give up.
        why: in words.
    """
    message = session.get_one(Message, message_id)
    message.why, message.lease_until = why, None
    if retry_in_s is not None:
        message.due_at = now + timedelta(seconds=retry_in_s)
    elif message.sound_state in (SoundState.OWED, SoundState.AWAITED):
        message.sound_state = SoundState.LOST


def record_deleted(session: Session, *, now: datetime, message_id: int) -> None:
    """Twilio no longer has the recording."""
    message = session.get_one(Message, message_id)
    message.deleted_at_twilio_at, message.lease_until = now, None


def sound_of(session: Session, *, message_id: int) -> Sound | None:
    """Return the sound of a message that was not deleted, or None."""
    message = session.get(Message, message_id)
    row = session.get(MessageSound, message_id)
    if row is None or message is None or message.state == MessageState.DELETED:
        return None
    return Sound(content_type=row.content_type, content=row.content)


def _claim(session: Session, *, now: datetime, due: ColumnElement[bool], limit: int, lease_s: int) -> list[OwedSound]:
    is_free = or_(Message.lease_until.is_(None), Message.lease_until <= now)
    rows = session.scalars(
        select(Message)
        .where(due, is_free)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for message in rows:
        message.lease_until = now + timedelta(seconds=lease_s)
        message.attempts += 1
        claimed.append(
            OwedSound(
                message_id=message.id,
                recording_sid=message.recording_sid,
                recording_url=message.recording_url,
                call_sid=message.call_sid,
                attempts=message.attempts,
            )
        )
    return claimed
