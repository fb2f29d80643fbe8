"""The line: who is put next up, who is first, how many wait; called by the usher, the DJ's verbs and the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.desk.shows import current_show, next_queue_name
from callin.errors import NoOpenShow, NotWaiting
from callin.models import Call, ShowState
from callin.rules.call_states import IN_LINE, CallState


@dataclass(frozen=True, slots=True)
class Move:
    """A caller that Twilio must move into the next-up queue.

    Attributes:
        queue_sid: of the queue it waits in; None if nobody recorded it yet (find it by name then).
        queue_name: the same queue's name.
    """

    call_sid: str
    queue_sid: str | None
    queue_name: str


def put_next_up(session: Session, *, now: datetime, call_sid: str, actor: str) -> Move:
    """The caller is marked as moving; the door then asks Twilio, and calls `undo_move` if that failed.

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
    call = session.scalars(select(Call).where(Call.call_sid == call_sid, Call.show_id == show.show_id)).one_or_none()
    if call is None:
        raise NotWaiting("That caller is not in this show's line.")
    if call.state not in (CallState.WAITING, CallState.MOVING):
        raise NotWaiting(_WHY_NOT_NEXT[CallState(call.state)])
    if call.state == CallState.WAITING:
        call.state = CallState.MOVING
        call.put_next_at = now
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
        show_log.note(
            session, at=now, what="could not be put next up", show_id=call.show_id, call_sid=call_sid, detail=why
        )


def front_of(session: Session, *, show_id: int, state: CallState) -> Call | None:
    """Return the row that is first among those next up, or among those waiting, as far as we know.

    Args:
        show_id: of the open show.
        state: NEXT_UP or WAITING.
    """
    order = Call.put_next_at if state == CallState.NEXT_UP else Call.joined_at
    return session.scalars(
        select(Call).where(Call.show_id == show_id, Call.state == state).order_by(order, Call.id).limit(1)
    ).first()


def count_in_line(session: Session, *, show_id: int) -> int:
    """Return how many callers wait, next up included."""
    return session.scalar(select(func.count(Call.id)).where(Call.show_id == show_id, Call.state.in_(IN_LINE))) or 0


def queue_names(queue_name: str) -> tuple[str, str]:
    """Return the names of a show's two queues: the line, and those next up."""
    return queue_name, next_queue_name(queue_name)


_WHY_NOT_NEXT = {
    CallState.ANSWERED: "That caller is still hearing the greeting. Try again in a moment.",
    CallState.NEXT_UP: "That caller is next up already.",
    CallState.ON_AIR: "That caller is on the air already.",
    CallState.LEAVING_MESSAGE: "That caller has left the line and is leaving a message.",
    CallState.OVER: "That caller has hung up.",
}
