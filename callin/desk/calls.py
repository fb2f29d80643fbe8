"""A listener's call from ringing to the air and to its end (desk/joining.py has the line); called by the voice doors.

Every verb may come twice, late or out of order: it is keyed by call SID and looks at the state it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import outcomes, screening, show_log, texters
from callin.desk.shows import current_show
from callin.models import Call, DjCall, Show, ShowState
from callin.rules.call_states import IN_LINE, CallState, Outcome, Wish, Witness, outcome_when_over

MOST_STINTS = 4  # a fault may put a caller back in the line so often; then it is kinder to take a message


@dataclass(frozen=True, slots=True)
class Arrival:
    """A listener's call as it comes in.

    Attributes:
        call_sid: Twilio's.
        phone_number: E.164, or None for a withheld caller.
        name: the carrier's caller name, if any.
        town: as the carrier guesses it, if any.
    """

    call_sid: str
    phone_number: str | None = None
    name: str | None = None
    town: str | None = None


class WelcomeKind(StrEnum):
    """How a listener is received."""

    OPEN = "open"
    CLOSED = "closed"
    PAUSED = "paused"  # the show is on, and takes nobody new for the moment
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the answering document needs."""

    kind: WelcomeKind
    show_name: str | None = None


class KeyAnswer(StrEnum):
    """What a key pressed while waiting leads to."""

    MESSAGE = "message"
    LEAVE = "leave"
    AGAIN = "again"  # no such key: say the keys again


@dataclass(frozen=True, slots=True)
class OnAirNotice:
    """What the whisper before the bridge says."""

    name: str | None
    show_name: str | None


def take_call(session: Session, *, now: datetime, arrival: Arrival) -> Welcome:
    """The call is on record, and it is known how to receive it.

    Args:
        now: aware.
        arrival: the call.
    """
    call = row_of(session, call_sid=arrival.call_sid)
    show = current_show(session)
    if call is None:
        call = enter(session, now=now, arrival=arrival, show_id=show.show_id if show else None)
    caller_is_banned = screening.is_banned(session, now=now, caller_id=call.caller_id)
    if caller_is_banned:
        outcomes.settle(session, now=now, call=call, outcome=Outcome.BANNED, witness=Witness.QUEUE_ACTION)
        return Welcome(kind=WelcomeKind.BANNED)
    # A pause is for newcomers: whoever holds a place by text and rings in is none.
    is_let_in = show is not None and (
        not show.is_paused or texters.in_line(session, show_id=show.show_id, caller_id=call.caller_id) is not None
    )
    if show is None or show.state != ShowState.OPEN or not is_let_in:
        if call.outcome is None:
            call.state = CallState.LEAVING_MESSAGE
        outcomes.settle(session, now=now, call=call, outcome=Outcome.CLOSED, witness=Witness.STATUS_CALLBACK)
        is_on = show is not None and show.state == ShowState.OPEN
        return Welcome(kind=WelcomeKind.PAUSED if is_on else WelcomeKind.CLOSED, show_name=show.name if show else None)
    if call.outcome is None:
        call.noticed_at = call.noticed_at or now
    return Welcome(kind=WelcomeKind.OPEN, show_name=show.name)


def press_key(session: Session, *, now: datetime, call_sid: str, key: str) -> KeyAnswer:
    """What the waiting caller asked for is remembered, so that the way out of the queue leads there.

    Args:
        now: aware.
        call_sid: of the waiting call.
        key: what was pressed.
    """
    wish = {"1": Wish.MESSAGE, "*": Wish.LEAVE}.get(key)
    if wish is None:
        return KeyAnswer.AGAIN
    call = row_of(session, call_sid=call_sid)
    if call is not None and call.state in IN_LINE and call.wish != wish:
        call.wish = wish
        show_log.note(session, at=now, what=f"asked to {wish}", show_id=call.show_id, call_sid=call_sid)
    return KeyAnswer(wish.value)


