"""The producer's board and the host's view: whole pages, and their states as a stream or by asking.

Hung by the application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from callin.board import headers
from callin.board.access import BoardDoor, Visit
from callin.board.live import page_of, state_of, stream_of
from callin.board.snapshots import View
from callin.board.softphone import Offer, offer_for
from callin.rules.roles import Right

RIGHTS = {View.BOARD: Right.SEE_BOARD, View.HOST: Right.SEE_HOST_VIEW}

door = BoardDoor("board", __name__, url_prefix="/board")


@door.page("", right=Right.SEE_BOARD)
def board(visit: Visit) -> ResponseReturnValue:
    """The whole show on one page."""
    show_name = visit.station.settings.show_name
    return page_of("board.html", view=View.BOARD, role=visit.user.role, show_name=show_name)


@door.page("/host", right=Right.SEE_HOST_VIEW)
def host(visit: Visit) -> ResponseReturnValue:
    """Who is on the air and who is next; for the DJ, with a telephone."""
    offer = offer_for(visit)
    reply = page_of(
        "host.html", view=View.HOST, role=visit.user.role, softphone=offer, dj_line=visit.station.settings.dj_line
    )
    return headers.let_talk(reply) if offer == Offer.HERE else reply


@door.stream("/stream", right=Right.SEE_HOST_VIEW)
def stream(visit: Visit) -> ResponseReturnValue:
    """What a view shows, again after each change."""
    view, is_welcome = _asked(visit)
    return stream_of(view, visit.user.role, is_welcome=is_welcome)


@door.stream("/state", right=Right.SEE_HOST_VIEW)
def state(visit: Visit) -> ResponseReturnValue:
    """What a view shows now."""
    view, _is_welcome = _asked(visit)
    return state_of(view, role=visit.user.role)


def _asked(visit: Visit) -> tuple[View, Callable[[], bool]]:
    """Return the view that is asked for, and whether this person may still see it.

    Raises:
        NotFound: there is no such view here.
        Forbidden: it is not for them.
    """
    try:
        view = View(request.args.get("view", View.BOARD))
        right = RIGHTS[view]
    except (ValueError, KeyError) as error:
        raise NotFound("There are two views: board and host.") from error
    if not visit.may(right):
        raise Forbidden("That view is not for your role.")
    return view, replace(visit, right=right).is_still_welcome
