"""Past shows: the list, one with its calls, texts and log, and all of it to take along; hung by the application."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from callin.board import exports
from callin.board.access import BoardDoor, Visit
from callin.board.forms import LARGEST_ID
from callin.desk import past_shows, shows
from callin.errors import NotThere
from callin.rules.roles import Right

SHOW = f"/<int(max={LARGEST_ID}):show_id>"
MOST_LISTED = 500

door = BoardDoor("past_shows", __name__, url_prefix="/shows")


@door.page("", right=Right.SEE_BOARD)
def listed(visit: Visit) -> ResponseReturnValue:
    """The latest shows, newest first."""
    with visit.station.reading() as session:
        latest = shows.all_shows(session, limit=MOST_LISTED)
    return render_template("shows.html", shows=latest)


@door.page(SHOW, right=Right.SEE_BOARD)
def show(visit: Visit, show_id: int) -> ResponseReturnValue:
    """One show: who called, what was texted, what happened when."""
    return render_template("show.html", show=_read(visit, show_id))


@door.page(SHOW + "/<any(calls, texts, log):what>.csv", right=Right.SEE_BOARD)
def as_csv(visit: Visit, show_id: int, what: exports.Part) -> ResponseReturnValue:
    """One of its three tables for a spreadsheet."""
    table = exports.csv_of(_read(visit, show_id), part=what)
    return _file(table, content_type="text/csv; charset=utf-8", name=f"callin-show-{show_id}-{what}.csv")


@door.page(SHOW + "/export.json", right=Right.SEE_BOARD)
def as_json(visit: Visit, show_id: int) -> ResponseReturnValue:
    """All of it for a program."""
    told = exports.json_of(_read(visit, show_id))
    return _file(told, content_type="application/json", name=f"callin-show-{show_id}.json")


@door.errorhandler(NotThere)
def nothing(error: NotThere) -> ResponseReturnValue:
    """There is no such show."""
    return make_response(render_template("error.html", status=404, words=str(error)), 404)


def _read(visit: Visit, show_id: int) -> past_shows.PastShow:
    with visit.station.reading() as session:
        return past_shows.read_show(session, show_id=show_id)


def _file(content: str, *, content_type: str, name: str) -> Response:
    reply = Response(content, content_type=content_type)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
