"""What became of everybody in a show: calls, places held by text, texts; called by the recording and by the replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callin.models import Call, Message, Text, Texter, TextKind


@dataclass(frozen=True, slots=True)
class CallEnding:
    """What became of one call.

    Attributes:
        waited_s: seconds in the line; None while it may wait still: only requests that nobody keeps tell of that.
        place: 1-based in the order of the line, phone and text together; None for whoever was never in it.
        messages: how many it left.
        at: when it ended, or was last heard of.
    """

    call_sid: str
    outcome: str | None
    state: str
    waited_s: int | None
    aired_s: int | None
    place: int | None
    messages: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TexterEnding:
    """What became of one stay in the line by text."""

    phone_number: str
    state: str
    waited_s: int | None
    place: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TextEnding:
    """What became of one text to somebody.

    Attributes:
        message_sid: Twilio's, or None if it never took it.
        tries: how often it was handed to Twilio.
    """

    phone_number: str
    kind: str
    state: str
    message_sid: str | None
    error_code: int | None
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Endings:
    """What became of everybody; each in the order of arrival."""

    calls: tuple[CallEnding, ...]
    texters: tuple[TexterEnding, ...]
    texts: tuple[TextEnding, ...]


def endings_of(
    session: Session, *, show_id: int, since: datetime, until: datetime, among: set[str] | None = None
) -> Endings:
    """Return what became of everybody in a show, and of who rang or was texted around it.

    Args:
        show_id: of the show.
        since, until: from when and till when those count who came while no show was on.
        among: SIDs of the calls that count; None for all. Who was forgotten does not.
    """
    left = select(func.count(Message.id)).where(Message.call_id == Call.id).scalar_subquery()
    around = Call.show_id.is_(None) & Call.arrived_at.between(since, until)
    rows = session.execute(select(Call, left).where(or_(Call.show_id == show_id, around)).order_by(Call.id))
    calls = [(call, messages) for call, messages in rows if among is None or call.call_sid in among]
    texters = session.scalars(
        select(Texter).where(Texter.show_id == show_id, Texter.phone_number != "").order_by(Texter.id)
    ).all()
    # A call that took over a place held by text has its rank: the two are one place.
    ranks = {row.rank for row in (*(call for call, _messages in calls), *texters) if row.rank is not None}
    place_of = {rank: number for number, rank in enumerate(sorted(ranks), start=1)}
    texts = session.scalars(
        select(Text)
        .where(
            or_(Text.show_id == show_id, Text.show_id.is_(None) & Text.created_at.between(since, until)),
            Text.kind != TextKind.INBOUND,
            Text.phone_number != "",
        )
        .order_by(Text.id)
    )
    return Endings(
        calls=tuple(
            CallEnding(
                call_sid=call.call_sid,
                outcome=call.outcome,
                state=call.state,
                waited_s=None if call.outcome is None else call.waited_s,
                aired_s=call.aired_s,
                place=place_of.get(call.rank or 0),
                messages=messages,
                at=call.ended_at or call.on_air_at or call.joined_at or call.arrived_at,
            )
            for call, messages in calls
        ),
        texters=tuple(
            TexterEnding(
                phone_number=texter.phone_number,
                state=texter.state,
                waited_s=texter.waited_s,
                place=place_of.get(texter.rank or 0),
                at=texter.ended_at or texter.joined_at,
            )
            for texter in texters
        ),
        texts=tuple(
            TextEnding(
                phone_number=text.phone_number,
                kind=text.kind,
                state=text.state,
                message_sid=text.message_sid,
                error_code=text.error_code,
                tries=text.attempts,
                at=text.created_at,
            )
            for text in texts
        ),
    )
