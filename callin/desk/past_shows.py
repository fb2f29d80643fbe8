"""Past shows as the board tells them: who called, what was texted, what happened when; also for the export.

Called by the board's doors. Numbers are masked, on the page and in the export alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk.shows import ShowCard, card_of
from callin.errors import NotThere
from callin.models import Call, LogLine, Message, MessageState, Show, Text, Texter, TextKind
from callin.phone_number import masked


@dataclass(frozen=True, slots=True)
class ShowCall:
    """One listener's call, or one texter's stay in the line.

    Attributes:
        kind: `call` or `texter`.
        ended: the outcome of a call, the last state of a texter, or None while it lasts.
        waited_s: seconds in the line; of a texter, until they were told that it was their turn.
    """

    kind: str
    at: datetime
    phone: str
    name: str | None
    town: str | None
    topic: str | None
    note: str | None
    ended: str | None
    waited_s: int | None
    aired_s: int | None
    messages: int


@dataclass(frozen=True, slots=True)
class ShowText:
    """One text from or to the station."""

    at: datetime
    is_from_them: bool
    phone: str
    kind: str
    body: str
    state: str
    why: str | None
    written_by: str | None


@dataclass(frozen=True, slots=True)
class ShowEvent:
    """One line of the show log."""

    at: datetime
    actor: str
    what: str
    detail: str | None
    who: str | None


@dataclass(frozen=True, slots=True)
class PastShow:
    """A whole show; everything in the order in which it happened."""

    card: ShowCard
    calls: tuple[ShowCall, ...]
    texts: tuple[ShowText, ...]
    log: tuple[ShowEvent, ...]


def read_show(session: Session, *, show_id: int) -> PastShow:
    """Return all that is on record of one show.

    Raises:
        NotThere: there is no such show.
    """
    show = session.get(Show, show_id)
    if show is None:
        raise NotThere("There is no such show.")
    return PastShow(
        card=card_of(show),
        calls=_calls(session, show_id=show_id),
        texts=_texts(session, show_id=show_id),
        log=_log(session, show_id=show_id),
    )


def _calls(session: Session, *, show_id: int) -> tuple[ShowCall, ...]:
    messages = (
        select(func.count(Message.id))
        .where(Message.call_id == Call.id, Message.state != MessageState.DELETED)
        .scalar_subquery()
    )
    calls = [
        ShowCall(
            kind="call",
            at=call.arrived_at,
            phone=masked(call.phone_number),
            name=call.name,
            town=call.town,
            topic=call.topic,
            note=call.note,
            ended=call.outcome,
            waited_s=call.waited_s,
            aired_s=call.aired_s,
            messages=left,
        )
        for call, left in session.execute(select(Call, messages).where(Call.show_id == show_id))
    ]
    calls += [
        ShowCall(
            kind="texter",
            at=texter.joined_at,
            phone=masked(texter.phone_number),
            name=texter.name,
            town=texter.town,
            topic=texter.topic,
            note=texter.note,
            ended=texter.state if texter.ended_at else None,
            waited_s=texter.waited_s,
            aired_s=None,
            messages=0,
        )
        for texter in session.scalars(select(Texter).where(Texter.show_id == show_id))
    ]
    return tuple(sorted(calls, key=lambda call: call.at))


def _texts(session: Session, *, show_id: int) -> tuple[ShowText, ...]:
    rows = session.scalars(select(Text).where(Text.show_id == show_id).order_by(Text.id))
    return tuple(
        ShowText(
            at=text.created_at,
            is_from_them=text.kind == TextKind.INBOUND,
            phone=masked(text.phone_number),
            kind=text.kind,
            body=text.body,
            state=text.state,
            why=text.why,
            written_by=text.written_by,
        )
        for text in rows
    )


def _log(session: Session, *, show_id: int) -> tuple[ShowEvent, ...]:
    rows = session.execute(
        select(LogLine, Call.name, Call.phone_number)
        .outerjoin(Call, Call.call_sid == LogLine.call_sid)
        .where(LogLine.show_id == show_id)
        .order_by(LogLine.id)
    )
    return tuple(
        ShowEvent(
            at=line.at,
            actor=line.actor,
            what=line.what,
            detail=line.detail,
            who=None if line.call_sid is None else name or masked(phone_number),
        )
        for line, name, phone_number in rows
    )
