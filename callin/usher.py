"""DOOR outward: shows one caller to the next-up queue or out of the line at Twilio; asked by voice, board, rehearsal.

The desk decides and records first; Twilio is asked after that commit, and a refusal is recorded in a second one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from callin.desk import line, tape
from callin.desk.line import Move
from callin.errors import CarrierError, MemberGone, NotWaiting
from callin.models import Deed
from callin.station import Station

NEXT_UP_PATH = "/voice/listener/next_up"
DROPPED_PATH = "/voice/listener/dropped"
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
        now = station.clock()
        move = line.put_next_up(session, now=now, call_sid=call_sid, actor=actor)
        tape.keep_deed(session, at=now, deed=Deed.NEXT_UP, sid=call_sid)
    show_to_next_up(station, move=move, pause=pause)


def show_to_next_up(
    station: Station, *, move: Move, tries: int = TRIES, pause: Callable[[float], None] = time.sleep
) -> None:
    """The caller that the desk has marked as moving is taken to the next-up queue.

    Args:
        station: the wired whole.
        move: from the desk.
        tries: how often Twilio is asked; with one, it has only a moment to answer (somebody listens to silence).
        pause: waits for so many seconds.

    Raises:
        NotWaiting: the caller is gone.
        CarrierError: as for `put_next_up`.
    """

    def undo(why: str) -> None:
        with station.transaction() as session:
            now = station.clock()
            line.undo_move(session, now=now, call_sid=move.call_sid, why=why)
            tape.keep_deed(session, at=now, deed=Deed.REFUSED, sid=move.call_sid)

    _take(station, move=move, to=NEXT_UP_PATH, undo=undo, tries=tries, pause=pause)


def drop(
    station: Station,
    *,
    call_sid: str,
    from_the_air: bool,
    actor: str,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """The caller is on the way out, with a friendly sentence, or stands where they stood and it is said why.

    Args:
        station: the wired whole.
        call_sid: of the listener.
        from_the_air: whether somebody who talks may be cut off.
        actor: whose hand it was.
        pause: waits for so many seconds.

    Raises:
        NoOpenShow: no show is running.
        NotWaiting: there is nobody to drop, in words.
        CarrierError: Twilio could not be asked; dropping them again asks again.
    """
    with station.transaction() as session:
        now = station.clock()
        move = line.drop(session, now=now, call_sid=call_sid, from_the_air=from_the_air, actor=actor)
        tape.keep_deed(session, at=now, deed=Deed.DROP, sid=call_sid, said={"from_the_air": from_the_air})

    def undo(why: str) -> None:
        with station.transaction() as session:
            now = station.clock()
            line.note_trouble(session, now=now, call_sid=call_sid, why=f"Could not be dropped: {why}")
            tape.keep_deed(session, at=now, deed=Deed.REFUSED, sid=call_sid)

    _take(station, move=move, to=DROPPED_PATH, undo=undo, tries=TRIES, pause=pause)


def _take(
    station: Station,
    *,
    move: Move,
    to: str,
    undo: Callable[[str], None],
    tries: int,
    pause: Callable[[float], None],
) -> None:
    maybe_done = False
    for attempt in range(tries):
        try:
            _ask(station, move=move, to=to, in_a_hurry=tries == 1)
        except MemberGone as gone:
            if maybe_done:
                return  # gone because of us: the answer to the first request was lost
            undo("gone from the line")
            raise NotWaiting("That caller has just left the line.") from gone
        except CarrierError as error:
            # A call is addressed by its SID: asking again can never move anybody else.
            maybe_done = maybe_done or error.status is None or error.status >= 500
            if error.permanent or attempt == tries - 1:
                if not maybe_done:
                    undo(str(error))
                raise
            pause(PAUSE_S)
        else:
            return


def _ask(station: Station, *, move: Move, to: str, in_a_hurry: bool) -> None:
    url = station.settings.public_base_url + to
    if move.queue_name is None:
        station.carrier.redirect_call(move.call_sid, url=url)
        return
    if move.queue_sid is not None:
        try:
            station.carrier.move_member(move.queue_sid, move.call_sid, url=url, in_a_hurry=in_a_hurry)
        except MemberGone:
            if in_a_hurry:
                raise
        else:
            return
    # Nobody recorded the queue, or somebody deleted it at Twilio and a caller made it anew: the name is the same.
    queue = station.carrier.find_queue(move.queue_name)
    if queue is None or queue.sid == move.queue_sid:
        raise MemberGone("The caller is in no queue of ours at Twilio.", permanent=True)
    station.carrier.move_member(queue.sid, move.call_sid, url=url, in_a_hurry=in_a_hurry)
