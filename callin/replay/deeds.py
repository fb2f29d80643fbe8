"""Doing again what other hands than callers' did in a recorded show; used by the player alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin import usher
from callin.courier import Courier
from callin.desk import checking, message_shelf, places, screening, sending, shows, texters, texting, turns
from callin.desk.checking import Member
from callin.desk.lineup import PlaceKind
from callin.desk.recording import Entry
from callin.errors import CarrierError, DeskError
from callin.models import Call, Deed, Message, MessageState
from callin.recorded import BEGAN_AT
from callin.station import Station

ACTOR = "replay"


@dataclass(frozen=True, slots=True)
class Doing:
    """One deed in hand.

    Attributes:
        station: of the replay.
        courier: of that station.
        entry: the deed as recorded.
        now: its moment.
    """

    station: Station
    courier: Courier
    entry: Entry
    now: datetime

    @property
    def said(self) -> dict[str, Any]:
        """What it takes to do it."""
        return self.entry.said

    @property
    def call_sid(self) -> str:
        """The call that it is done to."""
        return self.entry.sid or ""

    @property
    def number(self) -> str:
        """The person to whom it is done."""
        return self.entry.phone_number or ""

    def moment(self, name: str) -> datetime | None:
        """Return a moment that is told in seconds of the recording, or None."""
        at_s = self.said.get(name)
        return None if at_s is None else BEGAN_AT + timedelta(seconds=float(at_s))

    def caller_id(self, session: Session) -> int | None:
        """Return the person's id here."""
        return screening.caller_for(session, now=self.now, phone_number=self.number)

    def texter_id(self, session: Session) -> int:
        """Return the place that this person holds by text, or 0 for none."""
        show = shows.current_show(session)
        found = show and texters.in_line(session, show_id=show.show_id, caller_id=self.caller_id(session))
        return found.id if found else 0


def do(doing: Doing) -> str | None:
    """What was done is done again; return why not in the station's own words, or None."""
    try:
        _DEEDS[Deed(doing.entry.what)](doing)
    except (DeskError, CarrierError) as error:
        return str(error)
    return None


def _open(doing: Doing) -> None:
    settings, places_ = doing.station.settings, int(doing.said["places"])
    with doing.station.transaction() as session:
        shows.open_show(
            session,
            now=doing.now,
            name=settings.show_name,
            queue_name=settings.queue_name,
            max_queue_size=places_,
            ends_at=doing.moment("ends_at"),
            actor=ACTOR,
        )


def _pause(doing: Doing) -> None:
    with doing.station.transaction() as session:
        shows.pause(session, now=doing.now, is_paused=doing.entry.what == Deed.PAUSE, actor=ACTOR)


def _begin_closing(doing: Doing) -> None:
    with doing.station.transaction() as session:
        shows.begin_closing(session, now=doing.now, actor=ACTOR)


def _finish_closing(doing: Doing) -> None:
    with doing.station.transaction() as session:
        show = shows.last_show(session)
        if show is not None:
            shows.finish_closing(session, now=doing.now, show_id=show.show_id, actor=ACTOR)


def _put_next_up(doing: Doing) -> None:
    usher.put_next_up(doing.station, call_sid=doing.call_sid, actor=ACTOR)


def _drop(doing: Doing) -> None:
    from_the_air = bool(doing.said["from_the_air"])
    usher.drop(doing.station, call_sid=doing.call_sid, from_the_air=from_the_air, actor=ACTOR)


def _move(doing: Doing) -> None:
    with doing.station.moving_line() as session:
        call_id = session.scalar(select(Call.id).where(Call.call_sid == doing.call_sid))
        kind, place_id = (PlaceKind.TEXTER, doing.texter_id(session)) if call_id is None else (PlaceKind.CALL, call_id)
        steps = int(doing.said["steps"])
        places.move_by(session, now=doing.now, kind=kind, place_id=place_id, steps=steps, actor=ACTOR)


