"""Claims and pauses after this machine's clock was set back; called by the courier with each sign of life.

A moment that lies further ahead than anybody ever puts it was written by another clock: nobody should wait for it. The
work is due at once; a claim or a turn begins anew, for whoever has it may still be at it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, and_, or_, update
from sqlalchemy.orm import Session

from callin.models import Message, Picture, PictureState, SoundState, Text, Texter, TextState
from callin.rules.lineup import TexterState

# Before its first try nothing is put off for longer than a recording that is still being made (desk/messages.py).
FIRST_TRY_WITHIN = timedelta(minutes=2)


def put_right(session: Session, *, now: datetime, longest_pause_s: int, lease_s: int, turn_s: int) -> bool:
    """No text, recording, picture or turn waits for a moment of a clock that was set back; return whether one did.

    Args:
        now: aware.
        longest_pause_s: between two tries.
        lease_s: of a claim.
        turn_s: that a texter has to call in.
    """
    pause, lease, turn = (timedelta(seconds=seconds) for seconds in (longest_pause_s, lease_s, turn_s))
    work: tuple[tuple[type[Text] | type[Message] | type[Picture], ColumnElement[bool]], ...] = (
        (Text, Text.state.in_((TextState.OWED, TextState.SENDING))),
        (Message, Message.sound_state.in_((SoundState.OWED, SoundState.AWAITED))),
        (Picture, Picture.state == PictureState.OWED),
    )
    changes: list[Update] = []
    for kind, is_pending in work:
        too_late = or_(kind.due_at > now + pause, and_(kind.attempts == 0, kind.due_at > now + FIRST_TRY_WITHIN))
        changes.append(update(kind).where(is_pending, too_late).values(due_at=now))
        changes.append(update(kind).where(is_pending, kind.lease_until > now + lease).values(lease_until=now + lease))
    notified = Texter.state == TexterState.NOTIFIED
    changes.append(update(Texter).where(notified, Texter.turn_ends_at > now + turn).values(turn_ends_at=now + turn))
    counts = [session.connection().execute(change).rowcount for change in changes]
    return any(counts)
