"""DOOR outward: shows one waiting caller to the next-up queue at Twilio; called by the board and the rehearsal.

The desk decides and records first; Twilio is asked after that commit, and its answer is recorded in a second one.
"""

from __future__ import annotations

from callin.desk import line
from callin.errors import CarrierError, MemberGone, NotWaiting
from callin.station import Station

NEXT_UP_PATH = "/voice/listener/next_up"


def put_next_up(station: Station, *, call_sid: str, actor: str) -> None:
    """The caller is on the way to the front, or stands where they stood and it is said why.

    Args:
        station: the wired whole.
        call_sid: of the waiting listener.
        actor: whose hand it was.

    Raises:
        NoOpenShow: nothing is open.
        NotWaiting: the caller cannot be put next up, or is gone.
        CarrierError: Twilio could not be asked; when nobody knows whether it did the work, the row stays «moving»
            until the call itself says where it is.
    """
    with station.transaction() as session:
        move = line.put_next_up(session, now=station.clock(), call_sid=call_sid, actor=actor)
    queue_sid = move.queue_sid
    try:
        if queue_sid is None:
            queue = station.carrier.find_queue(move.queue_name)
            queue_sid = queue.sid if queue else ""
        station.carrier.move_member(queue_sid, call_sid, url=station.settings.public_base_url + NEXT_UP_PATH)
    except MemberGone as gone:
        _undo(station, call_sid=call_sid, why="gone from the line")
        raise NotWaiting("That caller has just left the line.") from gone
    except CarrierError as error:
        if error.status is not None:  # Twilio has answered, and did not do it
            _undo(station, call_sid=call_sid, why=str(error))
        raise


def _undo(station: Station, *, call_sid: str, why: str) -> None:
    with station.transaction() as session:
        line.undo_move(session, now=station.clock(), call_sid=call_sid, why=why)
