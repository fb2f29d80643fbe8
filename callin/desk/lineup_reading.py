"""Reads the lineup and the public counts in a handful of statements; called by the board's doors on each change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk import checking, inbox, message_shelf, screening, sending
from callin.desk.forecast import expected_wait_s
from callin.desk.lineup import (
    MOST_SHOWN,
    Lineup,
    Place,
    PlaceKind,
    PlaceState,
    ShowOnBoard,
    StatusCounts,
)
from callin.models import (
    Call,
    Caller,
    DjCall,
    Show,
    ShowState,
    Texter,
)
from callin.phone_number import masked
from callin.rules import estimate
from callin.rules.call_states import IN_LINE, CallState, Outcome
from callin.rules.lineup import TEXTERS_IN_LINE, Flag, TexterState

_PLACE = ("name", "town", "topic", "note", "flag", "trouble", "rank", "joined_at")


def read_lineup(session: Session, *, now: datetime) -> Lineup:
    """Return everything the board shows.

    Args:
        now: aware; tells a texter whose time is up.
    """
    show = _running(session)
    stop = sending.current_stop(session)
    status = _status(session, show=show)
    on_air, line = ((), ()) if show is None else _places(session, now=now, show_id=show.id)
    return Lineup(
        read_at=now,
        revision=0 if show is None else show.revision,
        show=None if show is None else _show_on_board(show),
        djs=session.scalar(
            select(func.count(DjCall.id)).where(DjCall.admitted_at.is_not(None), DjCall.ended_at.is_(None))
        )
        or 0,
        on_air=on_air,
        line=line[:MOST_SHOWN],
        not_shown=max(0, status.waiting - MOST_SHOWN),
        inbox=inbox.waiting(session, show_id=None if show is None else show.id),
        messages=message_shelf.on_shelf(session),
        status=status,
        check=checking.last_check(session),
        no_texts_since=None if stop is None else stop.began_at,
    )


def read_status(session: Session) -> StatusCounts:
    """Return what strangers may know: counts and a range, nobody's name or number."""
    return _status(session, show=_running(session))


def _running(session: Session) -> Show | None:
    return session.scalars(select(Show).where(Show.state != ShowState.CLOSED).order_by(Show.id).limit(1)).first()


def _status(session: Session, *, show: Show | None) -> StatusCounts:
    if show is None:
        return StatusCounts(
            show_name=None, is_open=False, is_paused=False, waiting=0, is_on_air=False, low_min=None, high_min=None
        )
    calls = dict(
        session.execute(
            select(Call.state, func.count(Call.id))
            .where(Call.show_id == show.id, Call.state.in_((*IN_LINE, CallState.ON_AIR)))
            .group_by(Call.state)
        ).all()
    )
    on_air = calls.pop(CallState.ON_AIR, 0)
    texters = session.scalar(
        select(func.count(Texter.id)).where(Texter.show_id == show.id, Texter.state.in_(TEXTERS_IN_LINE))
    )
    waiting = sum(calls.values()) + (texters or 0)
    is_open = show.state == ShowState.OPEN
    expected_s = expected_wait_s(session.connection(), show_id=show.id, ahead=waiting) if is_open else None
    forecast = None if expected_s is None else estimate.spoken_range(expected_s)
    return StatusCounts(
        show_name=show.name,
        is_open=is_open,
        is_paused=show.paused_at is not None,
        waiting=waiting,
        is_on_air=on_air > 0,
        low_min=forecast.low_min if forecast else None,
        high_min=forecast.high_min if forecast else None,
    )


def _show_on_board(show: Show) -> ShowOnBoard:
    return ShowOnBoard(
        show_id=show.id,
        name=show.name,
        state=ShowState(show.state),
        opened_at=show.opened_at,
        ends_at=show.ends_at,
        is_paused=show.paused_at is not None,
        sent_home=show.sent_home,
        to_send_home=show.to_send_home,
    )


