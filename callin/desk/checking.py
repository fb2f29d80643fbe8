"""Comparing our calls with Twilio's: what is to be compared, and what is put right; called by the reconciler.

Callbacks get lost. A call that Twilio knows nothing of any more is ended, with the reason; a member of our queue that
we know nothing of is adopted. Whatever changed in the last moments is left alone: its callback may be on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, not_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callin.desk import calls, line, show_log, tape
from callin.desk.calls import Arrival
from callin.desk.lineup import LastCheck
from callin.desk.shows import current_show
from callin.models import Call, Check, Deed, DjCall, ShowState
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.lineup import rank_at

EVERY_S = 15
# Somebody who takes a check on has so long before another may: longer than any list takes.
TAKEN_FOR_S = 60
# A callback has fifteen seconds and one more try.
SETTLES_WITHIN = timedelta(seconds=45)
_NAME = "calls"


@dataclass(frozen=True, slots=True)
class OurView:
    """What we believe.

    Attributes:
        show_is_open: whether callers may be in the queues.
        queue_sid, next_queue_sid: of the show's queues, or None.
        calls: SIDs of calls that are not over for us, listeners' and DJs', unchanged for a while.
    """

    show_is_open: bool
    queue_sid: str | None
    next_queue_sid: str | None
    calls: frozenset[str]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of one of our queues, as Twilio has it.

    Attributes:
        is_next_queue: whether it is the queue of those next up.
        wait_s: seconds in that queue.
    """

    call_sid: str
    is_next_queue: bool
    wait_s: int


def take_on(session: Session, *, now: datetime) -> bool:
    """Return whether this process is to compare now; then no other does for a while.

    Args:
        now: aware.
    """
    check = session.scalars(select(Check).where(Check.name == _NAME).with_for_update()).one_or_none()
    if check is None:
        try:
            with session.begin_nested():
                session.add(Check(name=_NAME, due_at=now + timedelta(seconds=TAKEN_FOR_S), drift=0))
        except IntegrityError:
            return False
        return True
    # Also after a clock that was set back: a due time far ahead is nobody's.
    if now < check.due_at <= now + timedelta(seconds=TAKEN_FOR_S):
        return False
    check.due_at = now + timedelta(seconds=TAKEN_FOR_S)
    return True


def our_view(session: Session, *, now: datetime) -> OurView:
    """Return what we believe, to be held against what Twilio says."""
    show = current_show(session)
    # What changed after now did so before this clock was set back.
    lately = (now - SETTLES_WITHIN, now + SETTLES_WITHIN)
    changed_at = func.coalesce(Call.on_air_at, Call.put_next_at, Call.queued_at, Call.arrived_at)
    listeners = session.scalars(
        select(Call.call_sid).where(Call.state != CallState.OVER, not_(changed_at.between(*lately)))
    )
    djs = session.scalars(
        select(DjCall.call_sid).where(DjCall.ended_at.is_(None), not_(DjCall.arrived_at.between(*lately)))
    )
    return OurView(
        show_is_open=show is not None and show.state == ShowState.OPEN,
        queue_sid=show.queue_sid if show else None,
        next_queue_sid=show.next_queue_sid if show else None,
        calls=frozenset((*listeners, *djs)),
    )


def end_ghost(session: Session, *, now: datetime, call_sid: str, duration_s: int | None, apology_after_s: int) -> None:
    """A call that is over at Twilio is over here too, as if its status callback had come; the log says why.

    Args:
        now: aware.
        call_sid: of a listener or a DJ.
        duration_s: Twilio's, or None if it does not know the call any more.
        apology_after_s: the station's limit.
    """
    show = current_show(session)
    show_log.note(
        session,
        at=now,
        what="was over at Twilio",
        show_id=show.show_id if show else None,
        call_sid=call_sid,
        actor="check",
        detail="its callbacks were lost",
    )
    calls.end_call(session, now=now, call_sid=call_sid, duration_s=duration_s, apology_after_s=apology_after_s)
    tape.keep_deed(session, at=now, deed=Deed.END_GHOST, sid=call_sid, said={"duration_s": duration_s})


