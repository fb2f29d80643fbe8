"""Places held by text: taken, left, handed over to a call, sent home; called by the text line, by joining and closing.

The producer's verbs for them, and the turn by place, are in desk/turns.py.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk import screening, show_log, texting
from callin.desk.line_end import end_of_line
from callin.desk.texting import Addressee
from callin.models import Call, Show, Texter, TextKind
from callin.rules.lineup import TEXTERS_IN_LINE, TexterState, rank_at

# The longest topic that a board has room for; every text is kept whole besides.
LONGEST_TOPIC = 280
BETWEEN_TOPICS = " · "


def in_line(session: Session, *, show_id: int, caller_id: int | None) -> Texter | None:
    """Return the place that this person holds by text, or None.

    Args:
        show_id: of the show.
        caller_id: of the person; None for somebody withheld, who can hold none.
    """
    if caller_id is None:
        return None
    held = select(Texter).where(
        Texter.show_id == show_id, Texter.caller_id == caller_id, Texter.state.in_(TEXTERS_IN_LINE)
    )
    return session.scalars(held).one_or_none()


def count_in_line(session: Session, *, show_id: int) -> int:
    """Return how many wait by text."""
    held = select(func.count(Texter.id)).where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
    return session.scalar(held) or 0


def join(session: Session, *, now: datetime, show_id: int, caller_id: int, phone_number: str) -> Texter:
    """The person has a place behind everybody who came before.

    Args:
        now: aware.
        show_id: of the open show.
        caller_id: of the person, who holds no place yet.
        phone_number: E.164.
    """
    texter = Texter(
        show_id=show_id,
        caller_id=caller_id,
        phone_number=phone_number,
        state=TexterState.WAITING,
        name=screening.name_of(session, caller_id=caller_id),
        joined_at=now,
        rank=max(rank_at(now), end_of_line(session, show_id=show_id).rank + 1),
    )
    session.add(texter)
    session.flush()
    _note(session, now=now, texter=texter, what="joined the line by text", actor="texter")
    return texter


def keep_topic(session: Session, *, now: datetime, holder: Texter | Call, words: str, replaces: bool) -> None:
    """What they want to talk about is on their card; further words are added to it, repeated ones are not.

    Args:
        now: aware.
        holder: of a place in the line.
        words: as they wrote them.
        replaces: whether they said themselves that this is the topic.
    """
    said = " ".join(words.split())
    known = holder.topic
    if known and not replaces:
        said = known if said in known else f"{known}{BETWEEN_TOPICS}{said}"
    said = said[:LONGEST_TOPIC].strip()
    if said != known:
        holder.topic = said
        show_log.note(session, at=now, what="texted a topic", show_id=holder.show_id, actor="texter")


def end(session: Session, *, now: datetime, texter: Texter, state: TexterState, what: str, actor: str) -> None:
    """The place is given up.

    Args:
        now: aware.
        texter: in the line.
        state: how it ended.
        what: for the show log.
        actor: whose hand it was.
    """
    texter.state, texter.ended_at = state, now
    if texter.waited_s is None:
        texter.waited_s = waited_s(texter, now=now)
    _note(session, now=now, texter=texter, what=what, actor=actor)


def waited_s(texter: Texter, *, now: datetime) -> int:
    """Return the seconds this texter has waited: until they were first told that it is their turn, or until now."""
    if texter.waited_s is not None:
        return texter.waited_s
    return max(0, int((now - texter.joined_at).total_seconds()))


def is_their_turn(texter: Texter, *, now: datetime) -> bool:
    """Return whether they have been told to call in, and still have time to."""
    return texter.turn_ends_at is not None and now <= texter.turn_ends_at


def hand_over(session: Session, *, now: datetime, texter: Texter, call: Call) -> bool:
    """The call stands where the texter stood, with the card as it was; return whether it is the caller's turn.

    Args:
        now: aware.
        texter: in the line.
        call: from the same person, not in the line yet.
    """
    is_in_time = is_their_turn(texter, now=now)
    call.rank, call.joined_at = texter.rank, texter.joined_at
    for said in ("name", "town", "topic", "note", "flag"):
        setattr(call, said, getattr(texter, said) or getattr(call, said))
    texter.call_id = call.id
    end(session, now=now, texter=texter, state=TexterState.ARRIVED, what="called in", actor="texter")
    # A place taken over is no longer in the order in which Twilio's queue was joined.
    show = session.get_one(Show, texter.show_id)
    show.is_reordered = True
    thank(session, now=now, texter=texter)
    return is_in_time


def thank(session: Session, *, now: datetime, texter: Texter) -> None:
    """Somebody who has arrived is thanked."""
    show = session.get_one(Show, texter.show_id)
    texting.owe(session, now=now, to=addressee(texter), kind=TextKind.ARRIVED, facts={"show_name": show.name})


def send_home(session: Session, *, now: datetime, show_id: int) -> int:
    """Whoever still held a place by text is thanked for waiting, once; return how many that were.

    Args:
        now: aware.
        show_id: of the show that closes.
    """
    show = session.get_one(Show, show_id)
    waiting = session.scalars(
        select(Texter)
        .where(Texter.show_id == show_id, Texter.state.in_(TEXTERS_IN_LINE))
        .order_by(Texter.rank, Texter.id)
    ).all()
    for texter in waiting:
        end(session, now=now, texter=texter, state=TexterState.SENT_HOME, what="sent home by text", actor="closing")
        texting.owe(session, now=now, to=addressee(texter), kind=TextKind.SHOW_OVER, facts={"show_name": show.name})
    return len(waiting)


def addressee(texter: Texter) -> Addressee:
    """Return whom a text about this place is for."""
    return Addressee(caller_id=texter.caller_id, show_id=texter.show_id, texter_id=texter.id)


def _note(session: Session, *, now: datetime, texter: Texter, what: str, actor: str) -> None:
    show_log.note(session, at=now, what=what, show_id=texter.show_id, actor=actor, detail=f"texter {texter.id}")
