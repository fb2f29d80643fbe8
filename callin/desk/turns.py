"""A texter's turn: notified by the producer or by place, arrived, removed; called by the board and by phone doors.

A DJ never waits for somebody who was notified: phone callers go on, and the texter keeps the place. That a turn has
passed without a call is seen by the clock alone (`turn_ends_at`); no job has to run for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from callin.desk import show_log, tape, texters, texting
from callin.desk.places import why_not_in_line
from callin.errors import NotWaiting
from callin.models import Call, Caller, Deed, DjCall, Show, ShowState, Texter, TextKind
from callin.rules.call_states import CallState
from callin.rules.lineup import TEXTERS_IN_LINE, TexterPlace, TexterState, next_to_notify

BY_PLACE = "line"  # the actor of a turn that nobody's hand gave


def notify(session: Session, *, now: datetime, texter_id: int, actor: str, turn_s: int) -> None:
    """The texter is told that it is their turn; told again only once that turn is over.

    Args:
        now: aware.
        texter_id: of the place.
        actor: whose hand it was.
        turn_s: how long they have to call in.

    Raises:
        NotWaiting: in words why they cannot be notified.
    """
    texter = _waiting(session, now=now, texter_id=texter_id)
    why_not = texting.why_no_texts(session.get_one(Caller, texter.caller_id))
    if why_not is not None:
        raise NotWaiting(f"They cannot be texted: {why_not}.")
    if texters.is_their_turn(texter, now=now):
        return
    _begin_turn(session, now=now, texter=texter, actor=actor, turn_s=turn_s)
    tell(session, now=now, texter=texter, turn_s=turn_s)
    tape.keep_deed(session, at=now, deed=Deed.NOTIFY, phone_number=texter.phone_number)


def arrived(session: Session, *, now: datetime, texter_id: int, actor: str) -> None:
    """The texter has come another way (they are in the studio, or were rung back), gives up the place, and is thanked.

    Args:
        now: aware.
        texter_id: of the place.
        actor: whose hand it was.

    Raises:
        NotWaiting: they are not in the line (any more).
    """
    texter = _waiting(session, now=now, texter_id=texter_id, unless=TexterState.ARRIVED)
    if texter.state == TexterState.ARRIVED:
        return
    texters.end(session, now=now, texter=texter, state=TexterState.ARRIVED, what="marked as arrived", actor=actor)
    texters.thank(session, now=now, texter=texter)
    tape.keep_deed(session, at=now, deed=Deed.ARRIVED, phone_number=texter.phone_number)


def remove(session: Session, *, now: datetime, texter_id: int, actor: str) -> None:
    """The texter is out of the line, and is told.

    Args:
        now: aware.
        texter_id: of the place.
        actor: whose hand it was.

    Raises:
        NotWaiting: they are not in the line (any more).
    """
    texter = _waiting(session, now=now, texter_id=texter_id, unless=TexterState.REMOVED)
    if texter.state == TexterState.REMOVED:
        return
    show = session.get_one(Show, texter.show_id)
    texters.end(session, now=now, texter=texter, state=TexterState.REMOVED, what="removed from the line", actor=actor)
    texting.owe(session, now=now, to=texters.addressee(texter), kind=TextKind.REMOVED, facts={"show_name": show.name})
    tape.keep_deed(session, at=now, deed=Deed.REMOVE, phone_number=texter.phone_number)


def notify_whoever_is_first(session: Session, *, now: datetime, turn_s: int) -> None:
    """If a DJ is on the line and the first of all who wait is a texter, they have been told that it is their turn.

    To be called wherever the line moves. It costs one small question while nobody waits by text.

    Args:
        now: aware.
        turn_s: how long they have to call in.
    """
    texter = begin_turn_by_place(session, now=now, turn_s=turn_s)
    if texter is not None:
        tell(session, now=now, texter=texter, turn_s=turn_s)


def begin_turn_by_place(session: Session, *, now: datetime, turn_s: int) -> Texter | None:
    """The turn of whoever is first has begun, if it has come; whoever calls this tells them. Return their place.

    Args:
        now: aware.
        turn_s: how long they have to call in.
    """
    show_id = session.scalar(
        select(Show.id).where(
            Show.state == ShowState.OPEN, exists().where(Texter.show_id == Show.id, Texter.state == TexterState.WAITING)
        )
    )
    if show_id is None or not _has_dj(session):
        return None
    is_somebody_next_up = session.scalar(
        select(exists().where(Call.show_id == show_id, Call.state.in_((CallState.NEXT_UP, CallState.MOVING))))
    )
    if is_somebody_next_up:
        return None
    first_by_phone = session.scalar(
        select(func.min(Call.rank)).where(Call.show_id == show_id, Call.state == CallState.WAITING)
    )
    held = session.execute(
        select(Texter.id, Texter.rank, Texter.turn_ends_at, Texter.state)
        .where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
        .order_by(Texter.rank, Texter.id)
    )
    texter_id = next_to_notify(
        [
            TexterPlace(
                texter_id=row.id,
                rank=row.rank or 0,
                was_notified=row.state == TexterState.NOTIFIED,
                turn_ends_at=row.turn_ends_at,
            )
            for row in held
        ],
        first_by_phone=first_by_phone,
        now=now,
    )
    if texter_id is None:
        return None
    texter = session.get_one(Texter, texter_id)
    _begin_turn(session, now=now, texter=texter, actor=BY_PLACE, turn_s=turn_s)
    return texter


def tell(session: Session, *, now: datetime, texter: Texter, turn_s: int) -> None:
    """It is owed to somebody whose turn has just begun that they are told so."""
    show = session.get_one(Show, texter.show_id)
    texting.owe(
        session,
        now=now,
        to=texters.addressee(texter),
        kind=TextKind.YOUR_TURN,
        facts={"show_name": show.name, "turn_s": turn_s, "turn_min": turn_s // 60},
    )


def _waiting(session: Session, *, now: datetime, texter_id: int, unless: TexterState | None = None) -> Texter:
    """The row of a place that is still held, or one that ended as asked for already."""
    texter = session.get(Texter, texter_id)
    if texter is None:
        raise NotWaiting("There is no such place in the line.")
    if texter.state not in TEXTERS_IN_LINE and texter.state != unless:
        raise NotWaiting(why_not_in_line(texter, now=now))
    return texter


def _begin_turn(session: Session, *, now: datetime, texter: Texter, actor: str, turn_s: int) -> None:
    if texter.notified_at is None:
        # Frozen, and kept with the place; the show's pace is that of phone callers (desk/forecast.py).
        texter.waited_s, texter.notified_at = texters.waited_s(texter, now=now), now
    texter.state, texter.turn_ends_at = TexterState.NOTIFIED, now + timedelta(seconds=turn_s)
    texter.trouble = texting.why_no_texts(session.get_one(Caller, texter.caller_id))
    show_log.note(
        session, at=now, what="notified of the turn", show_id=texter.show_id, actor=actor, detail=f"texter {texter.id}"
    )


def _has_dj(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(DjCall.admitted_at.is_not(None), DjCall.ended_at.is_(None)))))