def put_on_air(
    session: Session, *, now: datetime, call_sid: str, dj_call_sid: str | None, queue_time_s: int | None
) -> OnAirNotice:
    """The call is about to be bridged with this DJ: the one moment that tells who met whom.

    Args:
        now: aware.
        call_sid: of the listener.
        dj_call_sid: Twilio's `DequeingCallSid` (so spelled).
        queue_time_s: seconds in the queue just left, ≥ 0.
    """
    call = row_of(session, call_sid=call_sid)
    if call is None:
        call = enter(session, now=now, arrival=Arrival(call_sid=call_sid), show_id=_show_id(session))
    if call.state not in (CallState.ON_AIR, CallState.OVER) and call.outcome is None:
        call.state, call.on_air_at, call.dj_call_sid = CallState.ON_AIR, now, dj_call_sid
        call.waited_s = max(call.waited_s, call.waited_before_s + (queue_time_s or 0))
        show_log.note(session, at=now, what="goes on the air", show_id=call.show_id, call_sid=call_sid)
        dj = None if dj_call_sid is None else _dj_row(session, call_sid=dj_call_sid)
        if dj is not None:
            dj.with_call_sid, dj.told_empty, dj.next_queue_missed = call_sid, False, False
    show = session.get(Show, call.show_id) if call.show_id else None
    return OnAirNotice(name=call.name, show_name=show.name if show else None)


def end_call(session: Session, *, now: datetime, call_sid: str, duration_s: int | None, apology_after_s: int) -> None:
    """The call is over; whatever its queue never told is concluded from what is known.

    Args:
        now: aware.
        call_sid: of a listener or a DJ; an unknown one is noted and nothing else.
        duration_s: Twilio's `CallDuration`, or None.
        apology_after_s: the station's limit.
    """
    dj = _dj_row(session, call_sid=call_sid)
    if dj is not None:
        dj.ended_at = dj.ended_at or now
        return
    call = row_of(session, call_sid=call_sid)
    if call is None:
        show_log.note(session, at=now, what="ended, and was never heard of", call_sid=call_sid)
        return
    if call.outcome is None:
        show = session.get(Show, call.show_id) if call.show_id else None
        if call.state in IN_LINE and duration_s is not None:
            # The queue's own word was lost: the whole call is the nearest upper bound that Twilio gives.
            call.waited_s = max(call.waited_s, duration_s)
        outcomes.settle(
            session,
            now=now,
            call=call,
            outcome=outcome_when_over(
                CallState(call.state), show_is_open=show is not None and show.state == ShowState.OPEN
            ),
            witness=Witness.STATUS_CALLBACK,
        )
        outcomes.review_apology(session, now=now, call=call, apology_after_s=apology_after_s)
    if call.outcome == Outcome.AIRED and call.aired_s is None and duration_s is not None:
        outcomes.record_talk(session, call=call, aired_s=max(0, duration_s - call.waited_s))
    outcomes.finish(session, now=now, call=call)


def row_of(session: Session, *, call_sid: str) -> Call | None:
    """Return the row of a listener's call, or None."""
    return session.scalars(select(Call).where(Call.call_sid == call_sid)).one_or_none()


def _dj_row(session: Session, *, call_sid: str) -> DjCall | None:
    return session.scalars(select(DjCall).where(DjCall.call_sid == call_sid)).one_or_none()


def _show_id(session: Session) -> int | None:
    show = current_show(session)
    return show.show_id if show else None


def enter(session: Session, *, now: datetime, arrival: Arrival, show_id: int | None) -> Call:
    """The call is on record; return its row."""
    caller_id = screening.caller_for(session, now=now, phone_number=arrival.phone_number)
    call = Call(
        call_sid=arrival.call_sid,
        show_id=show_id,
        caller_id=caller_id,
        phone_number=arrival.phone_number,
        name=screening.name_of(session, caller_id=caller_id) or arrival.name,
        town=arrival.town,
        state=CallState.ANSWERED,
        arrived_at=now,
        stints=0,
        stints_counted=0,
        witness=0,
        waited_s=0,
        waited_before_s=0,
    )
    session.add(call)
    session.flush()
    show_log.note(session, at=now, what="rang", show_id=show_id, call_sid=arrival.call_sid)
    return call
