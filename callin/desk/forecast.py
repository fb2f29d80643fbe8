"""How long somebody may still wait, by the show's own pace; called by the wait verb, the text line and the board.

Texters before somebody count as people before them: they take their turn on the air as others do. Their own waiting by
text is not added to the show's pace, for whoever waits beside a phone gives up at another rate than whoever holds one.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from callin.models import Base, Call, DjCall, Show
from callin.models.base import spelled
from callin.rules import estimate
from callin.rules.call_states import CallState
from callin.rules.estimate import Pace
from callin.statements import AnyRow

# Core tables, not classes: the wait verb is the hot path of the station.
_calls, _shows, _dj_calls = (Base.metadata.tables[model.__tablename__].c for model in (Call, Show, DjCall))
PACE = select(
    _shows.talks,
    _shows.talk_s,
    _shows.abandonments,
    _shows.waited_s,
    _shows.past_talks,
    _shows.past_talk_s,
    _shows.past_abandonments,
    _shows.past_waited_s,
    select(func.count(_calls.id))
    .where(_calls.show_id == _shows.id, _calls.state == spelled(CallState.ON_AIR))
    .scalar_subquery()
    .label("on_air"),
    select(func.count(_dj_calls.id))
    .where(_dj_calls.admitted_at.is_not(None), _dj_calls.ended_at.is_(None))
    .scalar_subquery()
    .label("djs"),
).where(_shows.id == bindparam("show_id"))


def expected_wait_s(connection: Connection, *, show_id: int, ahead: int) -> float | None:
    """Return the expected seconds until the turn of somebody, or None if too little is known to say anything.

    Args:
        show_id: of the open show.
        ahead: people before them in the line, ≥ 0.
    """
    return expected_wait_at(connection.execute(PACE, {"show_id": show_id}).one(), ahead=ahead)


def expected_wait_at(pace: AnyRow, *, ahead: int) -> float | None:
    """Return the same by a pace that has been read.

    Args:
        pace: the row that `PACE` asks for.
        ahead: as above.
    """
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
