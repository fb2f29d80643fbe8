"""What the voice webhooks say, in the desk's own terms; used by the views beside it.

Twilio's raw strings end here. Nonsense is a `BadForm`, raised before anything is changed.
"""

from __future__ import annotations

import re
from enum import StrEnum

from callin.desk.calls import Arrival
from callin.desk.djs import Dialled
from callin.desk.farewells import Leaving
from callin.desk.holding import Holding
from callin.errors import BadForm
from callin.phone_number import identity_of
from callin.rules.call_states import QueueResult
from callin.rules.softphone import person_behind
from callin.webhooks import Fields

CALL = "CA"
NEXT = "next"  # the value of our own `queue` parameter that means the queue of those next up
LONGEST_URL = 500

_URL = re.compile(r"https?://[\w.:-]+(?P<path>/[\w./~%-]*)(?:\?[\w=&%.-]*)?", re.ASCII)
_RECORDING_AT_END = re.compile(r"/(RE[0-9A-Za-z]{1,62})(?:\.\w+)?$", re.ASCII)


class CallStatus(StrEnum):
    """Where a call is.

    Source: Twilio, «TwiML voice: CallStatus values».
    """

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nobody is on the phone any more."""
        return self not in (CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS)


class DialCallStatus(StrEnum):
    """How a Dial ended.

    Source: Twilio, TwiML `<Dial>`, «action: DialCallStatus».
    """

    COMPLETED = "completed"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class RecordingStatus(StrEnum):
    """Whether a recording's file exists."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


def call_sid_of(fields: Fields) -> str:
    """Return the SID of the call that asks."""
    return fields.sid("CallSid", CALL)


def arrival_of(fields: Fields) -> Arrival:
    """Return who is calling, as far as the carrier tells."""
    return Arrival(
        call_sid=call_sid_of(fields),
        phone_number=phone_number_of(fields),
        name=_name_of(fields, "CallerName"),
        town=_name_of(fields, "FromCity"),
    )


def phone_number_of(fields: Fields) -> str | None:
    """Return the number that calls, or None for a withheld, SIP or client caller."""
    return identity_of(fields.words("From") or "")


def softphone_of(fields: Fields) -> int | None:
    """Return the id of the person whose browser calls, by the name we gave it; None for everybody else."""
    return person_behind(fields.raw("From") or "")


def holding_of(fields: Fields) -> Holding:
    """Return what a wait request says of its place and time."""
    return Holding(
        call_sid=call_sid_of(fields),
        position=max(1, fields.whole("QueuePosition")),
        queue_time_s=fields.whole("QueueTime"),
        is_next_queue=fields.peek("queue") == NEXT,
    )


def leaving_of(fields: Fields) -> Leaving:
    """Return why and after what a call left its queue."""
    return Leaving(
        call_sid=call_sid_of(fields),
        result=fields.word("QueueResult", QueueResult),
        stint=fields.whole_or_none("stint"),
        queue_time_s=fields.whole_or_none("QueueTime"),
        is_over=fields.word("CallStatus", CallStatus).is_over,
    )


def dialled_of(fields: Fields) -> Dialled:
    """Return how the DJ's Dial ended."""
    listener_sid = fields.raw("DialCallSid")
    return Dialled(
        status=_dial_status_of(fields).value,
        listener_sid=fields.sid("DialCallSid", CALL) if listener_sid else None,
        duration_s=fields.whole_or_none("DialCallDuration"),
        was_next_queue=fields.peek("queue") == NEXT,
        is_over=fields.word("CallStatus", CallStatus).is_over,
    )


def recording_of(fields: Fields) -> tuple[str, str]:
    """Return SID and address of a recording.

    Record's own action names the address alone; the SID is its last part.
    """
    address = fields.raw("RecordingUrl") or ""
    url = _URL.fullmatch(address)
    if url is None or len(address) > LONGEST_URL:
        raise BadForm("RecordingUrl is not an address")
    if fields.raw("RecordingSid"):
        return fields.sid("RecordingSid", "RE"), address
    named = _RECORDING_AT_END.search(url["path"])
    if named is None:
        raise BadForm("RecordingUrl names no recording")
    return named[1], address


def _name_of(fields: Fields, parameter: str) -> str | None:
    name = fields.words(parameter)
    # Carriers shout; a name in capitals is spelled out letter by letter by some voices.
    return name.title() if name and name.isupper() and name.isascii() else name


def _dial_status_of(fields: Fields) -> DialCallStatus:
    """Return how the Dial ended; a word that Twilio documents nowhere is a failure, and the DJ stays on the line.

    Source: Twilio, TwiML `<Queue>`: a queue that does not exist gives «an error status», which it does not name.
    """
    said = fields.raw("DialCallStatus")
    return DialCallStatus(said) if said in set(DialCallStatus) else DialCallStatus.FAILED
