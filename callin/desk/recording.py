"""One show as the tape has it, with what became of everybody in it; called by the export.

A show's part of the tape begins where the one before it was closed, for whoever rang in between left messages for it,
and ends where the next one opens: late callbacks belong to it. Calls and texts of another show are left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callin.desk.endings import Endings, endings_of
from callin.errors import NotThere
from callin.models import Call, Caller, Deed, DjCall, Message, Show, TapeEntry, Text
from callin.rules.call_states import Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tape, as it was kept."""

    at: datetime
    what: str
    sid: str | None
    phone_number: str | None
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What decided about somebody, and was so before the show.

    Attributes:
        is_banned: whether they were.
        why_no_texts: «opted out», «landline» …, or None.
    """

    phone_number: str
    is_banned: bool
    why_no_texts: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """One show as the tape has it.

    Attributes:
        forgotten: how many of its calls nobody may play again.
        let_in_without_number: DJs' calls from a browser, which their name let in.
        message_sids, recording_sids: Twilio's names for rows that webhooks name by their number.
    """

    show_id: int
    entries: tuple[Entry, ...]
    endings: Endings
    before: tuple[KnownBefore, ...]
    forgotten: int
    let_in_without_number: frozenset[str]
    message_sids: dict[int, str]
    recording_sids: dict[int, str]


def read(session: Session, *, show_id: int | None) -> Recording:
    """Return one show as the tape has it.

    Args:
        show_id: of the show, or None for the newest.

    Raises:
        NotThere: in words: no such show, or nothing on the tape of it.
    """
    show_id = show_id if show_id is not None else session.scalar(select(func.max(Show.id)))
    if show_id is None:
        raise NotThere("There was no show yet: there is nothing to export.")
    if session.get(Show, show_id) is None:
        raise NotThere(f"There is no show {show_id}. See: callin show list")
    entries = _entries(session, show_id=show_id)
    sids = {entry.sid for entry in entries if entry.sid}
    heard = [sid for sid in session.scalars(select(Call.call_sid).where(Call.show_id == show_id)) if sid in sids]
    whole = session.scalar(select(func.count(Call.id)).where(Call.show_id == show_id)) or 0
    # Not the first and the last: a clock may have been set back.
    since, until = min(entry.at for entry in entries), max(entry.at for entry in entries)
    endings = endings_of(session, show_id=show_id, since=since, until=until, among=sids)
    messages = session.execute(select(Message.id, Message.recording_sid)).all()
    texts = session.execute(select(Text.id, Text.message_sid).where(Text.message_sid.is_not(None))).all()
    let_in = select(DjCall.call_sid).where(DjCall.phone_number.is_(None), DjCall.admitted_at == DjCall.arrived_at)
    return Recording(
        show_id=show_id,
        entries=entries,
        endings=endings,
        before=_known_before(session, since=since, entries=entries, endings=endings),
        forgotten=whole - len(heard),
        let_in_without_number=frozenset(sid for sid in session.scalars(let_in) if sid in sids),
        message_sids={row.id: row.message_sid for row in texts if row.message_sid},
        recording_sids={row.id: row.recording_sid for row in messages},
    )


def _entries(session: Session, *, show_id: int) -> tuple[Entry, ...]:
    turning = session.execute(
        select(TapeEntry.id, TapeEntry.what, TapeEntry.said)
        .where(TapeEntry.what.in_((Deed.OPEN, Deed.FINISH_CLOSING)))
        .order_by(TapeEntry.id)
    ).all()
    opened = {json.loads(row.said)["show"]: row.id for row in turning if row.what == Deed.OPEN}
    if show_id not in opened:
        raise NotThere(
            f"Nothing is recorded of show {show_id}: it was before this version of Callin, or has been forgotten."
        )
    opened_id = opened[show_id]
    first = max((row.id for row in turning if row.what == Deed.FINISH_CLOSING and row.id < opened_id), default=0)
    until = min((row_id for row_id in opened.values() if row_id > opened_id), default=None)
    within = TapeEntry.id > first
    rows = session.scalars(
        select(TapeEntry).where(within if until is None else within & (TapeEntry.id < until)).order_by(TapeEntry.id)
    ).all()
    others = _of_other_shows(session, show_id=show_id, before=first)
    return tuple(
        Entry(row.at, row.what, row.sid, row.phone_number, json.loads(row.said))
        for row in rows
        if row.sid not in others
    )


def _of_other_shows(session: Session, *, show_id: int, before: int) -> set[str | None]:
    """The SIDs that belong to another show, and those of DJs who were on the line before this one's part began."""
    djs = select(TapeEntry.sid).where(TapeEntry.id <= before, TapeEntry.what.like("/voice/dj/%"))
    return {
        *session.scalars(select(Call.call_sid).where(Call.show_id != show_id)),
        *session.scalars(select(Text.message_sid).where(Text.show_id != show_id)),
        *session.scalars(select(Message.recording_sid).where(Message.show_id != show_id)),
        *session.scalars(djs),
    } - {None}


def _known_before(
    session: Session, *, since: datetime, entries: tuple[Entry, ...], endings: Endings
) -> tuple[KnownBefore, ...]:
    numbers = {entry.phone_number for entry in entries if entry.phone_number}
    banned_since = {entry.phone_number for entry in entries if entry.what == Deed.BAN}
    was_refused = {
        number
        for number, outcome in session.execute(
            select(Call.phone_number, Call.outcome).where(Call.call_sid.in_([call.call_sid for call in endings.calls]))
        )
        if outcome == Outcome.BANNED
    } - banned_since
    untexted: dict[str, str | None] = {}
    for text in endings.texts:
        # Somebody whose very first text of the show did not even go out could not be texted before it.
        untexted.setdefault(text.phone_number, None if text.tries else text.state)
    found = []
    for caller in session.scalars(select(Caller).where(Caller.phone_number.like("+%")).order_by(Caller.id)):
        if caller.phone_number not in numbers:
            continue
        is_banned = caller.phone_number in was_refused or (
            caller.banned_at is not None and caller.banned_at < since and caller.phone_number not in banned_since
        )
        opted_out = caller.opted_out_at is not None and caller.opted_out_at < since
        lasting = caller.no_texts_why if untexted.get(caller.phone_number) == "withheld" else None
        if is_banned or opted_out or lasting:
            found.append(KnownBefore(caller.phone_number, is_banned, "opted out" if opted_out else lasting))
    return tuple(found)
