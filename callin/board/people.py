"""The people page: everybody whose number we know, and what we know of one of them; hung by the application.

Plain forms: what was done, or why it could not be, stands at the top of the page that comes back.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callin.board.access import BoardDoor, Visit
from callin.board.forms import LARGEST_ID, sentence_of, until_of
from callin.desk import people
from callin.errors import DeskError, NotThere
from callin.rules.roles import Right
from callin.webhooks import Fields

PERSON = f"/<int(max={LARGEST_ID}):caller_id>"
LONGEST_SEARCH = 80

door = BoardDoor("people", __name__, url_prefix="/people")


@door.page("", right=Right.SEE_BOARD)
def listed(visit: Visit) -> ResponseReturnValue:
    """Everybody, or those whom a search finds."""
    words = Fields(request.args.items()).words("words", longest=LONGEST_SEARCH) or ""
    only_banned = "banned" in request.args
    with visit.station.reading() as session:
        found = people.search(session, now=visit.station.clock(), words=words, only_banned=only_banned)
    return render_template("people.html", found=found, words=words, only_banned=only_banned, most=people.MOST_FOUND)


@door.page(PERSON, right=Right.SEE_BOARD)
def person(visit: Visit, caller_id: int) -> ResponseReturnValue:
    """All that is known of one person."""
    return _page(visit, caller_id)


@door.action(PERSON + "/ban", right=Right.RUN_SHOW)
def ban(visit: Visit, caller_id: int) -> ResponseReturnValue:
    """Ban this person, for some days or for good."""
    reason, until = sentence_of("reason", longest=people.LONGEST_REASON), until_of(visit.station.clock())
    with visit.station.transaction() as session:
        people.ban(
            session,
            now=visit.station.clock(),
            caller_id=caller_id,
            reason=reason,
            until=until,
            actor=visit.user.name,
        )
    return _back(caller_id, "banned")


@door.action(PERSON + "/lift_ban", right=Right.RUN_SHOW)
def lift_ban(visit: Visit, caller_id: int) -> ResponseReturnValue:
    """This person may call again."""
    with visit.station.transaction() as session:
        people.lift_ban(session, now=visit.station.clock(), caller_id=caller_id, actor=visit.user.name)
    return _back(caller_id, "lifted")


@door.action(PERSON + "/text", right=Right.WRITE)
def text(visit: Visit, caller_id: int) -> ResponseReturnValue:
    """Text to this person."""
    words = sentence_of("body")
    try:
        with visit.station.transaction() as session:
            people.write_to(session, now=visit.station.clock(), caller_id=caller_id, words=words, actor=visit.user.name)
    except NotThere:
        raise
    except DeskError as why:
        return make_response(_page(visit, caller_id, trouble=str(why), typed=words), 409)
    return _back(caller_id, "texted")


@door.action(PERSON + "/reveal", right=Right.WRITE)
def reveal(visit: Visit, caller_id: int) -> ResponseReturnValue:
    """Show the number in full; it is on record who looked."""
    with visit.station.transaction() as session:
        number = people.reveal(session, now=visit.station.clock(), caller_id=caller_id, actor=visit.user.name)
    return _page(visit, caller_id, number=number)


@door.errorhandler(NotThere)
def nobody(error: NotThere) -> ResponseReturnValue:
    """Nobody has that id."""
    return make_response(render_template("error.html", status=404, words=str(error)), 404)


def _page(visit: Visit, caller_id: int, **more: str) -> str:
    with visit.station.reading() as session:
        known = people.person(session, now=visit.station.clock(), caller_id=caller_id)
    told = {"number": None, "trouble": None, "typed": ""} | more
    return render_template(
        "person.html",
        person=known,
        may_write=visit.may(Right.WRITE),
        may_ban=visit.may(Right.RUN_SHOW),
        **told,
    )


def _back(caller_id: int, done: str) -> ResponseReturnValue:
    """Send a browser back to the page, which says once what was done: loading it again repeats nothing."""
    flash(done)
    return redirect(url_for("people.person", caller_id=caller_id), code=303)
