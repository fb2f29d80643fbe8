"""The DJ line's front door: who is let in, by number, by browser or by PIN; called by the DJ's doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk import messages, show_log
from callin.desk.shows import current_show
from callin.models import DjCall, PinTry, ShowState

TRIES_PER_CALL = 3


WRONG_PINS = 10  # over all calls …


WITHIN = timedelta(minutes=15)  # … in this time: then nobody gets in by PIN for a while


class DoorKind(StrEnum):
    """How a DJ's call is received."""

    ADMITTED = "admitted"
    ASK_PIN = "ask_pin"
    WRONG_PIN = "wrong_pin"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DjDoor:
    """What the DJ's answering document needs.

    Attributes:
        tries: wrong PINs so far in this call; goes into the address of the next one.
    """

    kind: DoorKind
    new_messages: int = 0
    show_name: str | None = None
    tries: int = 0


def admit(
    session: Session,
    *,
    now: datetime,
    call_sid: str,
    phone_number: str | None,
    is_known: bool,
    has_pin: bool,
    actor: str = "dj",
) -> DjDoor:
    """The call is on record as a DJ's, let in if it is known whose it is, else asked for the PIN or refused.

    Args:
        now: aware.
        call_sid: of the DJ's call.
        phone_number: E.164, or None if withheld or from a browser.
        is_known: whether the number is one of the DJs', or the browser that of somebody who may talk.
        has_pin: whether the station has a PIN.
        actor: who it is, for the show's log.
    """
    dj = dj_call(session, call_sid=call_sid)
    if dj is None:
        dj = DjCall(call_sid=call_sid, phone_number=phone_number, arrived_at=now, pin_tries=0, told_empty=False)
        session.add(dj)
        session.flush()
    if is_known:
        _let_in(session, now=now, dj=dj, actor=actor)
    if dj.admitted_at is not None:
        return _welcome(session)
    if not has_pin or _is_locked(session, now=now):
        return DjDoor(kind=DoorKind.REFUSED)
    return DjDoor(kind=DoorKind.ASK_PIN, tries=dj.pin_tries)


def try_pin(
    session: Session, *, now: datetime, call_sid: str, is_right: bool, tries_before: int | None = None
) -> DjDoor:
    """A right PIN lets the call in; a wrong one is counted, for this call and for all.

    Args:
        now: aware.
        call_sid: of the DJ's call.
        is_right: compared by the door, in constant time.
        tries_before: how many wrong PINs had been counted when this one was asked for; None where the address does not
            say. The same try told twice is counted once.
    """
    dj = dj_call(session, call_sid=call_sid)
    if dj is None:
        return DjDoor(kind=DoorKind.REFUSED)
    if dj.admitted_at is not None:
        return _welcome(session)
    if dj.pin_tries >= TRIES_PER_CALL or _is_locked(session, now=now):
        return DjDoor(kind=DoorKind.REFUSED)
    if is_right:
        _let_in(session, now=now, dj=dj)
        return _welcome(session)
    if tries_before is not None and tries_before < dj.pin_tries:
        return DjDoor(kind=DoorKind.WRONG_PIN, tries=dj.pin_tries)
    dj.pin_tries += 1
    session.add(PinTry(at=now, call_sid=call_sid, phone_number=dj.phone_number))
    session.flush()
    if dj.pin_tries >= TRIES_PER_CALL:
        show_log.note(session, at=now, what="refused after wrong PINs", call_sid=call_sid, actor="dj")
        return DjDoor(kind=DoorKind.REFUSED)
    return DjDoor(kind=DoorKind.WRONG_PIN, tries=dj.pin_tries)


def dj_call(session: Session, *, call_sid: str) -> DjCall | None:
    """Return the row of a DJ's call, or None if it is not a DJ's."""
    return session.scalars(select(DjCall).where(DjCall.call_sid == call_sid)).one_or_none()


def _let_in(session: Session, *, now: datetime, dj: DjCall, actor: str = "dj") -> None:
    if dj.admitted_at is None:
        dj.admitted_at = now
        show = current_show(session)
        show_log.note(
            session,
            at=now,
            what="DJ on the line",
            show_id=show.show_id if show else None,
            call_sid=dj.call_sid,
            actor=actor,
        )


def _welcome(session: Session) -> DjDoor:
    show = current_show(session)
    return DjDoor(
        kind=DoorKind.ADMITTED,
        new_messages=messages.count_new(session),
        show_name=show.name if show and show.state == ShowState.OPEN else None,
    )


def _is_locked(session: Session, *, now: datetime) -> bool:
    wrong = session.scalar(select(func.count(PinTry.id)).where(PinTry.at.between(now - WITHIN, now + WITHIN))) or 0
    return wrong >= WRONG_PINS
