"""Holding a waiting caller: what they are told, on every request of the queue; called by the wait door.

The hot path of the station: five thousand callers ask every few seconds. It asks the database one question, a second
one if something may be said, and writes only when it was or half a minute has passed: single statements, for none of
them needs anybody kept out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, bindparam, case, func, or_, select, update

from callin.desk.forecast import PACE, expected_wait_at
from callin.models import Base, Call, Show, ShowState, Texter
from callin.models.base import spelled
from callin.rules import estimate
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.estimate import WaitRange
from callin.rules.lineup import TEXTERS_IN_LINE
from callin.rules.waiting import WaitMemory, WaitNotice, has_news, what_to_say
from callin.statements import AnyRow, Statements

# How stale the kept waiting time may grow: the DJ's card and a lost callback speak from it.
KEEP_WAIT_EVERY_S = 30

# Core tables, not classes: through the ORM the same statements cost twice as much.
_CALLS, _SHOWS, _TEXTERS = (Base.metadata.tables[model.__tablename__] for model in (Call, Show, Texter))
_OTHERS = _CALLS.alias("others")
_calls, _others, _shows, _texters = _CALLS.c, _OTHERS.c, _SHOWS.c, _TEXTERS.c
# Who goes before the queue's own front: those next up, and texters who joined earlier or were put before this caller.
_NEXT_UP_COUNT = (
    select(func.count(_others.id))
    .where(_others.show_id == _shows.id, _others.state == spelled(CallState.NEXT_UP))
    .correlate(_SHOWS)
    .scalar_subquery()
)
_TEXTERS_BEFORE = (
    select(func.count(_texters.id))
    .where(
        _texters.show_id == _shows.id,
        or_(*(_texters.state == spelled(state) for state in sorted(TEXTERS_IN_LINE))),
        _texters.rank < func.coalesce(_calls.rank, 0),
    )
    .correlate(_SHOWS, _CALLS)
    .scalar_subquery()
)
# Twilio's order is that of the latest enqueue. Whoever's rank says otherwise, by the producer's hand or because a
# fault put them back at the end, is added or taken away; everybody else is as Twilio counts them.
_MOVED_BEFORE = (
    select(func.coalesce(func.sum(case((_others.rank < _calls.rank, 1), else_=-1)), 0))
    .where(
        _others.show_id == _shows.id,
        _others.state == spelled(CallState.WAITING),
        _others.id != _calls.id,
        (_others.rank < _calls.rank) != (_others.queued_at < _calls.queued_at),
    )
    .correlate(_SHOWS, _CALLS)
    .scalar_subquery()
)
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
        (_NEXT_UP_COUNT + _TEXTERS_BEFORE + case((_shows.is_reordered, _MOVED_BEFORE), else_=0)).label("before"),
    )
    .outerjoin_from(_CALLS, _SHOWS, _shows.id == _calls.show_id)
    .where(_calls.call_sid == bindparam("call_sid"))
)
_RUNNING = select(_shows.id).where(_shows.state != ShowState.CLOSED).limit(1)
# Only if nothing was told or kept of this caller since we looked.
_KEEP = (
    update(_CALLS)
    .where(
        _calls.id == bindparam("row_id"),
        _calls.waited_s == bindparam("before_waited"),
        _calls.told_at_s == bindparam("before_at"),
        _calls.told_place.is_not_distinct_from(bindparam("before_place")),
    )
    .values(
        waited_s=bindparam("waited"),
        told_place=bindparam("place"),
        told_at_s=bindparam("at"),
        told_low_min=bindparam("low"),
        told_high_min=bindparam("high"),
        told_late=bindparam("late"),
    )
)
_HEAL = (
    update(_CALLS)
    .where(_calls.id == bindparam("row_id"), _calls.state == bindparam("was"))
    .values(state=bindparam("found"))
)


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


def hold(
    statements: Statements,
    *,
    now: datetime,
    holding: Holding,
    heal: Callable[[Update, Mapping[str, object]], object] | None = None,
) -> WaitNotice:
    """The waiting caller hears what is new, and it is remembered that they did.

    Args:
        statements: to the database, no session: see above.
        now: aware; compared with the planned end of the show alone.
        holding: Twilio's request.
        heal: makes the rare change of a row whose webhook was lost, with whatever belongs to that; None: `statements`.
    """
    row = statements.first(_HELD, {"call_sid": holding.call_sid})
    if row is None or row.show_state is None:
        return WaitNotice(must_leave=statements.first(_RUNNING, {}) is None)
    if row.show_state != ShowState.OPEN:
        is_closing = row.show_state == ShowState.CLOSING
        return WaitNotice(show_is_closing=is_closing, must_leave=not is_closing)
    if strayed := _strayed(row, holding=holding):
        (heal or statements.change)(_HEAL, strayed)
    waited_s = max(row.waited_before_s + holding.queue_time_s, row.waited_s)
    memory = WaitMemory(
        place=row.told_place,
        at_s=row.told_at_s,
        forecast=None if row.told_high_min is None else WaitRange(row.told_low_min or 0, row.told_high_min),
        told_late=row.told_late,
    )
    place = holding.position if holding.is_next_queue else max(1, holding.position + row.before)
    notice, remembered = WaitNotice(), memory
    if has_news(place=place, waited_s=waited_s, memory=memory, may_be_late=row.ends_at is not None):
        notice, remembered = _announcement(statements, now=now, row=row, place=place, waited_s=waited_s, memory=memory)
    if remembered is memory and waited_s - row.waited_s < KEEP_WAIT_EVERY_S:
        return notice
    forecast = remembered.forecast
    told = {
        "row_id": row.id,
        "before_waited": row.waited_s,
        "before_at": memory.at_s,
        "before_place": memory.place,
        "waited": waited_s,
        "place": remembered.place,
        "at": remembered.at_s,
        "low": forecast.low_min if forecast else None,
        "high": forecast.high_min if forecast else None,
        "late": remembered.told_late,
    }
    # Not kept: the same request came twice, and the other one speaks.
    return notice if statements.change(_KEEP, told) else WaitNotice()


def _announcement(
    statements: Statements, *, now: datetime, row: AnyRow, place: int, waited_s: int, memory: WaitMemory
) -> tuple[WaitNotice, WaitMemory]:
    pace = statements.first(PACE, {"show_id": row.show_id})
    expected_s = None if pace is None else expected_wait_at(pace, ahead=place - 1)
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


def _strayed(row: AnyRow, *, holding: Holding) -> dict[str, object]:
    """Return what heals a row whose webhook was lost: the queue that asks knows better where its caller is."""
    found = CallState.NEXT_UP if holding.is_next_queue else CallState.WAITING
    if row.state == CallState.ANSWERED or (holding.is_next_queue and row.state in IN_LINE - {found}):
        return {"row_id": row.id, "was": row.state, "found": found}
    return {}
