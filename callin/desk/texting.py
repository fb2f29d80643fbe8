"""Texts owed, their receipts, and who may be texted; called by the other verbs and by the text line's doors.

An owed text is a row written in the same transaction as the reason for it; the outbox takes it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callin.desk import erasures, screening, show_log, tape
from callin.errors import CannotText
from callin.models import Call, Caller, Deed, Show, Text, TextKind, TextState
from callin.text_templates import words_of

APOLOGY = "apology"
# A conclusion drawn without the queue's own word waits a little for that word before anything is said.
GRACE = timedelta(seconds=10)
# A button pressed twice, a request sent again: one text.
SAME_WORDS_WITHIN = timedelta(minutes=1)
_FINAL = (TextState.DELIVERED, TextState.UNDELIVERED, TextState.FAILED, TextState.WITHHELD)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a text is for.

    Attributes:
        caller_id: of the person.
        show_id: of the show it is about, or None.
        texter_id: of the place it is about, or None.
    """

    caller_id: int
    show_id: int | None = None
    texter_id: int | None = None


def owe(
    session: Session,
    *,
    now: datetime,
    to: Addressee,
    kind: TextKind,
    answers_id: int | None = None,
    written_by: str | None = None,
    facts: Mapping[str, object],
) -> Text:
    """The text is owed, or on record as withheld where the person cannot be texted; return its row.

    Args:
        now: aware.
        to: whom it is for.
        kind: whose words.
        answers_id: of the text it answers, if any: a text is answered once.
        written_by: who at the station wrote it, if anybody did.
        facts: what its words name.
    """
    caller = session.get_one(Caller, to.caller_id)
    why_not = why_no_texts(caller)
    text = Text(
        show_id=to.show_id,
        caller_id=caller.id,
        texter_id=to.texter_id,
        answers_id=answers_id,
        written_by=written_by,
        kind=kind,
        phone_number=caller.phone_number,
        body=words_of(kind, **facts),
        state=TextState.WITHHELD if why_not else TextState.OWED,
        why=why_not,
        created_at=now,
        due_at=now,
    )
    session.add(text)
    session.flush()
    return text


def owe_apology(session: Session, *, now: datetime, call: Call, was_blocked: bool, is_sure: bool) -> None:
    """The caller is owed one apology, unless the call has one already or nobody can be texted.

    Args:
        now: aware.
        call: of the listener; its `waited_s` is spoken in the text.
        was_blocked: whether the line was full.
        is_sure: whether the queue itself said how long they waited.
    """
    if call.phone_number is None or call.caller_id is None:
        return
    has_one = session.scalar(select(Text.id).where(Text.call_id == call.id, Text.purpose == APOLOGY))
    if has_one is not None:
        return
    show = session.get(Show, call.show_id) if call.show_id else None
    kind = TextKind.APOLOGY_FOR_FULL_LINE if was_blocked else TextKind.APOLOGY_FOR_WAIT
    why_not = why_no_texts(session.get_one(Caller, call.caller_id))
    body = words_of(kind, show_name=show.name if show else "us", waited_min=max(1, round(call.waited_s / 60)))
    session.add(
        Text(
            show_id=call.show_id,
            call_id=call.id,
            caller_id=call.caller_id,
            purpose=APOLOGY,
            kind=kind,
            phone_number=call.phone_number,
            body=body,
            state=TextState.WITHHELD if why_not else TextState.OWED,
            why=why_not,
            created_at=now,
            due_at=now if is_sure else now + GRACE,
        )
    )
    session.flush()
    show_log.note(
        session,
        at=now,
        what="no apology text" if why_not else "owes an apology text",
        show_id=call.show_id,
        call_sid=call.call_sid,
        detail=why_not,
    )


