"""Who may do what on the board; used by the board's routes, the desk and the terminal."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody of the station is there for."""

    PRODUCER = "producer"  # everything
    SCREENER = "screener"  # writes and orders; neither drops from the air nor closes
    DJ = "dj"  # sees who is next and who is on the air


class Right(StrEnum):
    """What a route of the board asks of whoever comes."""

    SEE_HOST_VIEW = "see_host_view"
    SEE_BOARD = "see_board"
    WRITE = "write"  # cards, order, texts, messages
    RUN_SHOW = "run_show"  # open, close, pause, drop from the air, ban


_RIGHTS = {
    Role.PRODUCER: frozenset(Right),
    Role.SCREENER: frozenset({Right.SEE_HOST_VIEW, Right.SEE_BOARD, Right.WRITE}),
    Role.DJ: frozenset({Right.SEE_HOST_VIEW}),
}


def may(role: Role, right: Right) -> bool:
    """Return whether this role has that right."""
    return right in _RIGHTS[role]
