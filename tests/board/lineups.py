"""Lineups made by hand, for what pages and streams make of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from callin.desk.lineup import LastCheck, Lineup, Place, PlaceKind, PlaceState, ShowOnBoard, StatusCounts
from callin.models import ShowState

EIGHT = datetime(2026, 11, 27, 20, tzinfo=UTC)
SHOW = ShowOnBoard(
    show_id=1,
    name="Night Owls",
    state=ShowState.OPEN,
    opened_at=EIGHT,
    ends_at=None,
    is_paused=False,
    sent_home=0,
    to_send_home=0,
)


def place(place_id: int = 1, **changes: Any) -> Place:
    """A caller who waits first in line, unless said otherwise."""
    made = Place(
        kind=PlaceKind.CALL,
        place_id=place_id,
        state=PlaceState.WAITING,
        number=place_id,
        phone="+1…42",
        name=f"Caller {place_id}",
        town=None,
        topic=None,
        note=None,
        flag=None,
        since=EIGHT - timedelta(minutes=4),
    )
    return replace(made, **changes)


def lineup(*line: Place, **changes: Any) -> Lineup:
    """An open show with this line, and nobody on the air unless said otherwise."""
    counts = StatusCounts("Night Owls", True, False, len(line), bool(changes.get("on_air")), None, None)
    told: dict[str, Any] = {
        "show": SHOW,
        "revision": 1,
        "not_shown": 0,
        "djs": 0,
        "on_air": (),
        "inbox": (),
        "messages": (),
        "status": counts,
        "check": LastCheck(at=None, trouble=None, found=None),
        "no_texts_since": None,
    } | changes
    return Lineup(read_at=EIGHT, line=line, **told)
