"""What is done on the board: one POST each, to a place, a text, a message or the show; hung by the application.

204 when it is done (or was done before), or what was asked for as JSON; otherwise `{"why": …}` in words that can be
shown as they are. What came of it is seen in the stream, by everybody alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden

from callin import opening, usher
from callin.board.access import BoardDoor, Visit
from callin.board.forms import LARGEST_ID, PLACE, moment_of, place_of, sentence_of, until_of, words_of
from callin.desk import inbox, message_shelf, places, shows, turns
from callin.desk.lineup import PlaceKind
from callin.desk.places import CardField, Edit
from callin.errors import CarrierError, DeskError, EditedMeanwhile, NotThere
from callin.models import MessageState
from callin.rules.lineup import Flag
from callin.rules.roles import Right

DONE = ("", 204)
LONGEST_STEP = 1000


class By(TypedDict):
    """When something is done, and by whom."""

    now: datetime
    actor: str


class ToPlace(By):
    """… to which place."""

    kind: PlaceKind
    place_id: int


door = BoardDoor("actions", __name__, url_prefix="/board")


@door.action(PLACE + "/card", right=Right.WRITE)
def card(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Write on a card: the fields that were touched, each with what it said before."""
    edits = {
        field: Edit(was=request.form.get(f"{field}_was") or None, words=words_of(field, keeps_lines=True))
        for field in CardField
        if field in request.form
    }
    with visit.station.transaction() as session:
        places.write_card(session, **_place(visit, kind, place_id), edits=edits)
    return DONE


