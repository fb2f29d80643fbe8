"""Opening and closing the show; called by the terminal, the drain and the doors that need to know what is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session

from callin.desk import show_log, tape, texters
from callin.errors import NoOpenShow, ShowAlreadyOpen
from callin.models import Call, Deed, Message, Show, ShowState, Text
from callin.rules.call_states import CallState, Outcome


@dataclass(frozen=True, slots=True)
class ShowCard:
    """A show as doors see it."""

    show_id: int
    name: str
    state: ShowState
    queue_name: str
    next_queue_name: str
    queue_sid: str | None
    next_queue_sid: str | None
    max_queue_size: int
    opened_at: datetime
    ends_at: datetime | None
    closed_at: datetime | None
    is_paused: bool
    keeps_queues: bool


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One listener's call in the words of a report.

    Attributes:
        phone_number: E.164, or None for a withheld caller; mask it before showing it.
        waited_s: seconds in the line, by Twilio's count.
        aired_s: seconds on the air, or None.
        texts: how many texts were owed for it, whatever became of them.
        messages: how many messages it left.
    """

    call_sid: str
    phone_number: str | None
    state: CallState
    outcome: Outcome | None
    waited_s: int
    aired_s: int | None
    texts: int
    messages: int


@dataclass(frozen=True, slots=True)
class ShowSummary:
    """A show and how many calls it had."""

    card: ShowCard
    calls: int
    aired: int


def next_queue_name(queue_name: str) -> str:
    """Return the name of the queue for those put next up: `<Dial><Queue>` takes fronts alone, so it is their own."""
    return f"{queue_name}-next"


def current_show(session: Session) -> ShowCard | None:
    """Return the show that is open or closing, or None."""
    show = _running(session)
    return None if show is None else card_of(show)


def last_show(session: Session) -> ShowCard | None:
    """Return the show that opened last, whatever its state, or None before the first."""
    show = session.scalars(select(Show).order_by(Show.id.desc()).limit(1)).first()
    return None if show is None else card_of(show)


def open_show(
    session: Session,
    *,
    now: datetime,
    name: str,
    queue_name: str,
    max_queue_size: int,
    ends_at: datetime | None = None,
    actor: str = "producer",
) -> ShowCard:
    """A show is open; callers are let into the line from this transaction on.

    Args:
        now: aware.
        name: as spoken.
        queue_name: of Twilio's queue for this show.
        max_queue_size: 1 to 5000.
        ends_at: as planned, or None.
        actor: who opened it.

    Raises:
        ShowAlreadyOpen: one is open or closing.
    """
    running = _running(session)
    if running is not None:
        raise ShowAlreadyOpen(
            f"«{running.name}» is {running.state} since {running.opened_at:%H:%M} UTC. First: callin show close"
        )
    past = session.execute(
        select(*(cast(func.coalesce(func.sum(column), 0), Integer) for column in _pace_columns()))
    ).one()
    show = Show(
        name=name,
        state=ShowState.OPEN,
        queue_name=queue_name,
        max_queue_size=max_queue_size,
        opened_at=now,
        ends_at=ends_at,
        past_talks=past[0],
        past_talk_s=past[1],
        past_abandonments=past[2],
        past_waited_s=past[3],
    )
    session.add(show)
    session.flush()
    show_log.note(session, at=now, what="opened", show_id=show.id, actor=actor)
    said = {"show": show.id, "places": max_queue_size, "ends_at": ends_at.isoformat() if ends_at else None}
    tape.keep_deed(session, at=now, deed=Deed.OPEN, said=said)
    return card_of(show)


def record_queues(session: Session, *, show_id: int, queue_sid: str, next_queue_sid: str) -> None:
    """The SIDs of the show's two queues are known (REST addresses a queue by SID, TwiML by name)."""
    show = session.get_one(Show, show_id)
    show.queue_sid, show.next_queue_sid = queue_sid, next_queue_sid


def pause(session: Session, *, now: datetime, is_paused: bool, actor: str) -> ShowCard:
    """Nobody new gets into the line, or they do again; whoever is in it stays. Doing it again changes nothing.

    Raises:
        NoOpenShow: there is nothing to pause.
    """
    show = _running(session)
    if show is None or show.state != ShowState.OPEN:
        raise NoOpenShow("No show is open: there is no line to pause.")
    if is_paused != (show.paused_at is not None):
        show.paused_at = now if is_paused else None
        what = "paused the line" if is_paused else "takes new callers again"
        show_log.note(session, at=now, what=what, show_id=show.id, actor=actor)
        tape.keep_deed(session, at=now, deed=Deed.PAUSE if is_paused else Deed.RESUME)
    return card_of(show)


