"""Keeping the tape: each webhook with what it changed, each deed of other hands; called by phone doors and desk.

In the transaction of the change itself: what was rolled back was never heard. Repeated, late and reordered webhooks
are kept as they came. A wait request that only asks is not (docs/decisions/0022).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from callin.models import Base, Deed, TapeEntry
from callin.phone_number import identity_of

# Whoever sends the same signed request for ever fills no disk: so many of one kind are as good as any number.
MOST_ALIKE = 5
LONGEST_VALUE = 2000
MOST_MEDIA = 10
RIGHT_PIN, WRONG_PIN = "right", "wrong"


class Said(StrEnum):
    """What kind of thing a parameter says; whoever gives the tape away replaces by it."""

    PLAIN = "plain"  # a word of Twilio's or a count
    NUMBER = "number"
    SID = "sid"
    NAME = "name"
    TOWN = "town"
    WORDS = "words"
    URL = "url"
    KEYS = "keys"


# Every parameter that the station reads, and no other: what nobody asks for need not be kept of anybody.
PARAMETERS: Mapping[str, Said] = {
    **dict.fromkeys(("CallSid", "MessageSid", "DialCallSid", "DequeingCallSid", "RecordingSid", "QueueSid"), Said.SID),
    **dict.fromkeys(("From", "To"), Said.NUMBER),
    **dict.fromkeys(("RecordingUrl", *(f"MediaUrl{n}" for n in range(MOST_MEDIA))), Said.URL),
    **dict.fromkeys(
        (
            *("CallStatus", "CallDuration", "DialCallStatus", "DialCallDuration", "Direction"),
            *("QueuePosition", "QueueTime", "QueueResult", "AvgQueueTime", "CurrentQueueSize"),
            *("RecordingStatus", "RecordingDuration", "MessageStatus", "ErrorCode", "OptOutType", "NumMedia"),
            *(f"MediaContentType{n}" for n in range(MOST_MEDIA)),
            # Of our own addresses.
            *("queue", "stint", "waited_s", "start", "tries", "again", "about", "text_id"),
        ),
        Said.PLAIN,
    ),
    "CallerName": Said.NAME,
    "FromCity": Said.TOWN,
    "Body": Said.WORDS,
    "Digits": Said.KEYS,
    "call_sid": Said.SID,
}

# The Core table, not the class: through the ORM the same statement costs more.
_TAPE = Base.metadata.tables[TapeEntry.__tablename__]
_COLUMNS = ("at", "what", "sid", "phone_number", "said")
_ALIKE = select(func.count(_TAPE.c.id)).where(
    *(_TAPE.c[name] == bindparam(name, type_=_TAPE.c[name].type) for name in ("sid", "what", "said"))
)
_KEEP = insert(_TAPE).from_select(
    [*_COLUMNS],
    select(*(bindparam(name, type_=_TAPE.c[name].type) for name in _COLUMNS)).where(
        _ALIKE.scalar_subquery() < MOST_ALIKE
    ),
)


def keep_webhook(
    session: Session,
    *,
    at: datetime,
    path: str,
    query: Iterable[tuple[str, str]],
    form: Iterable[tuple[str, str]],
    instead: Mapping[str, str] | None = None,
) -> None:
    """This webhook is on the tape, if what it changes comes to be.

    Args:
        at: the moment that its verb was told, aware.
        path: of ours, below the public address.
        query, form: as they came.
        instead: what stands for a parameter that nobody may read there.
    """
    asked, told = (_kept(pairs, instead=instead or {}) for pairs in (query, form))
    is_receipt = "MessageStatus" in told
    _insert(
        session,
        at=at,
        what=path,
        sid=_sid_among(told),
        phone_number=identity_of(told.get("To" if is_receipt else "From", "")),
        said={"query": asked, "form": told} if asked else {"form": told},
    )


def keep_deed(
    session: Session,
    *,
    at: datetime,
    deed: Deed,
    sid: str | None = None,
    phone_number: str | None = None,
    said: Mapping[str, object] | None = None,
) -> None:
    """This deed is on the tape, if it comes to be.

    Args:
        at: the moment that its verb was told, aware.
        deed: what was done.
        sid: of the call or recording, if it was done to one.
        phone_number: of the person, if they are not known by a call.
        said: what else it takes to do it again.
    """
    _insert(session, at=at, what=deed, sid=sid, phone_number=phone_number, said=said or {})


def _insert(
    session: Session, *, at: datetime, what: str, sid: str | None, phone_number: str | None, said: Mapping[str, object]
) -> None:
    # ASCII, with whatever is not escaped: no database stumbles over half a letter.
    values = {"at": at, "what": what, "sid": sid, "phone_number": phone_number, "said": json.dumps(said)}
    session.execute(_KEEP, values)


def _sid_among(told: Mapping[str, str]) -> str | None:
    """Return whom a webhook is about; what is no SID at all (a view that needs none never looked) is nobody."""
    named = (told.get(name, "") for name in ("CallSid", "MessageSid"))
    return next((sid for sid in named if sid.isascii() and sid.isalnum()), None)


def _kept(pairs: Iterable[tuple[str, str]], *, instead: Mapping[str, str]) -> dict[str, str]:
    return {
        name: instead.get(name, _one_key(value) if PARAMETERS[name] == Said.KEYS else value[:LONGEST_VALUE])
        for name, value in pairs
        if name in PARAMETERS
    }


def _one_key(digits: str) -> str:
    """A key; more than one is a PIN, or means nothing to us."""
    return digits if len(digits) <= 1 else "?"
