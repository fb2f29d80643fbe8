"""What the producer's hand does to a place in the line: cards, flags, order, numbers; called by the board's doors.

A place is held by a call or by a texter; both rows share the columns of `PlaceInLine`. Every verb looks only at the
show in hand, so that an address of another evening changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callin.desk import screening, show_log, tape, texting
from callin.desk.lineup import PlaceKind
from callin.desk.shows import current_show
from callin.errors import CannotBan, EditedMeanwhile, NoOpenShow, NotThere, NotWaiting
from callin.models import Call, Caller, Deed, Show, Texter
from callin.rules.call_states import CallState
from callin.rules.lineup import TEXTERS_IN_LINE, Flag, moved

LONGEST_WORDS = 500


class CardField(StrEnum):
    """What can be written on a card."""

    NAME = "name"
    TOWN = "town"
    TOPIC = "topic"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of a card as somebody rewrote it.

    Attributes:
        was: what stood there when they began, or None.
        words: what shall stand there, or None to clear it.
    """

    was: str | None
    words: str | None


def write_card(
    session: Session, *, now: datetime, kind: PlaceKind, place_id: int, edits: Mapping[CardField, Edit], actor: str
) -> None:
    """The card says what was written; the same edit again changes nothing.

    Args:
        now: aware.
        kind, place_id: whose card.
        edits: the fields that were touched, and no others.
        actor: who wrote.

    Raises:
        NotThere: no such place in this show.
        EditedMeanwhile: a field no longer says what it said when this person began; nothing at all is written.
    """
    row = row_of(session, kind=kind, place_id=place_id)
    changed = {field: edit.words for field, edit in edits.items() if getattr(row, field) != edit.words}
    theirs = {field.value: getattr(row, field) for field in changed if getattr(row, field) != edits[field].was}
    if theirs:
        listed = " and ".join(theirs)
        raise EditedMeanwhile(f"Somebody else has just changed the {listed}. Yours was not saved.", theirs=theirs)
    if not changed:
        return
    for field, words in changed.items():
        setattr(row, field, words)
    if CardField.NAME in changed and row.caller_id is not None:
        session.get_one(Caller, row.caller_id).name = row.name
    _note(session, now=now, row=row, what=f"wrote the {' and '.join(changed)}", actor=actor)


def set_flag(session: Session, *, now: datetime, kind: PlaceKind, place_id: int, flag: Flag | None, actor: str) -> None:
    """The place has this flag, or none."""
    row = row_of(session, kind=kind, place_id=place_id)
    if row.flag != flag:
        row.flag = flag
        _note(session, now=now, row=row, what="flagged" if flag else "took the flag off", actor=actor, detail=flag)


def move_by(session: Session, *, now: datetime, kind: PlaceKind, place_id: int, steps: int, actor: str) -> None:
    """The place stands so many steps further back (or further ahead, if negative), as far as the line goes.

    Raises:
        NotThere: no such place in this show.
        NotWaiting: in words why it cannot be moved.
    """
    row, line, index = _in_order(session, now=now, kind=kind, place_id=place_id)
    _move(session, now=now, row=row, line=line, from_index=index, to_index=index + steps, actor=actor)


def move_before(
    session: Session,
    *,
    now: datetime,
    kind: PlaceKind,
    place_id: int,
    other: tuple[PlaceKind, int] | None,
    actor: str,
) -> None:
    """The place stands right before another one, or at the end of the line; doing it again changes nothing.

    Args:
        now: aware.
        kind, place_id: what moves.
        other: kind and id of the place to stand before; None for the end.
        actor: whose hand it was.

    Raises:
        NotThere: no such place in this show.
        NotWaiting: in words why it cannot be moved.
    """
    row, line, index = _in_order(session, now=now, kind=kind, place_id=place_id)
    to_index = len(line) - 1
    if other is not None:
        _, _, other_index = _in_order(session, now=now, kind=other[0], place_id=other[1])
        to_index = other_index - 1 if index < other_index else other_index
    if other != (kind, place_id):
        _move(session, now=now, row=row, line=line, from_index=index, to_index=to_index, actor=actor)


def reveal(session: Session, *, now: datetime, kind: PlaceKind, place_id: int, actor: str) -> str | None:
    """Return the phone number in full, or None if it is withheld; that somebody asked is on record."""
    row = row_of(session, kind=kind, place_id=place_id)
    _note(session, now=now, row=row, what="looked at the number", actor=actor)
    return row.phone_number


def ban(
    session: Session,
    *,
    now: datetime,
    kind: PlaceKind,
    place_id: int,
    reason: str,
    until: datetime | None,
    actor: str,
) -> None:
    """This person may not get into the line until then (None: for good); whoever asks drops them from it as well.

    Raises:
        NotThere: no such place in this show.
        CannotBan: the number is withheld.
    """
    row = row_of(session, kind=kind, place_id=place_id)
    if row.phone_number is None:
        raise CannotBan("A withheld number cannot be banned: strangers share it. You can drop this call.")
    screening.ban(session, now=now, phone_number=row.phone_number, reason=reason, until=until, actor=actor)
    _note(session, now=now, row=row, what="banned", actor=actor, detail=reason)


