"""Where the line ends: whoever joins stands behind it; called by both ways of joining, by phone and by text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.models import Call, Texter
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.lineup import TEXTERS_IN_LINE


@dataclass(frozen=True, slots=True)
class LineEnd:
    """Where the line ends.

    Attributes:
        rank: of the last who waits, by phone or by text; 0 if nobody does.
        queued_at: when the last of the callers was enqueued, or None.
    """

    rank: int
    queued_at: datetime | None


def end_of_line(session: Session, *, show_id: int | None) -> LineEnd:
    """Return where the line ends: whoever joins stands behind it, also after this machine's clock was set back.

    Args:
        show_id: of the open show.
    """
    calls = select(func.max(Call.rank), func.max(Call.queued_at)).where(
        Call.show_id == show_id, Call.state.in_(IN_LINE)
    )
    texters = select(func.max(Texter.rank)).where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
    rank, queued_at = session.execute(calls).one()
    return LineEnd(rank=max(rank or 0, session.scalar(texters) or 0), queued_at=queued_at)


def end_of_next_up(session: Session, *, now: datetime, show_id: int | None) -> datetime:
    """Return the moment that puts somebody behind all who are next up, also after this machine's clock was set back.

    Args:
        now: aware.
        show_id: of the open show.
    """
    chosen = Call.state.in_((CallState.MOVING, CallState.NEXT_UP))
    last = session.scalar(select(func.max(Call.put_next_at)).where(Call.show_id == show_id, chosen))
    return now if last is None else max(now, last + timedelta(microseconds=1))
