"""The DJ's telephone in the host's view: who is offered it, and the tokens it rings with; hung by the application."""

from __future__ import annotations

from enum import StrEnum

from flask import jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from callin.board.access import BoardDoor, Visit
from callin.rules.roles import Right
from callin.rules.softphone import identity_for

door = BoardDoor("softphone", __name__, url_prefix="/board/softphone")


class Offer(StrEnum):
    """What the host's view says of it."""

    HERE = "here"
    NOT_SET_UP = "not_set_up"
    NOTHING = "nothing"  # it is nothing to them


def offer_for(visit: Visit) -> Offer:
    """Return what somebody who looks at the host's view is offered."""
    if visit.station.settings.has_softphone:
        return Offer.HERE if visit.may(Right.TALK) else Offer.NOTHING
    # A DJ on the air has no use for a hint to whoever sets things up.
    return Offer.NOT_SET_UP if visit.may(Right.RUN_SHOW) else Offer.NOTHING


@door.action("/token", right=Right.TALK)
def token(visit: Visit) -> ResponseReturnValue:
    """Let the browser of whoever is signed in here ring the DJ line under their name, for some minutes."""
    if not visit.station.settings.has_softphone:
        raise NotFound("The softphone is not set up at this station. The DJ line works.")
    return jsonify(token=visit.station.carrier.softphone.token(identity_for(visit.user.user_id)))