def begin_closing(session: Session, *, now: datetime, actor: str = "closing", keep_queues: bool = False) -> ShowCard:
    """No new caller gets into the line, and those who wait by text are told; doing it again changes nothing.

    Args:
        now: aware.
        actor: who closes, for the log.
        keep_queues: whether the empty queues are to stay at Twilio; once wished, it holds for whoever goes on.

    Raises:
        NoOpenShow: there is nothing to close.
    """
    show = _running(session)
    if show is None:
        raise NoOpenShow("No show is open. There is nothing to close.")
    if show.state == ShowState.OPEN:
        show.state, show.closing_at = ShowState.CLOSING, now
        show_log.note(session, at=now, what="closing", show_id=show.id, actor=actor)
        tape.keep_deed(session, at=now, deed=Deed.BEGIN_CLOSING)
        texters.send_home(session, now=now, show_id=show.id)
    show.keeps_queues = show.keeps_queues or keep_queues
    return card_of(show)


def finish_closing(session: Session, *, now: datetime, show_id: int, actor: str = "closing") -> ShowCard:
    """The show is closed; doing it again changes nothing."""
    show = session.get_one(Show, show_id)
    if show.state != ShowState.CLOSED:
        show.state, show.closed_at = ShowState.CLOSED, now
        show_log.note(session, at=now, what="closed", show_id=show_id, actor=actor)
        tape.keep_deed(session, at=now, deed=Deed.FINISH_CLOSING, said={"show": show_id})
    return card_of(show)


def all_shows(session: Session, *, limit: int = 50) -> list[ShowSummary]:
    """Return the latest shows, newest first, with how many calls each had.

    Args:
        limit: how many at the most.
    """
    aired = func.count(Call.id).filter(Call.outcome == Outcome.AIRED)
    rows = session.execute(
        select(Show, func.count(Call.id), aired)
        .outerjoin(Call, Call.show_id == Show.id)
        .group_by(Show.id)
        .order_by(Show.id.desc())
        .limit(limit)
    )
    return [ShowSummary(card=card_of(show), calls=calls, aired=on_air) for show, calls, on_air in rows]


def calls_of(session: Session, *, show_id: int | None) -> list[CallSummary]:
    """Return every listener's call of a show in the order of arrival.

    Args:
        show_id: of the show, or None for the calls that came while there was none.
    """
    texts = select(func.count(Text.id)).where(Text.call_id == Call.id).scalar_subquery()
    messages = select(func.count(Message.id)).where(Message.call_id == Call.id).scalar_subquery()
    rows = session.execute(
        select(
            Call.call_sid,
            Call.phone_number,
            Call.state,
            Call.outcome,
            Call.waited_s,
            Call.aired_s,
            texts,
            messages,
        )
        .where(Call.show_id == show_id)
        .order_by(Call.id)
    )
    return [
        CallSummary(
            call_sid=row[0],
            phone_number=row[1],
            state=CallState(row[2]),
            outcome=None if row[3] is None else Outcome(row[3]),
            waited_s=row[4],
            aired_s=row[5],
            texts=row[6],
            messages=row[7],
        )
        for row in rows
    ]


def card_of(show: Show) -> ShowCard:
    """Return what doors may know of a row."""
    return ShowCard(
        show_id=show.id,
        name=show.name,
        state=ShowState(show.state),
        queue_name=show.queue_name,
        next_queue_name=next_queue_name(show.queue_name),
        queue_sid=show.queue_sid,
        next_queue_sid=show.next_queue_sid,
        max_queue_size=show.max_queue_size,
        opened_at=show.opened_at,
        ends_at=show.ends_at,
        closed_at=show.closed_at,
        is_paused=show.paused_at is not None,
        keeps_queues=show.keeps_queues,
    )


def _running(session: Session) -> Show | None:
    return session.scalars(select(Show).where(Show.state != ShowState.CLOSED).order_by(Show.id).limit(1)).first()


def _pace_columns() -> tuple[ColumnElement[int], ...]:
    return (Show.talks, Show.talk_s, Show.abandonments, Show.waited_s)  # type: ignore[return-value]  # mapped columns are elements