def _places(session: Session, *, now: datetime, show_id: int) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return those on the air, longest first, and those in the line, in order and numbered."""
    select_calls = (
        _select_places(Call, Call.state, Call.put_next_at, Call.on_air_at, Call.phone_number, Call.arrived_at)
        .where(Call.show_id == show_id)
        .order_by(Call.rank, Call.id)
    )
    chosen_states = (CallState.NEXT_UP, CallState.MOVING, CallState.ON_AIR)
    chosen = session.execute(select_calls.where(Call.state.in_(chosen_states))).all()
    waiting_calls = session.execute(select_calls.where(Call.state == CallState.WAITING).limit(MOST_SHOWN)).all()
    texters = session.execute(
        _select_places(Texter, Texter.state, Texter.turn_ends_at, Texter.phone_number)
        .where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
        .order_by(Texter.rank, Texter.id)
        .limit(MOST_SHOWN)
    ).all()
    everybody = (*chosen, *waiting_calls, *texters)
    aired = _times_aired(session, caller_ids={row.caller_id for row in everybody if row.caller_id is not None})
    on_air = [row for row in chosen if row.state == CallState.ON_AIR]
    next_up = [row for row in chosen if row.state != CallState.ON_AIR]
    waiting = [(row.rank or 0, PlaceKind.CALL, row) for row in waiting_calls]
    waiting += [(row.rank or 0, PlaceKind.TEXTER, row) for row in texters]
    waiting.sort(key=lambda entry: (entry[0], entry[2].id))
    line = [(PlaceKind.CALL, row) for row in sorted(next_up, key=lambda row: (row.put_next_at or now, row.id))]
    line += [(kind, row) for _, kind, row in waiting]
    return (
        tuple(
            _place(row, kind=PlaceKind.CALL, number=None, now=now, aired=aired)
            for row in sorted(on_air, key=lambda row: (row.on_air_at or now, row.id))
        ),
        tuple(
            _place(row, kind=kind, number=number, now=now, aired=aired)
            for number, (kind, row) in enumerate(line, start=1)
        ),
    )


def _select_places(model: type[Call] | type[Texter], *more: Any) -> Any:
    card = [getattr(model, name) for name in _PLACE]
    people = (
        Caller.id.label("caller_id"),
        Caller.banned_at,
        Caller.banned_until,
        Caller.opted_out_at,
        Caller.no_texts_why,
    )
    return select(model.id, *card, *more, *people).outerjoin(Caller, Caller.id == model.caller_id)


def _place(row: Any, *, kind: PlaceKind, number: int | None, now: datetime, aired: dict[int, int]) -> Place:
    turn_ends_at = row.turn_ends_at if kind == PlaceKind.TEXTER else None
    on_air_since = row.on_air_at if kind == PlaceKind.CALL and row.state == CallState.ON_AIR else None
    return Place(
        kind=kind,
        place_id=row.id,
        state=_state_of(row.state, turn_ends_at=turn_ends_at, now=now),
        number=number,
        phone=masked(row.phone_number),
        name=row.name,
        town=row.town,
        topic=row.topic,
        note=row.note,
        flag=None if row.flag is None else Flag(row.flag),
        since=row.joined_at or (row.arrived_at if kind == PlaceKind.CALL else now),
        on_air_since=on_air_since,
        turn_ends_at=turn_ends_at,
        times_aired=aired.get(row.caller_id, 0),
        is_banned=row.banned_at is not None and (row.banned_until is None or now < row.banned_until),
        why_no_texts=screening.why_no_texts(
            caller_id=row.caller_id, opted_out_at=row.opted_out_at, no_texts_why=row.no_texts_why
        ),
        trouble=row.trouble,
        caller_id=row.caller_id,
    )


def _state_of(state: str, *, turn_ends_at: datetime | None, now: datetime) -> PlaceState:
    if state == TexterState.NOTIFIED and turn_ends_at is not None and now >= turn_ends_at:
        return PlaceState.NO_ANSWER
    return PlaceState(state)


def _times_aired(session: Session, *, caller_ids: set[int]) -> dict[int, int]:
    if not caller_ids:
        return {}
    rows = session.execute(
        select(Call.caller_id, func.count(Call.id))
        .where(Call.caller_id.in_(caller_ids), Call.outcome == Outcome.AIRED)
        .group_by(Call.caller_id)
    )
    return {caller_id: times for caller_id, times in rows if caller_id is not None}
