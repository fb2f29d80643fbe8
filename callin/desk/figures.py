"""The station in figures, computed from its tables when somebody asks; called by /metrics. No numbers of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callin.desk import beats, checking, tallies
from callin.desk.tallies import Tallied
from callin.models import Call, Check, DjCall, Message, Show, ShowState, Text, Texter
from callin.rules.call_states import IN_LINE, CallState, Outcome
from callin.rules.lineup import TexterState

WAIT_BOUNDS_S = (30, 60, 120, 300, 600, 1200, 1800, 3600)
AIR_BOUNDS_S = (15, 30, 60, 120, 300, 600, 1200, 1800)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, over all that are done.

    Attributes:
        below: for each bound in seconds, how many took no longer.
        count: how many in all.
        total_s: their seconds together.
    """

    below: dict[int, int]
    count: int
    total_s: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tables tell.

    Attributes:
        calls: finished calls by outcome.
        waiting: who waits now, by kind: «call», «texter».
        on_air: listeners on the air now.
        djs: DJs on the line now.
        show_is_open: whether callers are let in.
        waits: in the line, of finished calls that got there.
        airs: on the air, of finished calls that got there.
        texts: by state.
        text_errors: texts that failed, by Twilio's code.
        sounds: recordings of messages, by state.
        twilio_errors: of processes that nobody can ask, by code.
        drift: how much had to be put right, ever, when our calls were held against Twilio's.
        checked_at: when they last were.
        courier_seen_at: when a courier was last seen at work.
    """

    calls: dict[str, int]
    waiting: dict[str, int]
    on_air: int
    djs: int
    show_is_open: bool
    waits: Spread
    airs: Spread
    texts: dict[str, int]
    text_errors: dict[str, int]
    sounds: dict[str, int]
    twilio_errors: dict[str, int]
    drift: int
    checked_at: datetime | None
    courier_seen_at: datetime | None


def figures_of(session: Session) -> Figures:
    """Return the station in figures, as of this transaction."""
    callers = _count_by(session, Call.state, Call.outcome.is_(None))
    texters = _count_by(session, Texter.state, Texter.ended_at.is_(None))
    djs = select(func.count()).where(DjCall.admitted_at.is_not(None), DjCall.ended_at.is_(None))
    is_open = select(func.count()).where(Show.state == ShowState.OPEN)
    return Figures(
        # Also those that never happened yet: a counter that appears at 1 hides its first step from Prometheus.
        calls=dict.fromkeys(Outcome, 0) | _count_by(session, Call.outcome, Call.outcome.is_not(None)),
        waiting={
            "call": sum(callers.get(state, 0) for state in IN_LINE),
            "texter": sum(texters.get(state, 0) for state in (TexterState.WAITING, TexterState.NOTIFIED)),
        },
        on_air=callers.get(CallState.ON_AIR, 0),
        djs=session.scalar(djs) or 0,
        show_is_open=bool(session.scalar(is_open)),
        waits=_spread(session, Call.waited_s, Call.joined_at, bounds=WAIT_BOUNDS_S),
        airs=_spread(session, Call.aired_s, Call.on_air_at, bounds=AIR_BOUNDS_S),
        texts=_count_by(session, Text.state),
        text_errors=_count_by(session, Text.error_code, Text.error_code.is_not(None)),
        sounds=_count_by(session, Message.sound_state),
        twilio_errors=tallies.all_of(session, Tallied.TWILIO_ERROR),
        drift=session.scalar(select(func.sum(Check.drift))) or 0,
        checked_at=checking.last_check(session).at,
        courier_seen_at=beats.last_beat(session),
    )


def text_errors_since(session: Session, *, since: datetime) -> dict[int, int]:
    """Return how many texts failed, by Twilio's code.

    Args:
        since: when they were owed, aware.
    """
    rows = session.execute(
        select(Text.error_code, func.count())
        .where(Text.error_code.is_not(None), Text.created_at >= since)
        .group_by(Text.error_code)
        .order_by(Text.error_code)
    )
    return {code: count for code, count in rows if code is not None}


def _count_by(session: Session, column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {str(value): count for value, count in rows}


def _spread(
    session: Session,
    seconds: InstrumentedAttribute[Any],
    since: InstrumentedAttribute[Any],
    *,
    bounds: Sequence[int],
) -> Spread:
    below = [func.sum(case((seconds <= bound, 1), else_=0)) for bound in bounds]
    row = session.execute(
        select(func.count(seconds), func.sum(seconds), *below).where(Call.outcome.is_not(None), since.is_not(None))
    ).one()
    counts = [int(count or 0) for count in row]
    return Spread(below=dict(zip(bounds, counts[2:], strict=True)), count=counts[0], total_s=counts[1])