def write_to(session: Session, *, now: datetime, kind: PlaceKind, place_id: int, words: str, actor: str) -> None:
    """Whoever holds the place is owed these words; the same words again within a minute are owed once.

    Raises:
        NotThere: no such place in this show.
        CannotText: in words why they cannot be texted.
    """
    row = row_of(session, kind=kind, place_id=place_id)
    texting.owe_words(session, now=now, caller_id=row.caller_id, words=words, actor=actor, show_id=row.show_id)


def call_sid_of(session: Session, *, kind: PlaceKind, place_id: int) -> str:
    """Return by which call the place is held, for the usher.

    Raises:
        NotThere: no such place in this show.
        NotWaiting: it is held by text.
    """
    row = row_of(session, kind=kind, place_id=place_id)
    if isinstance(row, Texter):
        raise NotWaiting("That place is held by text: there is no call to move. Tell them that it is their turn.")
    return row.call_sid


def row_of(session: Session, *, kind: PlaceKind, place_id: int) -> Call | Texter:
    """Return the row behind a place of the show in hand.

    Raises:
        NoOpenShow: none is running.
        NotThere: that show has no such place.
    """
    show = current_show(session)
    if show is None:
        raise NoOpenShow("No show is open.")
    row: Call | Texter | None = session.get(Call, place_id) if kind == PlaceKind.CALL else session.get(Texter, place_id)
    if row is None or row.show_id != show.show_id:
        raise NotThere("That caller is not in this show.")
    return row


def texter_id_of(session: Session, *, kind: PlaceKind, place_id: int) -> int:
    """Return the id of a place of this show, if it is held by text.

    Raises:
        NoOpenShow, NotThere: as `row_of`.
        NotWaiting: it is held by phone.
    """
    row = row_of(session, kind=kind, place_id=place_id)
    if isinstance(row, Call):
        raise NotWaiting("That caller waits by phone; this is for people who wait by text.")
    return row.id


def why_not_in_line(row: Call | Texter, *, now: datetime) -> str:
    """Return in words where somebody is who does not wait in the line."""
    if isinstance(row, Texter):
        words = {"arrived": "has called in", "left": "has left the line", "removed": "was taken out of the line"}
        what = words.get(row.state, "was sent home when the show closed")
        return f"That texter {what}{_ago(row.ended_at, now=now)}."
    match CallState(row.state):
        case CallState.ANSWERED:
            return "That caller is still hearing the greeting. Try again in a moment."
        case CallState.MOVING:
            return "That caller is on the way to next up already."
        case CallState.NEXT_UP:
            return "That caller is next up already."
        case CallState.ON_AIR:
            return "That caller is on the air already."
        case CallState.LEAVING_MESSAGE:
            return "That caller has left the line and is leaving a message."
        case _:
            return f"That caller hung up{_ago(row.ended_at, now=now)}."


def _ago(moment: datetime | None, *, now: datetime) -> str:
    if moment is None:
        return ""
    seconds = max(0, round((now - moment).total_seconds()))
    return f" {seconds} s ago" if seconds < 120 else f" {seconds // 60} min ago"


def _in_order(
    session: Session, *, now: datetime, kind: PlaceKind, place_id: int
) -> tuple[Call | Texter, list[Call | Texter], int]:
    """The row, everybody who waits in one order (next up stand outside it), and where in it the row stands."""
    row = row_of(session, kind=kind, place_id=place_id)
    waits = row.state == CallState.WAITING or (isinstance(row, Texter) and row.state in TEXTERS_IN_LINE)
    if not waits:
        raise NotWaiting(why_not_in_line(row, now=now))
    calls = session.scalars(select(Call).where(Call.show_id == row.show_id, Call.state == CallState.WAITING))
    texters = session.scalars(select(Texter).where(Texter.show_id == row.show_id, Texter.state.in_(TEXTERS_IN_LINE)))
    line: list[Call | Texter] = sorted((*calls, *texters), key=lambda each: (each.rank or 0, each.id))
    return row, line, line.index(row)


def _move(
    session: Session,
    *,
    now: datetime,
    row: Call | Texter,
    line: list[Call | Texter],
    from_index: int,
    to_index: int,
    actor: str,
) -> None:
    to_index = max(0, min(to_index, len(line) - 1))
    if to_index == from_index:
        return
    ranks = moved([each.rank or 0 for each in line], from_index=from_index, to_index=to_index)
    for each, rank in zip(line, ranks, strict=True):
        if each.rank != rank:
            each.rank = rank
    session.get_one(Show, row.show_id).is_reordered = True  # callers hear the new order too
    where = f"from {from_index + 1} to {to_index + 1} among those waiting"
    _note(session, now=now, row=row, what="moved in the line", actor=actor, detail=where)
    said = {"from": from_index, "steps": to_index - from_index}
    sid = row.call_sid if isinstance(row, Call) else None
    tape.keep_deed(session, at=now, deed=Deed.MOVE, sid=sid, phone_number=row.phone_number, said=said)


def _note(
    session: Session, *, now: datetime, row: Call | Texter, what: str, actor: str, detail: str | None = None
) -> None:
    call_sid = row.call_sid if isinstance(row, Call) else None
    show_log.note(session, at=now, what=what, show_id=row.show_id, call_sid=call_sid, actor=actor, detail=detail)
