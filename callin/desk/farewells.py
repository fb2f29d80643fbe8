"""Leaving the line, by whichever of the nine ways; called by the voice doors for the queue's action and the goodbye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import outcomes, show_log
from callin.desk.calls import MOST_STINTS
from callin.models import Call, Show, ShowState
from callin.rules.call_states import CallState, Outcome, QueueResult, Wish, Witness, outcome_of


class FarewellKind(StrEnum):
    """What the caller hears after the queue, if they are still there."""

    THANKS = "thanks"  # was on the air
    LEFT = "left"  # pressed the star
    MESSAGE = "message"  # asked to leave a message
    BLOCKED = "blocked"  # the line was full: apology, message offered
    SENT_HOME = "sent_home"  # the show is over: thanks, message offered
    BACK_IN_LINE = "back_in_line"  # a fault that was not theirs: straight back
    BACK_NEXT_UP = "back_next_up"  # was about to go on air: back to the very front
    FAILED = "failed"  # too many faults: apology, message offered
    ELSEWHERE = "elsewhere"  # moved by us; Twilio does not run this reply


_OFFERS_MESSAGE = frozenset({FarewellKind.MESSAGE, FarewellKind.BLOCKED, FarewellKind.SENT_HOME, FarewellKind.FAILED})
# Faults that were not the caller's: they go back to where they stood.
_BACK = {
    QueueResult.BRIDGING_IN_PROCESS: FarewellKind.BACK_NEXT_UP,
    QueueResult.ERROR: FarewellKind.BACK_IN_LINE,
    QueueResult.SYSTEM_ERROR: FarewellKind.BACK_IN_LINE,
}


@dataclass(frozen=True, slots=True)
class Farewell:
    """What the document after the queue needs."""

    kind: FarewellKind
    waited_min: int = 0
    show_name: str | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Twilio's word that a call left a queue.

    Attributes:
        call_sid: of the listener.
        result: why.
        stint: which of this call's stints in a queue; None where the address did not say.
        queue_time_s: seconds in that queue, or None where Twilio does not say.
        is_over: whether the caller has gone.
    """

    call_sid: str
    result: QueueResult
    stint: int | None
    queue_time_s: int | None
    is_over: bool


def leave_line(session: Session, *, now: datetime, leaving: Leaving, apology_after_s: int) -> Farewell:
    """The call has left its queue; outcome, waiting and any apology are on record, once.

    Args:
        now: aware.
        leaving: Twilio's word.
        apology_after_s: the station's limit.
    """
    call = session.scalars(select(Call).where(Call.call_sid == leaving.call_sid)).one_or_none()
    if call is None:
        show_log.note(
            session,
            at=now,
            what="left a queue, and was never heard of",
            call_sid=leaving.call_sid,
            detail=leaving.result,
        )
        return Farewell(kind=FarewellKind.LEFT)
    show = session.get(Show, call.show_id) if call.show_id else None
    show_is_open = show is not None and show.state == ShowState.OPEN
    # An address can say anything; only a stint that there was is believed.
    stint = leaving.stint if leaving.stint and leaving.stint <= call.stints else call.stints
    is_repeated = bool(call.stints_counted & (1 << stint))
    if not is_repeated:
        _count_stint(call, stint=stint, queue_time_s=leaving.queue_time_s)
    outcome = outcome_of(
        leaving.result,
        state=CallState(call.state),
        has_wish=call.wish is not None,
        is_over=leaving.is_over,
        show_is_open=show_is_open,
    )
    if stint < call.stints:  # the call has moved on since; its whole wait is known better now
        outcomes.review_apology(session, now=now, call=call, apology_after_s=apology_after_s)
        return _farewell(call=call, kind=_BACK.get(leaving.result, FarewellKind.ELSEWHERE), show=show)
    if outcome is None and leaving.result in _BACK and call.stints >= MOST_STINTS:
        outcome = Outcome.FAILED
    if outcome is None:
        if leaving.result in _BACK and not is_repeated and call.outcome is None:
            call.state = CallState.ANSWERED
            show_log.note(
                session,
                at=now,
                what="fell out of the line",
                show_id=call.show_id,
                call_sid=call.call_sid,
                detail=leaving.result,
            )
        return _farewell(call=call, kind=_BACK.get(leaving.result, FarewellKind.ELSEWHERE), show=show)
    if not is_repeated:
        if call.outcome == Outcome.SENT_HOME and outcome != Outcome.ABANDONED:
            outcome = Outcome.SENT_HOME  # the goodbye overtook this callback
        outcomes.settle(session, now=now, call=call, outcome=outcome, witness=Witness.QUEUE_ACTION)
        outcomes.review_apology(session, now=now, call=call, apology_after_s=apology_after_s)
    kind = _kind_of(Outcome(call.outcome or outcome), wish=call.wish)
    if call.state != CallState.OVER:
        if leaving.is_over or kind not in _OFFERS_MESSAGE:
            outcomes.finish(session, now=now, call=call)
        else:
            call.state = CallState.LEAVING_MESSAGE
    return _farewell(call=call, kind=kind, show=show)


