"""Holding a waiting caller: what they are told, on every request of the queue; called by the wait door.

The hot path of the station: five thousand callers ask every few seconds. It reads one row by Core, loads no objects,
and writes only when something new is said or half a minute has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from callin.desk.forecast import expected_wait_s
from callin.desk.shows import current_show
from callin.models import Base, Call, Show, ShowState, Texter
from callin.rules import estimate
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.estimate import WaitRange
from callin.rules.lineup import TEXTERS_IN_LINE
from callin.rules.waiting import QUIET_S, WaitMemory, WaitNotice, what_to_say

# How stale the kept waiting time may grow: the DJ's card and a lost callback speak from it.
KEEP_WAIT_EVERY_S = 30

# Core tables, not classes: through the ORM the same statements cost twice as much.
_CALLS, _SHOWS, _TEXTERS = (Base.metadata.tables[model.__tablename__] for model in (Call, Show, Texter))
_calls, _shows, _texters = _CALLS.c, _SHOWS.c, _TEXTERS.c
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
        _calls.rank,
        _calls.queued_at,
        _shows.state.label("show_state"),
        _shows.ends_at,
        _shows.is_reordered,
    )
    .outerjoin_from(_CALLS, _SHOWS, _shows.id == _calls.show_id)
    .where(_calls.call_sid == bindparam("call_sid"))
)
# Who goes before the queue's own front: those next up, and texters who joined earlier or were put before this caller.
_NEXT_UP_COUNT = (
    select(func.count(_calls.id))
    .where(_calls.show_id == bindparam("show_id"), _calls.state == CallState.NEXT_UP)
    .scalar_subquery()
)
_TEXTERS_BEFORE = (
    select(func.count(_texters.id))
    .where(
        _texters.show_id == bindparam("show_id"),
        _texters.state.in_(TEXTERS_IN_LINE),
        _texters.rank < bindparam("rank"),
    )
    .scalar_subquery()
)
# Twilio's order is that of the latest enqueue. Whoever's rank says otherwise, by the producer's hand or because a
# fault put them back at the end, is added or taken away; everybody else is as Twilio counts them.
_MOVED_BEFORE = (
    select(func.coalesce(func.sum(case((_calls.rank < bindparam("rank"), 1), else_=-1)), 0))
    .where(
        _calls.show_id == bindparam("show_id"),
        _calls.state == CallState.WAITING,
        _calls.id != bindparam("row_id"),
        (_calls.rank < bindparam("rank")) != (_calls.queued_at < bindparam("queued_at")),
    )
    .scalar_subquery()
)
_BEFORE = select(_NEXT_UP_COUNT + _TEXTERS_BEFORE)
_BEFORE_REORDERED = select(_NEXT_UP_COUNT + _TEXTERS_BEFORE + _MOVED_BEFORE)
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
        place = max(1, place + _before(connection, row=row))
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


def _before(connection: Connection, *, row: Any) -> int:
    """How many go before this caller whom the queue does not count, less those whom it counts and who go after."""
    facts = {"show_id": row.show_id, "rank": row.rank or 0}
    if not row.is_reordered:
        return connection.scalar(_BEFORE, facts) or 0
    return connection.scalar(_BEFORE_REORDERED, {**facts, "row_id": row.id, "queued_at": row.queued_at}) or 0
