"""What can be done with a row of the board, as it stands and by whose hand; used by the board's pages and actions."""

from __future__ import annotations

from enum import StrEnum

from callin.desk.lineup import Place, PlaceKind, PlaceState
from callin.rules.roles import Right, Role, may


class Doing(StrEnum):
    """Something done to a place; the last part of its address, but for the two ways to move."""

    CARD = "card"
    NEXT_UP = "next_up"
    NOTIFY = "notify"
    ARRIVED = "arrived"
    UP = "up"
    DOWN = "down"
    FLAG = "flag"
    TEXT = "text"
    REVEAL = "reveal"
    REMOVE = "remove"
    DROP = "drop"
    BAN = "ban"


def offers_for(place: Place, *, role: Role) -> tuple[Doing, ...]:
    """Return what the board offers for a row; the desk decides again when it is asked for.

    Args:
        place: the row.
        role: of whoever looks.
    """
    if not may(role, Right.WRITE):
        return ()
    is_texter, is_on_air = place.kind == PlaceKind.TEXTER, place.state == PlaceState.ON_AIR
    is_known = place.caller_id is not None
    offered = {
        Doing.CARD: True,
        Doing.NEXT_UP: not is_texter and place.state in (PlaceState.WAITING, PlaceState.MOVING),
        Doing.NOTIFY: is_texter and not place.why_no_texts,
        Doing.ARRIVED: is_texter,
        Doing.UP: place.state not in (PlaceState.ON_AIR, PlaceState.NEXT_UP, PlaceState.MOVING),
        Doing.DOWN: place.state not in (PlaceState.ON_AIR, PlaceState.NEXT_UP, PlaceState.MOVING),
        Doing.FLAG: True,
        Doing.TEXT: not place.why_no_texts,
        Doing.REVEAL: is_known,
        Doing.REMOVE: is_texter,
        Doing.DROP: not is_texter and (not is_on_air or may(role, Right.RUN_SHOW)),
        Doing.BAN: is_known and may(role, Right.RUN_SHOW),
    }
    return tuple(doing for doing, is_offered in offered.items() if is_offered)
