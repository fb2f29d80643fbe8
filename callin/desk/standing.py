"""Where somebody stands in the one line for voice and text, and how long it may take; called by the text line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from callin.desk.forecast import expected_wait_s
from callin.models import Call, Texter
from callin.rules.call_states import IN_LINE, CallState
from callin.rules.estimate import WaitRange, spoken_range
from callin.rules.lineup import TEXTERS_IN_LINE


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in the line.

    Attributes:
        place: 1-based.
        size: of the whole line.
        forecast: until their turn, or None if too little is known.
    """

    place: int
    size: int
    forecast: WaitRange | None


def standing_of(session: Session, *, show_id: int, holder: Call | Texter) -> Standing:
    """Return where this call or texter stands: behind those next up, and behind whoever has a lower rank.

    Args:
        show_id: of the open show.
        holder: in the line.
    """
    if isinstance(holder, Call) and holder.state == CallState.NEXT_UP:
        before = _calls(session, show_id, Call.state == CallState.NEXT_UP, Call.put_next_at < holder.put_next_at)
    else:
        ahead = or_(Call.state != CallState.WAITING, Call.rank < holder.rank)
        before = _calls(session, show_id, ahead, *([Call.id != holder.id] if isinstance(holder, Call) else []))
        before += _texters(session, show_id, Texter.rank < holder.rank)
    expected_s = expected_wait_s(session.connection(), show_id=show_id, ahead=before)
    return Standing(
        place=before + 1,
        size=size_of_line(session, show_id=show_id),
        forecast=None if expected_s is None else spoken_range(expected_s),
    )


def size_of_line(session: Session, *, show_id: int) -> int:
    """Return how many wait, by phone and by text.

    Args:
        show_id: of the show.
    """
    return _calls(session, show_id) + _texters(session, show_id)


def call_in_line(session: Session, *, show_id: int, caller_id: int) -> Call | None:
    """Return the call by which this person waits, if they do.

    Args:
        show_id: of the show.
        caller_id: of the person.
    """
    held = select(Call).where(Call.show_id == show_id, Call.caller_id == caller_id, Call.state.in_(IN_LINE))
    return session.scalars(held.order_by(Call.rank, Call.id).limit(1)).first()


def _calls(session: Session, show_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count(Call.id)).where(Call.show_id == show_id, Call.state.in_(IN_LINE), *conditions)
    return session.scalar(counted) or 0


def _texters(session: Session, show_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count(Texter.id)).where(
        Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE), *conditions
    )
    return session.scalar(counted) or 0
