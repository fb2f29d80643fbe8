"""What comes with texts and messages, from our own database, to those who may see the board: pictures and sounds.

Hung by the application. A browser may ask for a part of a sound, so that one can jump in it.
"""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from callin.board.access import BoardDoor, Visit
from callin.board.forms import LARGEST_ID
from callin.desk import inbox, sounds
from callin.rules.roles import Right

door = BoardDoor("attachments", __name__, url_prefix="/board")


@door.stream(f"/messages/<int(max={LARGEST_ID}):message_id>/sound", right=Right.SEE_BOARD)
def sound(visit: Visit, message_id: int) -> ResponseReturnValue:
    """The sound of a message that was not deleted."""
    with visit.station.reading() as session:
        kept = sounds.sound_of(session, message_id=message_id)
    if kept is None:
        raise NotFound("There is no such sound (any more).")
    return _shown(kept.content, content_type=kept.content_type)


@door.stream(f"/texts/<int(max={LARGEST_ID}):text_id>/pictures/<int(max={LARGEST_ID}):number>", right=Right.SEE_BOARD)
def picture(visit: Visit, text_id: int, number: int) -> ResponseReturnValue:
    """A picture that came with a text."""
    with visit.station.reading() as session:
        kept = inbox.picture_of(session, text_id=text_id, number=number)
    if kept is None or not kept.content_type.startswith("image/"):
        raise NotFound("There is no such picture.")
    return _shown(kept.content, content_type=kept.content_type)


def _shown(content: bytes, *, content_type: str) -> Response:
    reply = Response(content, content_type=content_type)
    # Strangers sent it: whatever it claims to be, it is shown and never run.
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reply.headers["X-Content-Type-Options"] = "nosniff"
    reply.add_etag()
    reply.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return reply