def say_goodbye(
    session: Session, *, now: datetime, call_sid: str, waited_s: int | None, apology_after_s: int
) -> Farewell:
    """The call was still waiting when the show closed; it is sent home with thanks.

    Args:
        now: aware.
        call_sid: of the listener.
        waited_s: seconds in the queue it was taken from, as Twilio's member record told the closing, or None.
        apology_after_s: the station's limit.
    """
    call = session.scalars(select(Call).where(Call.call_sid == call_sid)).one_or_none()
    if call is None:
        return Farewell(kind=FarewellKind.SENT_HOME, waited_min=(waited_s or 0) // 60)
    if call.outcome is None:
        # The queue may have said so already; those seconds are not counted twice.
        if not call.stints_counted & (1 << call.stints):
            call.waited_s = max(call.waited_s, call.waited_before_s + (waited_s or 0))
        outcomes.settle(
            session,
            now=now,
            call=call,
            outcome=Outcome.SENT_HOME,
            # The wait that the closing read from Twilio is as good as the queue's own word.
            witness=Witness.QUEUE_ACTION if waited_s is not None else Witness.STATUS_CALLBACK,
        )
        outcomes.review_apology(session, now=now, call=call, apology_after_s=apology_after_s)
    if call.state != CallState.OVER:
        call.state = CallState.LEAVING_MESSAGE
    show = session.get(Show, call.show_id) if call.show_id else None
    return Farewell(kind=FarewellKind.SENT_HOME, waited_min=call.waited_s // 60, show_name=show.name if show else None)


def say_dropped(session: Session, *, now: datetime, call_sid: str) -> Farewell:
    """The producer's wish has been carried out: out of the line, or off the air, which was a turn all the same.

    Args:
        now: aware.
        call_sid: of the listener.
    """
    call = session.scalars(select(Call).where(Call.call_sid == call_sid)).one_or_none()
    if call is None:
        return Farewell(kind=FarewellKind.LEFT)
    was_aired = call.state == CallState.ON_AIR or call.outcome == Outcome.AIRED
    outcome = Outcome.AIRED if was_aired else Outcome.DROPPED
    if call.outcome is None:
        outcomes.settle(session, now=now, call=call, outcome=outcome, witness=Witness.QUEUE_ACTION)
    outcomes.finish(session, now=now, call=call)
    show = session.get(Show, call.show_id) if call.show_id else None
    return _farewell(call=call, kind=FarewellKind.THANKS if was_aired else FarewellKind.LEFT, show=show)


def _count_stint(call: Call, *, stint: int, queue_time_s: int | None) -> None:
    """Twilio's own count of a stint replaces whatever was concluded without it."""
    call.waited_before_s += queue_time_s or 0
    call.stints_counted |= 1 << stint
    if stint == call.stints and queue_time_s is not None:
        call.waited_s = call.waited_before_s
    else:
        call.waited_s = max(call.waited_s, call.waited_before_s)


def _kind_of(outcome: Outcome, *, wish: str | None) -> FarewellKind:
    match outcome:
        case Outcome.AIRED:
            return FarewellKind.THANKS
        case Outcome.BLOCKED:
            return FarewellKind.BLOCKED
        case Outcome.SENT_HOME:
            return FarewellKind.SENT_HOME
        case Outcome.FAILED:
            return FarewellKind.FAILED
        case Outcome.DROPPED:
            return FarewellKind.ELSEWHERE
        case _:
            return FarewellKind.MESSAGE if wish == Wish.MESSAGE else FarewellKind.LEFT


def _farewell(*, call: Call, kind: FarewellKind, show: Show | None) -> Farewell:
    return Farewell(kind=kind, waited_min=call.waited_s // 60, show_name=show.name if show else None)
