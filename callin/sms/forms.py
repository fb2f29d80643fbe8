"""What the messaging webhooks say, in the desk's own terms; used by the views beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callin.desk.pictures import IncomingPicture
from callin.desk.text_line import IncomingText
from callin.errors import BadForm
from callin.models import TextState
from callin.phone_number import identity_of
from callin.rules.pictures import MOST_PICTURES
from callin.rules.text_commands import CommandKind
from callin.rules.text_failures import TextFailure, failure_of
from callin.webhooks import Fields

LONGEST_TEXT = 1600  # Twilio's own limit
LONGEST_URL = 2000
UNKNOWN_TYPE = "application/octet-stream"


class MessageStatus(StrEnum):
    """How far a text of ours has come.

    Source: Twilio, «Message status values».
    """

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"
    RECEIVING = "receiving"
    RECEIVED = "received"


_MEANINGS = {
    MessageStatus.DELIVERED: TextState.DELIVERED,
    MessageStatus.READ: TextState.DELIVERED,
    MessageStatus.UNDELIVERED: TextState.UNDELIVERED,
    MessageStatus.FAILED: TextState.FAILED,
    MessageStatus.CANCELED: TextState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Twilio's word on a text we sent.

    Attributes:
        message_sid: Twilio's.
        text_id: of our row, from the address.
        state: what it means to us, or None for a step on the way.
        code: Twilio's `ErrorCode`, or None.
        failure: what the code means, or None.
        phone_number: to which it went, if that is a number.
    """

    message_sid: str
    text_id: int | None
    state: TextState | None
    code: int | None
    failure: TextFailure | None
    phone_number: str | None


# What Twilio took a text for, where the station uses its Advanced Opt-Out (parameter OptOutType). A word that it may
# add one day must not cost anybody their text.
_CARRIERS_WORDS = {"STOP": CommandKind.OPT_OUT, "START": CommandKind.OPT_IN, "HELP": CommandKind.HELP}


def message_sid_of(fields: Fields) -> str:
    """Return the SID of the text, which starts SM, or MM with pictures."""
    raw = fields.raw("MessageSid") or ""
    if raw[:2] not in ("SM", "MM"):
        raise BadForm("MessageSid is not the SID of a message")
    return fields.sid("MessageSid", raw[:2])


def incoming_of(fields: Fields) -> IncomingText:
    """Return the text that came in, with what came with it."""
    return IncomingText(
        message_sid=message_sid_of(fields),
        phone_number=identity_of(fields.words("From") or ""),
        body=fields.words("Body", longest=LONGEST_TEXT, keeps_lines=True) or "",
        pictures=_pictures_of(fields),
        carriers_word=_CARRIERS_WORDS.get(fields.words("OptOutType") or ""),
    )


def _pictures_of(fields: Fields) -> tuple[IncomingPicture, ...]:
    """What came with a text, of whatever kind; Twilio sends ten at the most."""
    count = min(fields.whole_or_none("NumMedia") or 0, MOST_PICTURES)
    found = []
    for number in range(count):
        url = fields.words(f"MediaUrl{number}", longest=LONGEST_URL)
        if url is not None:
            kind = (fields.words(f"MediaContentType{number}") or "").partition(";")[0].strip().lower()
            found.append(IncomingPicture(number=number, url=url, content_type=kind or UNKNOWN_TYPE))
    return tuple(found)


def receipt_of(fields: Fields) -> Receipt:
    """Return what Twilio says of a text we sent."""
    state = _MEANINGS.get(fields.word("MessageStatus", MessageStatus))
    code = fields.whole_or_none("ErrorCode") or None
    has_failed = state in (TextState.UNDELIVERED, TextState.FAILED)
    return Receipt(
        message_sid=message_sid_of(fields),
        text_id=fields.whole_or_none("text_id"),
        state=state,
        code=code,
        failure=failure_of(code) if has_failed and code is not None else None,
        phone_number=identity_of(fields.words("To") or ""),
    )
