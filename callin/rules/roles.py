"""Who may do what on the board; used by the board's routes, the desk and the terminal."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody of the station is there for."""

    PRODUCER = "producer"  # everything
    SCREENER = "screener"  # writes and orders; neither drops from the air nor closes
    DJ = "dj"  # sees who is next and who is on the air, and talks


class Right(StrEnum):
    """What a route of the board asks of whoever comes."""

    SEE_HOST_VIEW = "see_host_view"
    SEE_BOARD = "see_board"
    WRITE = "write"  # cards, order, texts, messages
    RUN_SHOW = "run_show"  # open, close, pause, drop from the air, ban
    TALK = "talk"  # be on the DJ line from the browser, without a PIN


_RIGHTS = {
    # Whoever talks on the air is the DJ: a producer who does too has a second name here, and is known by it in the log.
    Role.PRODUCER: frozenset(Right) - {Right.TALK},
    Role.SCREENER: frozenset({Right.SEE_HOST_VIEW, Right.SEE_BOARD, Right.WRITE}),
    Role.DJ: frozenset({Right.SEE_HOST_VIEW, Right.TALK}),
}


def may(role: Role, right: Right) -> bool:
    """Return whether this role has that right."""
    return right in _RIGHTS[role]
