"""The outbox: owed texts claimed by a courier, and what became of each; called by the courier.

A text is claimed for a while (a lease), sent outside any transaction, and then recorded; a courier that dies in between
loses its claim, and nobody loses the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from callin.desk import erasures, show_log
from callin.desk.sending import Gate
from callin.models import Call, Text, TextState
from callin.rules.sending_limits import SendingLimits


@dataclass(frozen=True, slots=True)
class OwedText:
    """A text that the courier has claimed.

    Attributes:
        text_id: of the row.
        to: E.164.
        body: as it goes out.
        attempts: how often it has been tried, this time included.
        call_sid: of the call that it is for, or None.
        maybe_sent_since: when it was first handed to Twilio without an answer on record; None if it never was.
            Then the courier looks for it at Twilio before it sends again (the Messages API has no idempotency key).
    """

    text_id: int
    to: str
    body: str
    attempts: int
    call_sid: str | None
    maybe_sent_since: datetime | None


def claim_due(session: Session, *, now: datetime, limit: int, lease_s: int, limits: SendingLimits) -> list[OwedText]:
    """Up to `limit` due texts belong to this courier until their lease ends; what may not go out is withheld.

    Args:
        now: aware.
        limit: how many at the most.
        lease_s: seconds until another courier may take them.
        limits: of the station.
    """
    due = or_(
        and_(Text.state == TextState.OWED, Text.due_at <= now),
        and_(Text.state == TextState.SENDING, Text.lease_until <= now),
    )
    rows = session.scalars(
        select(Text).where(due).order_by(Text.due_at, Text.id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    gate = Gate(session, now=now, limits=limits, texts=rows) if rows else None
    call_ids = {text.call_id for text in rows}
    call_sids = {
        row.id: row.call_sid for row in session.execute(select(Call.id, Call.call_sid).where(Call.id.in_(call_ids)))
    }
    claimed = []
    for text in rows:
        reached = gate.limit_for(text) if gate else None
        if reached is not None:
            text.state, text.why, text.lease_until, text.settled_at = TextState.WITHHELD, reached, None, now
            show_log.note_text(session, at=now, text=text, what="text withheld")
            continue
        maybe_sent_since = text.first_tried_at
        text.state = TextState.SENDING
        text.lease_until = now + timedelta(seconds=lease_s)
        text.attempts += 1
        text.first_tried_at = text.first_tried_at or now
        claimed.append(
            OwedText(
                text_id=text.id,
                to=text.phone_number,
                body=text.body,
                attempts=text.attempts,
                call_sid=None if text.call_id is None else call_sids[text.call_id],
                maybe_sent_since=maybe_sent_since,
            )
        )
    return claimed


def record_sent(session: Session, *, now: datetime, text_id: int, message_sid: str) -> None:
    """Twilio has taken the text; a receipt that came first keeps its word."""
    text = session.get_one(Text, text_id)
    text.message_sid, text.lease_until = message_sid, None
    if text.state == TextState.SENDING:
        text.state = TextState.SENT
    erasures.owe_if_forgotten(session, now=now, text=text)
    show_log.note_text(session, at=now, text=text, what="text sent")


def record_not_taken(
    session: Session, *, now: datetime, text_id: int, retry_in_s: int | None, code: int | None, why: str, surely: bool
) -> None:
    """Twilio has not taken the text: it is owed again later, or given up with the reason in words.

    Args:
        now: aware.
        text_id: of the row.
        retry_in_s: seconds until the next try, or None to give up.
        code: Twilio's error code, or None.
        why: in words, without phone numbers.
        surely: whether it is certain that no try so far was taken; then the next one need not look at Twilio.
    """
    text = session.get_one(Text, text_id)
    if text.state == TextState.WITHHELD:
        return  # forgotten while it was on its way
    if text.message_sid is not None:
        return  # a receipt has said meanwhile that it did go out
    text.error_code, text.why, text.lease_until = code, why, None
    if surely:
        text.first_tried_at = None
    if retry_in_s is None:
        text.state, text.settled_at = TextState.FAILED, now
        show_log.note_text(session, at=now, text=text, what="text given up")
    else:
        text.state, text.due_at = TextState.OWED, now + timedelta(seconds=retry_in_s)


def known_among(session: Session, *, message_sids: list[str], apart_from: int) -> set[str]:
    """Return those of these messages that another text on record is known to be.

    Args:
        message_sids: Twilio's.
        apart_from: the row that looks for itself; a receipt may have told its SID already.
    """
    rows = session.scalars(select(Text.message_sid).where(Text.message_sid.in_(message_sids), Text.id != apart_from))
    return {message_sid for message_sid in rows if message_sid is not None}