def _notify(doing: Doing) -> None:
    turn_s = doing.station.settings.turn_s
    with doing.station.moving_line() as session:
        turns.notify(session, now=doing.now, texter_id=doing.texter_id(session), actor=ACTOR, turn_s=turn_s)


def _arrived(doing: Doing) -> None:
    with doing.station.moving_line() as session:
        turns.arrived(session, now=doing.now, texter_id=doing.texter_id(session), actor=ACTOR)


def _remove(doing: Doing) -> None:
    with doing.station.moving_line() as session:
        turns.remove(session, now=doing.now, texter_id=doing.texter_id(session), actor=ACTOR)


def _write(doing: Doing) -> None:
    with doing.station.transaction() as session:
        show = shows.current_show(session)
        texting.owe_words(
            session,
            now=doing.now,
            caller_id=doing.caller_id(session),
            words=str(doing.said["words"]),
            actor=ACTOR,
            show_id=show.show_id if show else None,
        )


def _ban(doing: Doing) -> None:
    until = doing.moment("until")
    with doing.station.transaction() as session:
        screening.ban(session, now=doing.now, phone_number=doing.number, reason="", until=until, actor=ACTOR)


def _lift_ban(doing: Doing) -> None:
    with doing.station.transaction() as session:
        screening.lift_ban(session, now=doing.now, phone_number=doing.number, actor=ACTOR)


def _mark_message(doing: Doing) -> None:
    state = MessageState(doing.said["state"])
    with doing.station.transaction() as session:
        message_id = session.scalar(select(Message.id).where(Message.recording_sid == doing.call_sid))
        if message_id is not None:  # of an earlier show: not in this recording
            message_shelf.mark(session, now=doing.now, message_id=message_id, state=state, actor=ACTOR)


def _stop_texts(doing: Doing) -> None:
    with doing.station.transaction() as session:
        sending.stop_texts(session, now=doing.now, actor=ACTOR)


def _start_texts(doing: Doing) -> None:
    with doing.station.transaction() as session:
        sending.start_texts(session, now=doing.now, actor=ACTOR)


def _end_ghost(doing: Doing) -> None:
    limit = doing.station.settings.apology_after_s
    with doing.station.transaction() as session:
        duration_s = doing.said["duration_s"]
        checking.end_ghost(
            session, now=doing.now, call_sid=doing.call_sid, duration_s=duration_s, apology_after_s=limit
        )


def _adopt(doing: Doing) -> None:
    with doing.station.transaction() as session:
        checking.adopt(session, now=doing.now, member=_member(doing), phone_number=doing.entry.phone_number)


def _put_right(doing: Doing) -> None:
    with doing.station.transaction() as session:
        checking.strangers(session, now=doing.now, members=[_member(doing)])


def _member(doing: Doing) -> Member:
    said = doing.said
    return Member(doing.call_sid, is_next_queue=bool(said["is_next_queue"]), wait_s=int(said["wait_s"]))


_DEEDS: Mapping[Deed, Callable[[Doing], object]] = {
    Deed.OPEN: _open,
    Deed.PAUSE: _pause,
    Deed.RESUME: _pause,
    Deed.BEGIN_CLOSING: _begin_closing,
    Deed.FINISH_CLOSING: _finish_closing,
    Deed.NEXT_UP: _put_next_up,
    Deed.DROP: _drop,
    Deed.REFUSED: lambda _doing: None,  # the double has said so already
    Deed.MOVE: _move,
    Deed.NOTIFY: _notify,
    Deed.ARRIVED: _arrived,
    Deed.REMOVE: _remove,
    Deed.WRITE: _write,
    Deed.BAN: _ban,
    Deed.LIFT_BAN: _lift_ban,
    Deed.MARK_MESSAGE: _mark_message,
    Deed.STOP_TEXTS: _stop_texts,
    Deed.START_TEXTS: _start_texts,
    Deed.COURIER: lambda doing: doing.courier.round(),
    Deed.END_GHOST: _end_ghost,
    Deed.ADOPT: _adopt,
    Deed.PUT_RIGHT: _put_right,
}
