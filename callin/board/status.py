"""The status page: how long the line is, for everybody; counts and a range, never a number or a name.

Hung by the application.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from callin.board.access import BoardDoor
from callin.board.live import page_of, state_of, stream_of
from callin.board.snapshots import View

door = BoardDoor("status_page", __name__)


@door.open_page("/")
def page() -> ResponseReturnValue:
    """The page; with `?kiosk` for a screen that nobody touches."""
    return page_of("status.html", view=View.STATUS, role=None, is_kiosk="kiosk" in request.args)


@door.open_page("/stream")
def stream() -> ResponseReturnValue:
    """What stands on it, again after each change."""
    return stream_of(View.STATUS, None)


@door.open_page("/status/state")
def state() -> ResponseReturnValue:
    """What stands on it now."""
    return state_of(View.STATUS, role=None)