@door.action(PLACE + "/flag", right=Right.WRITE)
def flag(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Put a flag on a place, or take it off."""
    try:
        wanted = Flag(request.form["flag"]) if request.form.get("flag") else None
    except ValueError as error:
        raise BadRequest("A flag is «good», «careful» or none.") from error
    with visit.station.transaction() as session:
        places.set_flag(session, **_place(visit, kind, place_id), flag=wanted)
    return DONE


@door.action(PLACE + "/move", right=Right.WRITE)
def move(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Move a place: `by` so many steps, or `before` another place (empty: to the end)."""
    with visit.station.moving_line() as session:
        if "before" in request.form:
            places.move_before(session, **_place(visit, kind, place_id), other=place_of(request.form["before"]))
        else:
            steps = request.form.get("by", type=int)
            if steps is None or abs(steps) > LONGEST_STEP:
                raise BadRequest("A move needs `by`, a number of steps, or `before`, another place.")
            places.move_by(session, **_place(visit, kind, place_id), steps=steps)
    return DONE


@door.action(PLACE + "/next_up", right=Right.WRITE)
def next_up(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Put a caller next up: Twilio moves them; the row says «moving» meanwhile."""
    usher.put_next_up(visit.station, call_sid=_call_sid(visit, kind, place_id), actor=visit.user.name)
    return DONE


@door.action(PLACE + "/notify", right=Right.WRITE)
def notify(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Tell a texter that it is their turn; told again only once that turn is over."""
    with visit.station.moving_line() as session:
        texter_id = places.texter_id_of(session, kind=PlaceKind(kind), place_id=place_id)
        turns.notify(session, **_by(visit), texter_id=texter_id, turn_s=visit.station.settings.turn_s)
    return DONE


@door.action(PLACE + "/arrived", right=Right.WRITE)
def arrived(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """A texter is here by another way: they are thanked."""
    with visit.station.moving_line() as session:
        texter_id = places.texter_id_of(session, kind=PlaceKind(kind), place_id=place_id)
        turns.arrived(session, **_by(visit), texter_id=texter_id)
    return DONE


@door.action(PLACE + "/remove", right=Right.WRITE)
def remove(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Take a texter out of the line; they are told."""
    with visit.station.moving_line() as session:
        texter_id = places.texter_id_of(session, kind=PlaceKind(kind), place_id=place_id)
        turns.remove(session, **_by(visit), texter_id=texter_id)
    return DONE


@door.action(PLACE + "/drop", right=Right.WRITE)
def drop(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Drop a caller from the line; from the air only with `from_air`, and by whoever runs the show."""
    from_the_air = request.form.get("from_air") == "yes"
    if from_the_air and not visit.may(Right.RUN_SHOW):
        raise Forbidden("Only a producer drops somebody from the air.")
    call_sid = _call_sid(visit, kind, place_id)
    usher.drop(visit.station, call_sid=call_sid, from_the_air=from_the_air, actor=visit.user.name)
    return DONE


@door.action(PLACE + "/ban", right=Right.RUN_SHOW)
def ban(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Ban this person, for some days or for good, and take them out of the line."""
    asked = _place(visit, kind, place_id)
    with visit.station.moving_line() as session:
        places.ban(session, **asked, reason=sentence_of("reason"), until=until_of(visit.station.clock()))
        if asked["kind"] == PlaceKind.TEXTER:
            turns.remove(session, **_by(visit), texter_id=place_id)
    if asked["kind"] == PlaceKind.CALL:
        usher.drop(visit.station, call_sid=_call_sid(visit, kind, place_id), from_the_air=False, actor=visit.user.name)
    return DONE


@door.action(PLACE + "/text", right=Right.WRITE)
def text(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Text back to whoever holds a place."""
    with visit.station.transaction() as session:
        places.write_to(session, **_place(visit, kind, place_id), words=sentence_of("body"))
    return DONE


@door.action(PLACE + "/reveal", right=Right.WRITE)
def reveal(visit: Visit, kind: str, place_id: int) -> ResponseReturnValue:
    """Show a number in full; it is on record who looked."""
    with visit.station.transaction() as session:
        number = places.reveal(session, **_place(visit, kind, place_id))
    return jsonify(number=number)


@door.action(f"/texts/<int(max={LARGEST_ID}):text_id>/reply", right=Right.WRITE)
def reply(visit: Visit, text_id: int) -> ResponseReturnValue:
    """Answer a text; it is dealt with then."""
    with visit.station.transaction() as session:
        inbox.reply(session, **_by(visit), text_id=text_id, words=sentence_of("body"))
    return DONE


@door.action(f"/texts/<int(max={LARGEST_ID}):text_id>/done", right=Right.WRITE)
def done(visit: Visit, text_id: int) -> ResponseReturnValue:
    """A text is dealt with."""
    with visit.station.transaction() as session:
        inbox.mark_done(session, **_by(visit), text_id=text_id)
    return DONE


@door.action(f"/messages/<int(max={LARGEST_ID}):message_id>/<any(heard, keep, delete):what>", right=Right.WRITE)
def message(visit: Visit, message_id: int, what: str) -> ResponseReturnValue:
    """A message is heard, kept for good, or deleted."""
    state = {"heard": MessageState.HEARD, "keep": MessageState.KEPT, "delete": MessageState.DELETED}[what]
    with visit.station.transaction() as session:
        message_shelf.mark(session, **_by(visit), message_id=message_id, state=state)
    return DONE


@door.action("/show/open", right=Right.RUN_SHOW)
def open_(visit: Visit) -> ResponseReturnValue:
    """Open a show; callers are taken even if Twilio cannot be asked for its queues just now."""
    card, _was_open = opening.open_show(
        visit.station, name=words_of("name", longest=100), ends_at=moment_of("until"), actor=visit.user.name
    )
    try:
        opening.ensure_queues(visit.station, card=card)
    except CarrierError as error:
        return jsonify(why=str(error)), 202  # the line is open all the same
    return DONE


@door.action("/show/close", right=Right.RUN_SHOW)
def close(visit: Visit) -> ResponseReturnValue:
    """Begin to close the show: nobody new gets in, and everybody who waits is thanked."""
    with visit.station.transaction() as session:
        shows.begin_closing(session, **_by(visit))
    return DONE


@door.action("/show/<any(pause, resume):what>", right=Right.RUN_SHOW)
def pause(visit: Visit, what: str) -> ResponseReturnValue:
    """Nobody new gets into the line, or they do again."""
    with visit.station.transaction() as session:
        shows.pause(session, **_by(visit), is_paused=what == "pause")
    return DONE


def _by(visit: Visit) -> By:
    """Return when something is done, and by whom: what every verb of the desk asks."""
    return {"now": visit.station.clock(), "actor": visit.user.name}


def _place(visit: Visit, kind: str, place_id: int) -> ToPlace:
    """Return the same, and to which place."""
    return {"kind": PlaceKind(kind), "place_id": place_id, **_by(visit)}


def _call_sid(visit: Visit, kind: str, place_id: int) -> str:
    """Return by which call a place is held."""
    with visit.station.reading() as session:
        return places.call_sid_of(session, kind=PlaceKind(kind), place_id=place_id)


@door.errorhandler(DeskError)
def refused(error: DeskError) -> ResponseReturnValue:
    """The desk's own words, and with an edit that came too late the words of whoever was first."""
    told: dict[str, object] = {"why": str(error)}
    if isinstance(error, EditedMeanwhile):
        told["theirs"] = error.theirs
    return jsonify(told), 404 if isinstance(error, NotThere) else 409


@door.errorhandler(CarrierError)
def not_carried(error: CarrierError) -> ResponseReturnValue:
    """Twilio did not do it; what was recorded here stands, and the row says the rest."""
    return jsonify(why=str(error)), 502
