"""Messages left after the tone: kept, fetched, played to the DJ; called by the voice doors and the courier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.models import Call, DjCall, Message, MessageSound, MessageState, SoundState

# Twilio's word that the file exists may be lost: after so long it is fetched unasked.
AWAITED_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class OwedSound:
    """A recording that the courier has claimed, to be fetched or deleted at Twilio."""

    message_id: int
    recording_sid: str
    recording_url: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A message's sound."""

    content_type: str
    content: bytes


class MessageTurnKind(StrEnum):
    """What the DJ hears of the messages."""

    PLAY = "play"
    DONE = "done"  # none, or no more: on to the callers


@dataclass(frozen=True, slots=True)
class MessageTurn:
    """What the document of messages needs.

    Attributes:
        message_id: to play, or None.
        is_first: whether the keys are to be explained.
        town: of the caller, if known.
        left: how many are still new after this one.
        done: what was done with the one before («kept», «deleted»), or None.
    """

    kind: MessageTurnKind
    message_id: int | None = None
    is_first: bool = False
    town: str | None = None
    left: int = 0
    done: str | None = None


def keep(
    session: Session, *, now: datetime, call_sid: str, recording_sid: str, recording_url: str, duration_s: int | None
) -> None:
    """The message is kept with its caller and time; a repetition changes nothing.

    Args:
        now: aware.
        call_sid: of the listener.
        recording_sid: Twilio's.
        recording_url: where its sound will be.
        duration_s: seconds, or None if not yet known.
    """
    message = _row(session, recording_sid=recording_sid)
    if message is None:
        call = session.scalars(select(Call).where(Call.call_sid == call_sid)).one_or_none()
        message = Message(
            recording_sid=recording_sid,
            recording_url=recording_url,
            call_sid=call_sid,
            call_id=call.id if call else None,
            caller_id=call.caller_id if call else None,
            show_id=call.show_id if call else None,
            left_at=now,
            due_at=now + AWAITED_FOR,
        )
        session.add(message)
        session.flush()
        show_log.note(session, at=now, what="left a message", show_id=message.show_id, call_sid=call_sid)
    if duration_s is not None:
        message.duration_s = duration_s


def note_recording(
    session: Session,
    *,
    now: datetime,
    call_sid: str,
    recording_sid: str,
    recording_url: str,
    is_ready: bool,
    duration_s: int | None,
) -> None:
    """Twilio says that the sound exists, or that there is none; the courier fetches what exists.

    Args:
        now: aware.
        call_sid: of the listener.
        recording_sid: Twilio's.
        recording_url: where the sound is.
        is_ready: whether it exists (completed), else it never will (absent).
        duration_s: seconds, or None.
    """
    keep(
        session,
        now=now,
        call_sid=call_sid,
        recording_sid=recording_sid,
        recording_url=recording_url,
        duration_s=duration_s,
    )
    message = _row(session, recording_sid=recording_sid)
    if message is not None and message.sound_state == SoundState.AWAITED:
        message.sound_state = SoundState.OWED if is_ready else SoundState.ABSENT
        message.due_at = now


def claim_sounds(session: Session, *, now: datetime, limit: int, lease_s: int) -> list[OwedSound]:
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


def record_sound(session: Session, *, now: datetime, message_id: int, content_type: str, content: bytes) -> None:
    """The sound is here; fetching it twice changes nothing.

    Args:
        now: aware.
        message_id: of the message.
        content_type: of the sound.
        content: the file.
    """
    message = session.get_one(Message, message_id)
    message.sound_state, message.lease_until, message.due_at, message.attempts = SoundState.FETCHED, None, now, 0
    if session.get(MessageSound, message_id) is None:
        session.add(MessageSound(message_id=message_id, content_type=content_type, content=content))


def record_no_sound(session: Session, *, now: datetime, message_id: int, retry_in_s: int | None, why: str) -> None:
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


def record_deleted_at_twilio(session: Session, *, now: datetime, message_id: int) -> None:
    """Twilio no longer has the recording."""
    message = session.get_one(Message, message_id)
    message.deleted_at_twilio_at, message.lease_until = now, None


def count_new(session: Session) -> int:
    """Return how many messages nobody has heard yet and can be played."""
    return session.scalar(select(func.count(Message.id)).where(_IS_NEW)) or 0


def hear_messages(
    session: Session, *, now: datetime, dj_call_sid: str, key: str | None, about: int | None
) -> MessageTurn:
    """What the DJ pressed is done to the message just played, and the next one is known.

    Args:
        now: aware.
        dj_call_sid: of the DJ's call.
        about: the message that was played before this key, or None at the start. The same key told twice is not taken
            for a word on the message after it.
        key: «1» next, «2» repeat, «3» keep, «4» delete, «*» on to the callers; None at the start or without a key.
    """
    dj = session.scalars(select(DjCall).where(DjCall.call_sid == dj_call_sid)).one_or_none()
    if dj is None or dj.admitted_at is None:
        return MessageTurn(kind=MessageTurnKind.DONE)
    current = session.get(Message, dj.hearing_message_id) if dj.hearing_message_id else None
    done = None
    if current is None and about is not None:
        return MessageTurn(kind=MessageTurnKind.DONE)
    if current is not None and (current.id != about or key == "2"):
        return _play(session, message=current, is_first=about is None, done=None)
    if current is not None and current.state == MessageState.NEW:
        states = {"3": MessageState.KEPT, "4": MessageState.DELETED}
        current.state = states.get(key or "", MessageState.HEARD)
        done = {"3": "kept", "4": "deleted"}.get(key or "")
        show_log.note(
            session,
            at=now,
            what=f"message {current.state}",
            show_id=current.show_id,
            call_sid=current.call_sid,
            actor="dj",
        )
    dj.hearing_message_id = None
    if key == "*":
        return MessageTurn(kind=MessageTurnKind.DONE, done=done)
    message = session.scalars(select(Message).where(_IS_NEW).order_by(Message.left_at, Message.id).limit(1)).first()
    if message is None:
        return MessageTurn(kind=MessageTurnKind.DONE, done=done)
    dj.hearing_message_id = message.id
    return _play(session, message=message, is_first=about is None, done=done)


def sound(session: Session, *, message_id: int) -> Sound | None:
    """Return the sound of a message that was not deleted, or None."""
    message = session.get(Message, message_id)
    row = session.get(MessageSound, message_id)
    if row is None or message is None or message.state == MessageState.DELETED:
        return None
    return Sound(content_type=row.content_type, content=row.content)


_IS_NEW: ColumnElement[bool] = and_(Message.state == MessageState.NEW, Message.sound_state == SoundState.FETCHED)


def _play(session: Session, *, message: Message, is_first: bool, done: str | None) -> MessageTurn:
    town = session.scalar(select(Call.town).where(Call.id == message.call_id)) if message.call_id else None
    left = count_new(session) - (1 if message.state == MessageState.NEW else 0)
    return MessageTurn(
        kind=MessageTurnKind.PLAY, message_id=message.id, is_first=is_first, town=town, left=left, done=done
    )


def _row(session: Session, *, recording_sid: str) -> Message | None:
    return session.scalars(select(Message).where(Message.recording_sid == recording_sid)).one_or_none()


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
                attempts=message.attempts,
            )
        )
    return claimed