def strangers(session: Session, *, now: datetime, members: list[Member]) -> list[Member]:
    """Put right where known members stand; return those that we know nothing of.

    Args:
        now: aware.
        members: of both queues.
    """
    known = {
        call.call_sid: call
        for call in session.scalars(select(Call).where(Call.call_sid.in_([member.call_sid for member in members])))
    }
    for member in members:
        call = known.get(member.call_sid)
        if call is not None:
            _put_right(session, now=now, call=call, member=member)
    return [member for member in members if member.call_sid not in known]


def adopt(session: Session, *, now: datetime, member: Member, phone_number: str | None) -> None:
    """A caller who waits at Twilio waits here too, at the place that their waiting gives them.

    Args:
        now: aware.
        member: unknown so far.
        phone_number: E.164, or None for a withheld caller.
    """
    show = current_show(session)
    if show is None or session.scalar(select(Call.id).where(Call.call_sid == member.call_sid)) is not None:
        return
    arrival = Arrival(call_sid=member.call_sid, phone_number=phone_number)
    call = calls.enter(session, now=now, arrival=arrival, show_id=show.show_id)
    since = now - timedelta(seconds=member.wait_s)
    call.state = CallState.NEXT_UP if member.is_next_queue else CallState.WAITING
    call.joined_at = call.queued_at = since
    call.rank, call.stints, call.waited_s = rank_at(since), 1, member.wait_s
    call.put_next_at = since if member.is_next_queue else None
    _note(session, now=now, call=call, what="was in the queue, and nobody had told us")
    said = {"is_next_queue": member.is_next_queue, "wait_s": member.wait_s}
    tape.keep_deed(session, at=now, deed=Deed.ADOPT, sid=member.call_sid, phone_number=phone_number, said=said)


def record(session: Session, *, now: datetime, trouble: str | None, ended: int = 0, adopted: int = 0) -> None:
    """What the comparison said is on record, and the next one is due.

    Args:
        now: aware.
        trouble: why it could not be completed, in words, or None.
        ended: how many calls were over at Twilio.
        adopted: how many members nobody had told us of.
    """
    check = session.get_one(Check, _NAME)
    check.due_at = now + timedelta(seconds=EVERY_S)
    check.trouble = trouble
    if trouble is None:
        check.at = now
        said = [f"{ended} already over" if ended else "", f"{adopted} not known here" if adopted else ""]
        check.found = " and ".join(part for part in said if part) or None
        check.drift += ended + adopted


def last_check(session: Session) -> LastCheck:
    """Return when our calls were last held against Twilio's, and what was found."""
    check = session.get(Check, _NAME)
    if check is None:
        return LastCheck(at=None, trouble=None, found=None)
    return LastCheck(at=check.at, trouble=check.trouble, found=check.found)


def _put_right(session: Session, *, now: datetime, call: Call, member: Member) -> None:
    """A known call stands where Twilio has it, if nothing else is under way."""
    changed_at = call.on_air_at or call.put_next_at or call.queued_at or call.arrived_at
    if abs(now - changed_at) < SETTLES_WITHIN or call.outcome is not None:
        return
    if call.state == CallState.MOVING and not member.is_next_queue:
        line.undo_move(session, now=now, call_sid=call.call_sid, why="Twilio did not move them")
        _keep(session, now=now, member=member)
        return
    state = CallState.NEXT_UP if member.is_next_queue else CallState.WAITING
    if call.state == state or (call.state not in IN_LINE and call.state != CallState.ANSWERED):
        return
    call.state = state
    call.rank = call.rank or rank_at(now)
    call.joined_at, call.queued_at = call.joined_at or now, call.queued_at or now
    _note(session, now=now, call=call, what=f"is {state} at Twilio")
    _keep(session, now=now, member=member)


def _keep(session: Session, *, now: datetime, member: Member) -> None:
    said = {"is_next_queue": member.is_next_queue, "wait_s": member.wait_s}
    tape.keep_deed(session, at=now, deed=Deed.PUT_RIGHT, sid=member.call_sid, said=said)


def _note(session: Session, *, now: datetime, call: Call, what: str) -> None:
    show_log.note(session, at=now, what=what, show_id=call.show_id, call_sid=call.call_sid, actor="check")
