"""Messages left after the tone as the board sees them: listed, marked, played; called by the board's doors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from callin.desk import show_log, tape
from callin.desk.lineup import LeftMessage
from callin.desk.shows import current_show
from callin.errors import NotThere
from callin.models import Call, Deed, Message, MessageState, Show, SoundState
from callin.phone_number import masked

MOST_MESSAGES = 100

_SOUND_MISSING = {
    SoundState.AWAITED: "Twilio is still writing it",
    SoundState.OWED: "on its way from Twilio",
    SoundState.ABSENT: "nothing was recorded",
    SoundState.LOST: "could not be fetched from Twilio",
}


def on_shelf(session: Session) -> tuple[LeftMessage, ...]:
    """Return the messages to be seen, newest first."""
    # A message that was heard stays for the evening; only what somebody kept stays for good.
    shown: ColumnElement[bool] = or_(
        Message.state.in_((MessageState.NEW, MessageState.KEPT)),
        and_(Message.state == MessageState.HEARD, Message.show_id == select(func.max(Show.id)).scalar_subquery()),
    )
    rows = session.execute(
        select(
            Message.id,
            Message.caller_id,
            Message.left_at,
            Message.duration_s,
            Message.state,
            Message.sound_state,
            Call.phone_number,
            Call.name,
            Call.town,
        )
        .outerjoin(Call, Call.id == Message.call_id)
        .where(shown)
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    )
    return tuple(
        LeftMessage(
            message_id=row.id,
            caller_id=row.caller_id,
            phone=masked(row.phone_number),
            name=row.name,
            town=row.town,
            at=row.left_at,
            duration_s=row.duration_s,
            state=row.state,
            can_play=row.sound_state == SoundState.FETCHED,
            why_not=_SOUND_MISSING.get(SoundState(row.sound_state)),
        )
        for row in rows
    )


def mark(session: Session, *, now: datetime, message_id: int, state: MessageState, actor: str) -> None:
    """The message is heard, kept or deleted; doing it again changes nothing, and what is deleted stays deleted.

    Raises:
        NotThere: there is no such message, or it was deleted.
    """
    message = session.get(Message, message_id)
    if message is None or (message.state == MessageState.DELETED and state != MessageState.DELETED):
        raise NotThere("That message was deleted.")
    if message.state == state or (state == MessageState.HEARD and message.state == MessageState.KEPT):
        return
    message.state = state
    show = current_show(session)
    show_log.note(
        session,
        at=now,
        what=f"message {state}",
        show_id=show.show_id if show else message.show_id,
        call_sid=message.call_sid,
        actor=actor,
    )
    tape.keep_deed(session, at=now, deed=Deed.MARK_MESSAGE, sid=message.recording_sid, said={"state": state})
