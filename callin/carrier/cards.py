"""What Twilio tells of queues, callers and numbers; handed out by the carrier to doors."""

from __future__ import annotations

from dataclasses import dataclass

TARGETS = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
    "sms_url",
    "sms_method",
    # An application set here makes Twilio ignore the number's own addresses.
    "voice_application_sid",
    "sms_application_sid",
    "trunk_sid",
)


@dataclass(frozen=True, slots=True)
class QueueCard:
    """A queue at Twilio."""

    sid: str
    name: str
    size: int
    max_size: int


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A call that waits in a queue.

    Attributes:
        position: 1 at the front.
        wait_s: seconds in this queue.
    """

    call_sid: str
    position: int
    wait_s: int


@dataclass(frozen=True, slots=True)
class CallCard:
    """A call at Twilio.

    Attributes:
        from_number: as Twilio has it; perhaps a word for a withheld one.
        is_over: whether it has ended.
        duration_s: of a call that is over, or None.
    """

    from_number: str
    is_over: bool
    duration_s: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A call was taken out of its queue, after so many seconds in it."""

    wait_s: int


@dataclass(frozen=True, slots=True)
class NumberCard:
    """A phone number of the account, and where it sends what happens.

    Attributes:
        targets: `voice_url`, `voice_method`, `status_callback` … by Twilio's names; empty where nothing is set.
        takes_calls: whether it was bought with voice.
        takes_texts: whether it was bought with SMS.
    """

    sid: str
    phone_number: str
    targets: dict[str, str]
    takes_calls: bool = True
    takes_texts: bool = True