def owe_words(
    session: Session,
    *,
    now: datetime,
    caller_id: int | None,
    words: str,
    actor: str,
    show_id: int | None = None,
) -> None:
    """Somebody at the board wrote to this person; the same words within a minute are one text.

    Args:
        now: aware.
        caller_id: of the person, or None for the withheld.
        words: as typed; line breaks become spaces.
        actor: who wrote.
        show_id: of the show in hand, if any.

    Raises:
        CannotText: in words why not.
    """
    caller = None if caller_id is None else session.get_one(Caller, caller_id)
    why_not = "withheld number" if caller is None else why_no_texts(caller)
    if caller is None or why_not is not None:
        raise CannotText(f"That person cannot be texted: {why_not}.")
    body = words_of(TextKind.FROM_STATION, words=words)
    if not body:
        raise CannotText("There is nothing to send: the text is empty.")
    twice = select(Text.id).where(
        Text.caller_id == caller_id,
        Text.kind == TextKind.FROM_STATION,
        Text.body == body,
        Text.created_at.between(now - SAME_WORDS_WITHIN, now + SAME_WORDS_WITHIN),
    )
    if session.scalar(twice.limit(1)) is not None:
        return
    session.add(
        Text(
            show_id=show_id,
            caller_id=caller_id,
            kind=TextKind.FROM_STATION,
            phone_number=caller.phone_number,
            body=body,
            written_by=actor,
            state=TextState.OWED,
            created_at=now,
            due_at=now,
        )
    )
    show_log.note(session, at=now, what="wrote a text", show_id=show_id, actor=actor)
    tape.keep_deed(session, at=now, deed=Deed.WRITE, phone_number=caller.phone_number, said={"words": body})


def withdraw_apology(session: Session, *, now: datetime, call: Call) -> None:
    """An apology that turned out not to be owed is not sent, if nobody has claimed it yet."""
    session.execute(
        update(Text)
        .where(Text.call_id == call.id, Text.purpose == APOLOGY, Text.state == TextState.OWED)
        .values(state=TextState.WITHHELD, why="not owed after all", settled_at=now)
    )


def stop_texting(session: Session, *, now: datetime, phone_number: str, why: str, is_opt_out: bool) -> None:
    """No further text goes to this number, and the board can say why.

    Args:
        now: aware.
        phone_number: E.164.
        why: in words («landline», «opted out»).
        is_opt_out: whether the person asked for it (START brings them back).
    """
    caller = session.get_one(Caller, screening.caller_for(session, now=now, phone_number=phone_number))
    if is_opt_out:
        caller.opted_out_at = caller.opted_out_at or now
    else:
        caller.no_texts_why = why
    session.execute(
        update(Text)
        .where(Text.phone_number == phone_number, Text.state == TextState.OWED)
        .values(state=TextState.WITHHELD, why=why, settled_at=now)
    )


def resume_texting(session: Session, *, now: datetime, phone_number: str) -> None:
    """The person wants texts again (START)."""
    caller = session.get_one(Caller, screening.caller_for(session, now=now, phone_number=phone_number))
    caller.opted_out_at = None


def note_receipt(
    session: Session,
    *,
    now: datetime,
    message_sid: str,
    state: TextState | None,
    code: int | None,
    why: str | None,
    text_id: int | None = None,
) -> bool:
    """The fate of a sent text is on record; return False for a text that is not ours.

    Receipts come late and out of order: a final state is never taken back. They also come early, before the courier
    has written down the SID: then the address they came to says which text it is, and they prove that it went out.

    Args:
        now: aware.
        message_sid: Twilio's.
        state: what the receipt means to us, or None for a step on the way.
        code: Twilio's `ErrorCode`, or None.
        why: the code in words, or None.
        text_id: of the row, from the address of the receipt; None where it does not say.
    """
    text = session.scalars(select(Text).where(Text.message_sid == message_sid)).one_or_none()
    if text is None and text_id is not None:
        text = session.scalars(select(Text).where(Text.id == text_id, Text.message_sid.is_(None))).one_or_none()
    if text is None:
        return False
    text.message_sid = message_sid
    erasures.owe_if_forgotten(session, now=now, text=text)
    if text.state in (TextState.OWED, TextState.SENDING):
        text.state, text.lease_until = TextState.SENT, None
    if state is None or text.state in _FINAL:
        return True
    text.state, text.error_code, text.why, text.settled_at = state, code, why, now
    show_log.note_text(session, at=now, text=text, what=f"text {state}")
    return True


def why_no_texts(caller: Caller) -> str | None:
    """Return why this person is not texted («opted out», «landline»), or None if they may be."""
    return screening.why_no_texts(
        caller_id=caller.id, opted_out_at=caller.opted_out_at, no_texts_why=caller.no_texts_why
    )
