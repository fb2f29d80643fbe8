"""The text line: each text that comes in is kept, understood, obeyed and answered once; called by the text line's door.

An answer is an owed text like any other, in the same transaction as what it answers: a webhook told twice, or to two
processes at once, is answered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk import pictures, screening, show_log, texting
from callin.desk.pictures import IncomingPicture
from callin.desk.shows import ShowCard, current_show
from callin.desk.text_verbs import Answer, Asking, Terms, obey
from callin.desk.texting import Addressee
from callin.models import Text, TextKind, TextState
from callin.rules.text_commands import Command, CommandKind, command_in
from callin.rules.text_limits import DAY_S, WINDOW_S, Answering, Lately, answering

LIMITED = "too many texts: kept, not answered"


@dataclass(frozen=True, slots=True)
class IncomingText:
    """A text that somebody sent us.

    Attributes:
        message_sid: Twilio's.
        phone_number: E.164, or None if it is no number.
        body: as it came.
        pictures: what came with it.
        carriers_word: what Twilio's own «Advanced Opt-Out» took it for; None where that is not in use or saw nothing.
    """

    message_sid: str
    phone_number: str | None
    body: str
    pictures: Sequence[IncomingPicture] = ()
    carriers_word: CommandKind | None = None


def receive(session: Session, *, now: datetime, incoming: IncomingText, terms: Terms) -> bool:
    """The text is kept, what it asks for is done, and an answer is owed; False if it was here already.

    Args:
        now: aware.
        incoming: the text.
        terms: the station's.
    """
    caller_id = screening.caller_for(session, now=now, phone_number=incoming.phone_number)
    show = current_show(session)
    lately = _lately(session, now=now, phone_number=incoming.phone_number)
    text = _kept(session, now=now, incoming=incoming, caller_id=caller_id, show=show)
    if text is None:
        return False
    if caller_id is None:
        # Somebody withheld is read like anyone, and can neither be answered nor told apart from others.
        text.is_in_inbox = bool(text.body or incoming.pictures)
        return True
    command = command_in(incoming.body) if incoming.carriers_word is None else Command(incoming.carriers_word)
    asking = Asking(
        now=now,
        text=text,
        caller_id=caller_id,
        show=show,
        terms=terms,
        has_pictures=bool(incoming.pictures),
        is_carriers_word=incoming.carriers_word is not None,
    )
    answer = obey(session, asking=asking, command=command)
    how = answering(lately)
    if how == Answering.SILENT or (how == Answering.SAY_SO and answer is not None):
        text.why = LIMITED
    if answer is None or how == Answering.SILENT:
        return True
    if how == Answering.SAY_SO:
        answer = Answer(TextKind.TOO_MANY)
    to = Addressee(caller_id=caller_id, show_id=text.show_id, texter_id=text.texter_id)
    texting.owe(session, now=now, to=to, kind=answer.kind, answers_id=text.id, facts=answer.facts)
    return True


def _kept(
    session: Session, *, now: datetime, incoming: IncomingText, caller_id: int | None, show: ShowCard | None
) -> Text | None:
    """The new row with its pictures, or None for a message that is on record."""
    if session.scalar(select(Text.id).where(Text.message_sid == incoming.message_sid)) is not None:
        return None
    text = Text(
        show_id=show.show_id if show else None,
        caller_id=caller_id,
        kind=TextKind.INBOUND,
        phone_number=incoming.phone_number or "",
        body=incoming.body,
        state=TextState.RECEIVED,
        created_at=now,
        due_at=now,
        message_sid=incoming.message_sid,
    )
    session.add(text)
    session.flush()
    pictures.note(session, now=now, text=text, pictures=incoming.pictures)
    show_log.note(session, at=now, what="text in", show_id=text.show_id, actor="texter", detail=f"text {text.id}")
    return text


def _lately(session: Session, *, now: datetime, phone_number: str | None) -> Lately:
    """What has passed between us and this number before the text in hand."""
    if phone_number is None:
        return Lately()
    before = session.execute(
        select(Text.created_at, Text.why)
        .where(Text.phone_number == phone_number, Text.kind == TextKind.INBOUND)
        .order_by(Text.created_at.desc(), Text.id.desc())
        .limit(1)
    ).one_or_none()
    if before is None:
        return Lately()
    window = timedelta(seconds=WINDOW_S)
    in_window = Text.created_at.between(now - window, now + window)  # also after a clock that was set back
    answers = session.execute(
        select(func.count(Text.id).filter(in_window), func.count(Text.id)).where(
            Text.phone_number == phone_number,
            Text.created_at > now - timedelta(seconds=DAY_S),
            Text.answers_id.is_not(None),
        )
    ).one()
    return Lately(
        quiet_s=(now - before.created_at).total_seconds(),
        was_limited=before.why == LIMITED,
        answers=answers[0],
        answers_today=answers[1],
    )
