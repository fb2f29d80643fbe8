"""The line as one order for voice and text: states of a texter, flags, and moving within an order; pure.

Used by the desk's order of the line, the models and the board.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class TexterState(StrEnum):
    """Where somebody who texted HI is now."""

    WAITING = "waiting"
    NOTIFIED = "notified"  # was told that it is their turn; keeps the place whatever happens
    ARRIVED = "arrived"  # has called in, or the producer says so: thanked
    LEFT = "left"  # by text
    REMOVED = "removed"  # by the producer
    SENT_HOME = "sent_home"  # still waiting when the show closed


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TEXTERS_IN_LINE = frozenset({TexterState.WAITING, TexterState.NOTIFIED})


class Flag(StrEnum):
    """A mark on a row of the board, always with its word."""

    GOOD = "good"  # a caller one wants on the air
    CAREFUL = "careful"  # a caller to be careful with


def rank_at(moment: datetime) -> int:
    """Return the rank of whoever joins the line at this moment: first come, first served.

    Args:
        moment: aware.
    """
    return (moment - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TexterPlace:
    """One texter's place in the line.

    Attributes:
        texter_id: of the place.
        rank: its order.
        was_notified: whether they have been told that it is their turn.
        turn_ends_at: of the latest notice, aware, or None.
    """

    texter_id: int
    rank: int
    was_notified: bool = False
    turn_ends_at: datetime | None = None


def next_to_notify(texters: Sequence[TexterPlace], *, first_by_phone: int | None, now: datetime) -> int | None:
    """Return whose turn it is by place, or None: a phone caller comes first, or somebody's turn is under way.

    One at a time: a line of texters alone would otherwise be told all at once. Whoever let the turn pass keeps the
    place and stands in nobody's way.

    Args:
        texters: in the line, front first.
        first_by_phone: the lowest rank of those waiting by phone, or None.
        now: aware.
    """
    for texter in texters:
        if first_by_phone is not None and first_by_phone < texter.rank:
            return None
        if not texter.was_notified:
            return texter.texter_id
        if texter.turn_ends_at is not None and now <= texter.turn_ends_at:
            return None
    return None


def moved(ranks: Sequence[int], *, from_index: int, to_index: int) -> list[int]:
    """Return the rank of each place after one of them moved; the same ranks, permuted, so nobody else's order changes.

    Args:
        ranks: ascending, one a place, front first.
        from_index: of the place that moves, 0-based.
        to_index: where it shall stand; beyond an end means that end.

    Returns:
        For each place of `ranks`, in the old order, its new rank.
    """
    to_index = max(0, min(to_index, len(ranks) - 1))
    # Two who joined in the same microsecond have to be told apart before they can change places.
    distinct: list[int] = []
    for rank in ranks:
        distinct.append(rank if not distinct or rank > distinct[-1] else distinct[-1] + 1)
    order = list(range(len(ranks)))
    order.insert(to_index, order.pop(from_index))
    new = [0] * len(ranks)
    for position, index in enumerate(order):
        new[index] = distinct[position]
    return new
