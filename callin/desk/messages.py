"""Messages left after the tone: kept, and heard by the DJ; called by the voice doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.models import Call, DjCall, Message, MessageState, SoundState

# Twilio's word that the file exists may be lost: after so long it is fetched unasked.
AWAITED_FOR = timedelta(minutes=2)


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
    if dj is None or dj.admitted_at is None or dj.ended_at is not None:
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


_IS_NEW: ColumnElement[bool] = and_(Message.state == MessageState.NEW, Message.sound_state == SoundState.FETCHED)


def _play(session: Session, *, message: Message, is_first: bool, done: str | None) -> MessageTurn:
    town = session.scalar(select(Call.town).where(Call.id == message.call_id)) if message.call_id else None
    left = count_new(session) - (1 if message.state == MessageState.NEW else 0)
    return MessageTurn(
        kind=MessageTurnKind.PLAY, message_id=message.id, is_first=is_first, town=town, left=left, done=done
    )


def _row(session: Session, *, recording_sid: str) -> Message | None:
    return session.scalars(select(Message).where(Message.recording_sid == recording_sid)).one_or_none()
