"""Getting into the line, or into the queue of those next up; called by the voice doors.

Both verbs may come twice, late or out of order: they are keyed by call SID and look at the state they find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from callin.desk import calls, line, outcomes, show_log, texters, texting
from callin.desk.calls import Arrival
from callin.desk.line_end import end_of_line, end_of_next_up
from callin.desk.shows import ShowCard, current_show
from callin.models import Call, Show, ShowState
from callin.rules.call_states import CallState, Outcome, Wish, Witness
from callin.rules.lineup import rank_at


class JoinKind(StrEnum):
    """What becomes of a call that comes to the line's door."""

    LINE = "line"
    CLOSED = "closed"  # `<Enqueue>` would only re-create the queue
    AIRED = "aired"  # has had their turn, and the word of its end was lost: thanks
    MESSAGE = "message"  # was leaving a message when something failed: offered again
    LEFT = "left"  # had asked to leave
    BLOCKED = "blocked"  # the line is full, by both kinds together: apology, message offered
    NEXT_UP = "next_up"  # was told by text that it is their turn, and has come in time


@dataclass(frozen=True, slots=True)
class Joining:
    """Into which queue the call goes, and for the how-manieth time.

    Attributes:
        queue_name: None unless the call goes into a queue.
        stint: goes into the addresses of the queue's callbacks.
        kind: what the caller hears.
        show_name: for whoever is thanked.
    """

    queue_name: str | None
    stint: int = 0
    kind: JoinKind = JoinKind.LINE
    show_name: str | None = None


def join_line(session: Session, *, now: datetime, arrival: Arrival, is_again: bool = False) -> Joining:
    """The call waits, if the show is still open; its place is kept however often it joins.

    Args:
        now: aware.
        arrival: the call; it is entered here when its first webhook was lost.
        is_again: whether it was led back here because a document could not be had.
    """
    show = current_show(session)
    call = calls.row_of(session, call_sid=arrival.call_sid)
    if call is None:
        call = calls.enter(session, now=now, arrival=arrival, show_id=show.show_id if show else None)
    # A document that failed leads here too: who has had their turn, or asked to leave, is not put back in line.
    if outcomes.has_talked(session, call=call) or call.wish == Wish.LEAVE:
        kind = JoinKind.LEFT if call.wish == Wish.LEAVE else JoinKind.AIRED
        return Joining(queue_name=None, kind=kind, show_name=show.name if show else None)
    if show is None or show.state != ShowState.OPEN or call.state == CallState.OVER:
        if call.state == CallState.ANSWERED:
            call.state = CallState.LEAVING_MESSAGE
            outcomes.settle(session, now=now, call=call, outcome=Outcome.CLOSED, witness=Witness.STATUS_CALLBACK)
        return Joining(queue_name=None, kind=JoinKind.CLOSED)
    if call.wish == Wish.MESSAGE or call.state == CallState.LEAVING_MESSAGE:
        call.state = CallState.LEAVING_MESSAGE
        return Joining(queue_name=None, kind=JoinKind.MESSAGE)
    if call.state in (CallState.ANSWERED, CallState.ON_AIR):
        if not _wait_begins(session, now=now, call=call, show=show):
            return Joining(queue_name=None, kind=JoinKind.BLOCKED)
    elif is_again and call.queued_at is not None:
        _fell_out(session, now=now, call=call)
    if call.state == CallState.NEXT_UP:
        return Joining(queue_name=show.next_queue_name, stint=call.stints, kind=JoinKind.NEXT_UP)
    return Joining(queue_name=show.queue_name, stint=call.stints)


def arrive_next_up(session: Session, *, now: datetime, arrival: Arrival) -> Joining:
    """The call that was put next up has come out of the line and goes into the next-up queue.

    Args:
        now: aware.
        arrival: the call.
    """
    show = current_show(session)
    call = calls.row_of(session, call_sid=arrival.call_sid)
    if show is None or show.state != ShowState.OPEN:
        return Joining(queue_name=None)
    if call is None:
        call = calls.enter(session, now=now, arrival=arrival, show_id=show.show_id)
    if call.state in (CallState.ANSWERED, CallState.WAITING, CallState.MOVING):
        _stand(session, now=now, call=call, state=CallState.NEXT_UP)
    return Joining(queue_name=show.next_queue_name, stint=call.stints)


def _wait_begins(session: Session, *, now: datetime, call: Call, show: ShowCard) -> bool:
    """The call is in the line, unless it is full; the first joining, by phone or by text, gives its place for good."""
    state, show_id = CallState.WAITING, show.show_id
    texter = texters.in_line(session, show_id=show_id, caller_id=call.caller_id)
    if texter is not None:
        is_in_time = texters.hand_over(session, now=now, texter=texter, call=call)
        # A DJ who sits on the line's own queue, with nobody before them there, takes them this instant; in the queue
        # of those next up they would wait until that Dial has run out.
        if is_in_time and not line.is_dj_at_empty_line(session, show_id=show_id):
            state = CallState.NEXT_UP
    elif call.rank is None and _is_full(session, show=show):
        call.state = CallState.LEAVING_MESSAGE
        outcomes.settle(session, now=now, call=call, outcome=Outcome.BLOCKED, witness=Witness.QUEUE_ACTION)
        texting.owe_apology(session, now=now, call=call, was_blocked=True, is_sure=True)
        return False
    elif call.rank is not None:
        _is_back(session, call=call)
    _stand(session, now=now, call=call, state=state)
    return True


def _fell_out(session: Session, *, now: datetime, call: Call) -> None:
    """The call waits for all we know, and its queue let go of it while nobody here could be told."""
    call.queued_at = now
    call.waited_before_s = max(call.waited_before_s, call.waited_s)
    _is_back(session, call=call)


def _is_back(session: Session, *, call: Call) -> None:
    """After a fault somebody is at the end of Twilio's queue: their place is still what it was."""
    if call.rank is None or call.rank < end_of_line(session, show_id=call.show_id).rank:
        session.get_one(Show, call.show_id).is_reordered = True


def _is_full(session: Session, *, show: ShowCard) -> bool:
    """Twilio keeps the limit for callers; of people who wait by text it knows nothing."""
    by_text = texters.count_in_line(session, show_id=show.show_id)
    return by_text > 0 and by_text + line.count_in_line(session, show_id=show.show_id) >= show.max_queue_size


def _stand(session: Session, *, now: datetime, call: Call, state: CallState) -> None:
    """The call goes into a queue once more."""
    call.state, call.trouble = state, None
    call.stints += 1
    call.joined_at = call.joined_at or now
    last = end_of_line(session, show_id=call.show_id)
    call.rank = call.rank or max(rank_at(call.joined_at), last.rank + 1)
    call.queued_at = max(now, last.queued_at or now)
    if state == CallState.NEXT_UP:
        call.put_next_at = call.put_next_at or end_of_next_up(session, now=now, show_id=call.show_id)
    what = "is next up" if state == CallState.NEXT_UP else "joined the line"
    show_log.note(session, at=now, what=what, show_id=call.show_id, call_sid=call.call_sid)
