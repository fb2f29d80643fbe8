"""The DJ's line: who gets in, who is next, and what is said in between; called by the DJ's doors.

Twilio alone decides who is bridged (the front of a queue). The desk decides which queue is dialled, and says on the
card whom to expect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import line, outcomes, texters
from callin.desk.dj_door import dj_call
from callin.desk.line import Move
from callin.desk.shows import ShowCard, current_show, last_show
from callin.models import Call, DjCall, ShowState
from callin.rules.call_states import CallState

NEXT_QUEUE_TIMEOUT_S = 5  # whoever is next up is there already
COME_BACK_S = 20
LINE_TIMEOUT_S = 120  # the DJ waits in silence; one request each two minutes
RETRY_PAUSE_S = 10  # when Twilio cannot dial the queue at all


class TurnKind(StrEnum):
    """What the DJ hears, and then does."""

    CARD = "card"  # a caller is there: card, then dial
    EMPTY = "empty"  # nobody: say so once, then dial and wait
    WAIT = "wait"  # nobody still: dial and wait without a word
    HOLD_ON = "hold_on"  # Twilio cannot dial: pause, then ask again
    NOT_YET = "not_yet"  # no show is open: say so, pause, then ask again
    NOT_YET_SILENT = "not_yet_silent"
    CLOSED = "closed"  # the show is over: goodbye
    REFUSED = "refused"  # this call was never let in


@dataclass(frozen=True, slots=True)
class DjTurn:
    """What the DJ's next document needs.

    Attributes:
        queue_name: to dial; None where nothing is dialled.
        is_next_queue: whether that is the queue for those next up.
        timeout_s: of the Dial, or the pause, in seconds.
        name, town, topic: of the caller to expect, as far as known.
        waited_min: whole minutes they have waited.
        more_waiting: how many others wait, by phone and by text.
        move: whom the usher must take to the next-up queue before it is dialled, or None.
    """

    kind: TurnKind
    queue_name: str | None = None
    is_next_queue: bool = False
    timeout_s: int = 0
    name: str | None = None
    town: str | None = None
    topic: str | None = None
    waited_min: int = 0
    more_waiting: int = 0
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Dialled:
    """Twilio's word about the Dial that ended.

    Attributes:
        status: `DialCallStatus`.
        listener_sid: `DialCallSid`, or None if nobody was bridged.
        duration_s: `DialCallDuration`, or None.
        was_next_queue: which queue was dialled.
        is_over: whether the DJ has gone.
    """

    status: str
    listener_sid: str | None
    duration_s: int | None
    was_next_queue: bool
    is_over: bool


def take_next(
    session: Session, *, now: datetime, call_sid: str, line_was_empty: bool = False, as_ordered: bool = True
) -> DjTurn:
    """It is known which queue this DJ dials next and whom they will meet there, as far as the desk can tell.

    Twilio gives the front of a queue and nobody else. Where the producer's order says otherwise, whoever is first by it
    goes to the next-up queue, and that one is dialled.

    Args:
        now: aware.
        call_sid: of the DJ's call.
        line_was_empty: whether Twilio has just found nobody in the line, whatever our rows say.
        as_ordered: whether the producer's order counts; without it Twilio's front is taken.
    """
    dj = dj_call(session, call_sid=call_sid)
    if dj is None or dj.admitted_at is None:
        return DjTurn(kind=TurnKind.REFUSED)
    if dj.ended_at is not None:
        return DjTurn(kind=TurnKind.CLOSED)  # a late or repeated request takes nobody off the line
    show = current_show(session)
    if show is None or show.state != ShowState.OPEN:
        return _no_show(session, dj=dj, show=show)
    dj.with_call_sid = None
    front = None if dj.next_queue_missed else line.front_of(session, show_id=show.show_id, state=CallState.NEXT_UP)
    is_next_queue = front is not None
    # A row may outlive its call when a callback was lost: after a miss the line is tried, then the next-up queue again.
    dj.next_queue_missed = False
    move = None
    if front is None and not line_was_empty:
        front = line.front_of(session, show_id=show.show_id, state=CallState.WAITING)
        if front is not None and as_ordered and not line.is_first_at_twilio(session, call=front):
            move = line.put_next_up(session, now=now, call_sid=front.call_sid, actor="order of the line")
            is_next_queue = True
    waiting = line.count_in_line(session, show_id=show.show_id)
    by_text = texters.count_in_line(session, show_id=show.show_id)
    if front is None:
        kind = TurnKind.WAIT if dj.told_empty else TurnKind.EMPTY
        dj.told_empty = True
        # Somebody may be on the way into the next-up queue: come back for them sooner.
        timeout_s = COME_BACK_S if waiting else LINE_TIMEOUT_S
        return DjTurn(kind=kind, queue_name=show.queue_name, timeout_s=timeout_s, more_waiting=by_text)
    dj.told_empty = False
    return _card(front, show=show, is_next_queue=is_next_queue, more_waiting=max(0, waiting - 1) + by_text, move=move)


def end_dial(session: Session, *, now: datetime, call_sid: str, dialled: Dialled) -> DjTurn:
    """The talk that ended is on record, and the DJ's next turn is known.

    Args:
        now: aware.
        call_sid: of the DJ's call.
        dialled: Twilio's word.
    """
    dj = dj_call(session, call_sid=call_sid)
    if dj is None:
        return DjTurn(kind=TurnKind.REFUSED)
    # The Dial action may come after the next whisper of this DJ (late callbacks): its own SID wins over our memory.
    listener_sid = dialled.listener_sid or (dj.with_call_sid if dialled.duration_s is not None else None)
    if listener_sid is not None and dialled.duration_s is not None:
        call = session.scalars(select(Call).where(Call.call_sid == listener_sid)).one_or_none()
        if call is not None:
            outcomes.record_talk(session, call=call, aired_s=dialled.duration_s)
    if dialled.is_over:
        dj.ended_at = dj.ended_at or now
    if dj.ended_at is not None:
        return DjTurn(kind=TurnKind.CLOSED)
    was_bridged = dialled.status in ("completed", "answered")
    if dialled.was_next_queue and not was_bridged:
        dj.next_queue_missed = True
    line_was_empty = not was_bridged and not dialled.was_next_queue
    turn = take_next(session, now=now, call_sid=call_sid, line_was_empty=line_was_empty)
    if turn.queue_name is not None and dialled.status == "failed" and not dialled.was_next_queue:
        # A queue that cannot be dialled answers at once: without a pause this would be a hot loop.
        return DjTurn(kind=TurnKind.HOLD_ON, timeout_s=RETRY_PAUSE_S)
    return turn


def _no_show(session: Session, *, dj: DjCall, show: ShowCard | None) -> DjTurn:
    last = show or last_show(session)
    has_ended = last is not None and last.state != ShowState.OPEN
    # Whoever rang before the show ended has had their show; whoever rang after it is early for the next one.
    if has_ended and last is not None and (last.closed_at is None or dj.arrived_at <= last.closed_at):
        return DjTurn(kind=TurnKind.CLOSED)
    kind = TurnKind.NOT_YET_SILENT if dj.told_empty else TurnKind.NOT_YET
    dj.told_empty = True
    return DjTurn(kind=kind, timeout_s=2 * RETRY_PAUSE_S)


def _card(front: Call, *, show: ShowCard, is_next_queue: bool, more_waiting: int, move: Move | None) -> DjTurn:
    return DjTurn(
        kind=TurnKind.CARD,
        queue_name=show.next_queue_name if is_next_queue else show.queue_name,
        is_next_queue=is_next_queue,
        timeout_s=NEXT_QUEUE_TIMEOUT_S,
        name=front.name,
        town=front.town,
        topic=front.topic,
        waited_min=front.waited_s // 60,
        more_waiting=more_waiting,
        move=move,
    )
