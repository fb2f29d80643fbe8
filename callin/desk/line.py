"""The line: who is put next up, who is first, who is dropped; called by the usher, the DJ's verbs and the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.desk.line_end import end_of_next_up
from callin.desk.places import why_not_in_line
from callin.desk.shows import current_show, next_queue_name
from callin.errors import NoOpenShow, NotWaiting
from callin.models import Call, DjCall, ShowState
from callin.rules.call_states import IN_LINE, CallState


@dataclass(frozen=True, slots=True)
class Move:
    """A caller that Twilio must take out of where they are.

    Attributes:
        queue_sid: of the queue it waits in; None if nobody recorded it yet (find it by name then).
        queue_name: the same queue's name; None for a caller on the air, who is in no queue.
    """

    call_sid: str
    queue_sid: str | None
    queue_name: str | None


def put_next_up(session: Session, *, now: datetime, call_sid: str, actor: str) -> Move:
    """The caller is marked as moving; the usher then asks Twilio, and calls `undo_move` if that failed.

    Doing it again while they move asks again: Twilio moves a member once.

    Args:
        now: aware.
        call_sid: of the waiting listener.
        actor: whose hand it was.

    Raises:
        NoOpenShow: nothing is open.
        NotWaiting: in words why this caller cannot be put next up.
    """
    show = current_show(session)
    if show is None or show.state != ShowState.OPEN:
        raise NoOpenShow("No show is open: nobody can be put next up.")
    call = _call_in(session, show_id=show.show_id, call_sid=call_sid)
    if call.state not in (CallState.WAITING, CallState.MOVING):
        raise NotWaiting(why_not_in_line(call, now=now))
    if call.state == CallState.WAITING:
        call.put_next_at = end_of_next_up(session, now=now, show_id=show.show_id)
        call.state, call.trouble = CallState.MOVING, None
        show_log.note(session, at=now, what="put next up", show_id=show.show_id, call_sid=call_sid, actor=actor)
    return Move(call_sid=call_sid, queue_sid=show.queue_sid, queue_name=show.queue_name)


def undo_move(session: Session, *, now: datetime, call_sid: str, why: str) -> None:
    """A caller whom Twilio could not move stands where they stood; one who was moved says so by arriving.

    Args:
        now: aware.
        call_sid: of the listener.
        why: the reason, in words.
    """
    call = session.scalars(select(Call).where(Call.call_sid == call_sid, Call.state == CallState.MOVING)).one_or_none()
    if call is not None:
        call.state, call.put_next_at = CallState.WAITING, None
        call.trouble = f"Could not be put next up: {why}"
        show_log.note(
            session, at=now, what="could not be put next up", show_id=call.show_id, call_sid=call_sid, detail=why
        )


def drop(session: Session, *, now: datetime, call_sid: str, from_the_air: bool, actor: str) -> Move:
    """The producer's wish is on record; the usher then asks Twilio, and the call itself tells that it is done.

    Args:
        now: aware.
        call_sid: of a listener in line or on the air.
        from_the_air: whether somebody who talks may be cut off (asked and confirmed).
        actor: whose hand it was.

    Raises:
        NoOpenShow: no show is running.
        NotWaiting: in words why there is nobody to drop.
    """
    show = current_show(session)
    if show is None:
        raise NoOpenShow("No show is open: nobody can be dropped.")
    call = _call_in(session, show_id=show.show_id, call_sid=call_sid)
    if call.state == CallState.ON_AIR:
        if not from_the_air:
            raise NotWaiting("That caller is on the air now. Dropping them needs your confirmation.")
        move = Move(call_sid=call_sid, queue_sid=None, queue_name=None)
    elif call.state == CallState.NEXT_UP:
        move = Move(call_sid=call_sid, queue_sid=show.next_queue_sid, queue_name=show.next_queue_name)
    elif call.state in IN_LINE:
        move = Move(call_sid=call_sid, queue_sid=show.queue_sid, queue_name=show.queue_name)
    else:
        raise NotWaiting(why_not_in_line(call, now=now))
    show_log.note(session, at=now, what="is being dropped", show_id=show.show_id, call_sid=call_sid, actor=actor)
    return move


def note_trouble(session: Session, *, now: datetime, call_sid: str, why: str) -> None:
    """The row says what could not be done.

    Args:
        now: aware.
        call_sid: of the listener.
        why: in words.
    """
    call = session.scalars(select(Call).where(Call.call_sid == call_sid)).one_or_none()
    if call is not None:
        call.trouble = why
        show_log.note(session, at=now, what="trouble", show_id=call.show_id, call_sid=call_sid, detail=why)


def front_of(session: Session, *, show_id: int, state: CallState) -> Call | None:
    """Return the row that is first among those next up, or among those waiting, as far as we know.

    Args:
        show_id: of the open show.
        state: NEXT_UP or WAITING.
    """
    order = Call.put_next_at if state == CallState.NEXT_UP else Call.rank
    return session.scalars(
        select(Call).where(Call.show_id == show_id, Call.state == state).order_by(order, Call.id).limit(1)
    ).first()


def is_first_at_twilio(session: Session, *, call: Call) -> bool:
    """Return whether nobody stands before this caller in Twilio's queue, as far as we know; it is first in, first out.

    Args:
        call: waiting in the line.
    """
    earlier = select(Call.id).where(
        Call.show_id == call.show_id,
        Call.state == CallState.WAITING,
        Call.id != call.id,
        Call.queued_at < call.queued_at,
    )
    return session.scalar(earlier.limit(1)) is None


def is_dj_at_empty_line(session: Session, *, show_id: int) -> bool:
    """Return whether a DJ is waiting in silence for anybody to join the line's queue, in which nobody stands.

    Args:
        show_id: of the open show.
    """
    is_there = select(exists().where(DjCall.admitted_at.is_not(None), DjCall.ended_at.is_(None), DjCall.told_empty))
    return bool(session.scalar(is_there)) and count_in_line(session, show_id=show_id) == 0


def count_in_line(session: Session, *, show_id: int) -> int:
    """Return how many callers wait, next up included."""
    return session.scalar(select(func.count(Call.id)).where(Call.show_id == show_id, Call.state.in_(IN_LINE))) or 0


def queue_names(queue_name: str) -> tuple[str, str]:
    """Return the names of a show's two queues: the line, and those next up."""
    return queue_name, next_queue_name(queue_name)


def _call_in(session: Session, *, show_id: int, call_sid: str) -> Call:
    call = session.scalars(select(Call).where(Call.call_sid == call_sid, Call.show_id == show_id)).one_or_none()
    if call is None:
        raise NotWaiting("That caller is not in this show's line.")
    return call
