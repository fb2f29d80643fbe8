"""DOOR outward: shows one waiting caller to the next-up queue at Twilio; called by the board and the rehearsal.

The desk decides and records first; Twilio is asked after that commit, and a refusal is recorded in a second one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from callin.desk import line
from callin.desk.line import Move
from callin.errors import CarrierError, MemberGone, NotWaiting
from callin.station import Station

NEXT_UP_PATH = "/voice/listener/next_up"
TRIES = 3
PAUSE_S = 0.3


def put_next_up(station: Station, *, call_sid: str, actor: str, pause: Callable[[float], None] = time.sleep) -> None:
    """The caller is on the way to the front, or stands where they stood and it is said why.

    Args:
        station: the wired whole.
        call_sid: of the waiting listener.
        actor: whose hand it was.
        pause: waits for so many seconds.

    Raises:
        NoOpenShow: nothing is open.
        NotWaiting: the caller cannot be put next up, or is gone.
        CarrierError: Twilio could not be asked. If it may have done the work all the same, the row stays «moving»
            until the call itself says where it is; putting them next up again asks again.
    """
    with station.transaction() as session:
        move = line.put_next_up(session, now=station.clock(), call_sid=call_sid, actor=actor)
    maybe_done = False
    for attempt in range(TRIES):
        try:
            _ask(station, move=move)
        except MemberGone as gone:
            if maybe_done:
                return  # gone because of us: the answer to the first request was lost
            _undo(station, call_sid=call_sid, why="gone from the line")
            raise NotWaiting("That caller has just left the line.") from gone
        except CarrierError as error:
            # A member is addressed by its call: asking again can never move anybody else.
            maybe_done = maybe_done or error.status is None or error.status >= 500
            if error.permanent or attempt == TRIES - 1:
                if not maybe_done:
                    _undo(station, call_sid=call_sid, why=str(error))
                raise
            pause(PAUSE_S)
        else:
            return


def _ask(station: Station, *, move: Move) -> None:
    queue_sid = move.queue_sid
    if queue_sid is None:
        queue = station.carrier.find_queue(move.queue_name)
        if queue is None:
            raise MemberGone("There is no such queue at Twilio.", permanent=True)
        queue_sid = queue.sid
    station.carrier.move_member(queue_sid, move.call_sid, url=station.settings.public_base_url + NEXT_UP_PATH)


def _undo(station: Station, *, call_sid: str, why: str) -> None:
    with station.transaction() as session:
        line.undo_move(session, now=station.clock(), call_sid=call_sid, why=why)
