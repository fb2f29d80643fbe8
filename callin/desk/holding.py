"""Holding a waiting caller: what they are told, on every request of the queue; called by the wait door.

The hot path of the station: five thousand callers ask every few seconds. It reads one row by Core, loads no objects,
and writes only when something new is said or half a minute has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.orm import Session

from callin.desk.shows import current_show
from callin.models import Base, Call, DjCall, Show, ShowState
from callin.rules import estimate
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.estimate import Pace, WaitRange
from callin.rules.waiting import QUIET_S, WaitMemory, WaitNotice, what_to_say

# How stale the kept waiting time may grow: the DJ's card and a lost callback speak from it.
KEEP_WAIT_EVERY_S = 30

# Core tables, not classes: through the ORM the same statements cost twice as much.
_CALLS, _SHOWS, _DJ_CALLS = (Base.metadata.tables[model.__tablename__] for model in (Call, Show, DjCall))
_calls, _shows, _dj_calls = _CALLS.c, _SHOWS.c, _DJ_CALLS.c
_HELD = (
    select(
        _calls.id,
        _calls.state,
        _calls.waited_before_s,
        _calls.waited_s,
        _calls.told_place,
        _calls.told_at_s,
        _calls.told_low_min,
        _calls.told_high_min,
        _calls.told_late,
        _calls.show_id,
        _shows.state.label("show_state"),
        _shows.ends_at,
    )
    .outerjoin_from(_CALLS, _SHOWS, _shows.id == _calls.show_id)
    .where(_calls.call_sid == bindparam("call_sid"))
)
_NEXT_UP_COUNT = select(func.count(_calls.id)).where(
    _calls.show_id == bindparam("show_id"), _calls.state == CallState.NEXT_UP
)
_PACE = select(
    _shows.talks,
    _shows.talk_s,
    _shows.abandonments,
    _shows.waited_s,
    _shows.past_talks,
    _shows.past_talk_s,
    _shows.past_abandonments,
    _shows.past_waited_s,
    select(func.count(_calls.id))
    .where(_calls.show_id == bindparam("show_id"), _calls.state == CallState.ON_AIR)
    .scalar_subquery()
    .label("on_air"),
    select(func.count(_dj_calls.id))
    .where(_dj_calls.admitted_at.is_not(None), _dj_calls.ended_at.is_(None))
    .scalar_subquery()
    .label("djs"),
).where(_shows.id == bindparam("show_id"))
_KEEP = (
    update(_CALLS)
    .where(_calls.id == bindparam("row_id"))
    .values(
        waited_s=bindparam("waited"),
        told_place=bindparam("place"),
        told_at_s=bindparam("at"),
        told_low_min=bindparam("low"),
        told_high_min=bindparam("high"),
        told_late=bindparam("late"),
    )
)
_HEAL = update(_CALLS).where(_calls.id == bindparam("row_id")).values(state=bindparam("found"))


@dataclass(frozen=True, slots=True)
class Holding:
    """One wait request.

    Attributes:
        call_sid: of the waiting listener.
        position: in its Twilio queue, 1-based.
        queue_time_s: seconds in that queue, ≥ 0.
        is_next_queue: whether that queue is the one for those next up.
    """

    call_sid: str
    position: int
    queue_time_s: int
    is_next_queue: bool


def hold(session: Session, *, now: datetime, holding: Holding) -> WaitNotice:
    """The waiting caller hears what is new, and it is remembered that they did.

    Args:
        now: aware; compared with the planned end of the show alone.
        holding: Twilio's request.
    """
    connection = session.connection()
    row = connection.execute(_HELD, {"call_sid": holding.call_sid}).one_or_none()
    if row is None or row.show_state is None:
        return WaitNotice(must_leave=current_show(session) is None)
    if row.show_state != ShowState.OPEN:
        is_closing = row.show_state == ShowState.CLOSING
        return WaitNotice(show_is_closing=is_closing, must_leave=not is_closing)
    waited_s = max(row.waited_before_s + holding.queue_time_s, row.waited_s)
    memory = WaitMemory(
        place=row.told_place,
        at_s=row.told_at_s,
        forecast=None if row.told_high_min is None else WaitRange(row.told_low_min or 0, row.told_high_min),
        told_late=row.told_late,
    )
    state = CallState.NEXT_UP if holding.is_next_queue else CallState.WAITING
    is_strayed = row.state == CallState.ANSWERED or (holding.is_next_queue and row.state in IN_LINE - {state})
    notice, remembered = WaitNotice(), memory
    if memory.place is None or waited_s - memory.at_s >= QUIET_S:
        notice, remembered = _announcement(
            connection, now=now, holding=holding, row=row, waited_s=waited_s, memory=memory
        )
    if remembered is not memory or waited_s - row.waited_s >= KEEP_WAIT_EVERY_S:
        forecast = remembered.forecast
        kept = {
            "row_id": row.id,
            "waited": waited_s,
            "place": remembered.place,
            "at": remembered.at_s,
            "low": forecast.low_min if forecast else None,
            "high": forecast.high_min if forecast else None,
            "late": remembered.told_late,
        }
        connection.execute(_KEEP, kept)
    if is_strayed:  # the webhook that should have said so was lost
        connection.execute(_HEAL, {"row_id": row.id, "found": state})
    return notice


def _announcement(
    connection: Connection, *, now: datetime, holding: Holding, row: Any, waited_s: int, memory: WaitMemory
) -> tuple[WaitNotice, WaitMemory]:
    place = holding.position
    if not holding.is_next_queue:
        place += connection.scalar(_NEXT_UP_COUNT, {"show_id": row.show_id}) or 0
    expected_s = expected_wait_s(connection, show_id=row.show_id, ahead=place - 1)
    may_be_late = (
        expected_s is not None and row.ends_at is not None and expected_s > (row.ends_at - now).total_seconds()
    )
    return what_to_say(
        place=place,
        waited_s=waited_s,
        memory=memory,
        forecast=None if expected_s is None else estimate.spoken_range(expected_s, before=memory.forecast),
        may_be_late=may_be_late,
    )


def expected_wait_s(connection: Connection, *, show_id: int, ahead: int) -> float | None:
    """Return the expected seconds until the turn of somebody with so many ahead, or None if too little is known.

    Args:
        show_id: of the open show.
        ahead: people before them in the whole line.
    """
    pace = connection.execute(_PACE, {"show_id": show_id}).one()
    if pace.djs == 0:
        return None  # nobody is taking calls yet: any figure would be a guess
    this_show = Pace(pace.talks, pace.talk_s, pace.abandonments, pace.waited_s)
    past = Pace(pace.past_talks, pace.past_talk_s, pace.past_abandonments, pace.past_waited_s)
    mean_talk_s = estimate.mean_talk_s(this_show, past)
    if mean_talk_s is None:
        return None
    return estimate.expected_wait_s(
        ahead=ahead,
        someone_on_air=pace.on_air > 0,
        mean_talk_s=mean_talk_s,
        abandonment_rate=estimate.abandonment_rate(this_show, past),
        djs=pace.djs,
    )
