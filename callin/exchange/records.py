"""What the exchange keeps: accounts, numbers, calls, queues, texts, recordings and the log; used by every part of it.

Plain mutable records without behaviour. Field names follow Twilio's REST contract; times are aware UTC datetimes
on the exchange's own clock, durations are seconds. None of them is touched outside the exchange's lock.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from callin.exchange.cookies import Jar

if TYPE_CHECKING:
    from callin.exchange.interpreter import Leg
    from callin.exchange.queues import WaitingDj


def new_sid(prefix: str) -> str:
    """Return a fresh SID: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass(slots=True)
class Account:
    """The one account of an exchange.

    Attributes:
        api_keys: the secret of each API key, by its SID; they sign no webhooks.
    """

    sid: str
    auth_token: str
    api_keys: dict[str, str] = field(default_factory=dict)


class Direction(StrEnum):
    """Which way a call or text goes, in Twilio's words (Twilio: Call and Message resources)."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"
    OUTBOUND_REPLY = "outbound-reply"


class CallStatus(StrEnum):
    """The states of a call (Twilio: Call resource)."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen to the call."""
        return self not in (CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)


@dataclass(slots=True)
class Number:
    """A number of the account, with the addresses of the application behind it."""

    sid: str
    phone_number: str
    friendly_name: str
    date_created: datetime
    date_updated: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    voice_caller_id_lookup: bool = False


class HeardKind(StrEnum):
    """What reached a phone's ear."""

    SAY = "say"
    PLAY = "play"
    SILENCE = "silence"
    RECORD = "record"
    BRIDGE = "bridge"


@dataclass(slots=True, frozen=True)
class Heard:
    """One verb as the phone heard it, written when it started."""

    at: datetime
    kind: HeardKind
    text: str | None = None
    url: str | None = None


@dataclass(slots=True, frozen=True)
class Uttered:
    """Words, a sound or keys, as a phone gave them (`is_own`) or as the phone it was put through to heard them."""

    at: datetime
    after: int  # so many things the phone had heard by then: several may happen at one instant
    is_own: bool
    text: str = ""
    digits: str = ""
    samples: bytes = b""  # telephone sound; nothing when the words were typed


@dataclass(slots=True, eq=False)
class Call:
    """One leg: a phone on one end, TwiML (or a parent's Dial) on the other."""

    sid: str
    account_sid: str
    from_: str
    to: str
    direction: Direction
    status: CallStatus
    date_created: datetime
    date_updated: datetime
    number_sid: str | None = None
    parent_call_sid: str | None = None
    start_time: datetime | None = None  # when answered
    end_time: datetime | None = None
    caller_name: str | None = None
    forwarded_from: str | None = None
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("completed",)
    voice_url: str = ""  # the document this call began with, for API-made calls
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    heard: list[Heard] = field(default_factory=list)
    uttered: list[Uttered] = field(default_factory=list)
    cookies: Jar = field(default_factory=Jar)
    queue_sid: str | None = None  # of the queue it waits in now
    queue_time_s: int | None = None  # of the last wait, frozen at the dequeue
    bridged_to: str | None = None  # the other leg's SID
    leg: Leg | None = None  # what runs its documents

    @property
    def duration_s(self) -> int:
        """Whole seconds between answer and end; 0 while it lasts or if never answered."""
        if self.start_time is None or self.end_time is None:
            return 0
        return round((self.end_time - self.start_time).total_seconds())


@dataclass(slots=True, eq=False)
class Member:
    """One call waiting in a queue."""

    call: Call
    enqueued_at: datetime
    ticket: int = 0  # grows with every arrival: the order of the queue


@dataclass(slots=True, eq=False)
class Queue:
    """A first-in first-out queue; `members[0]` is the front."""

    sid: str
    friendly_name: str
    max_size: int
    date_created: datetime
    date_updated: datetime
    members: list[Member] = field(default_factory=list)
    waiting_djs: list[WaitingDj] = field(default_factory=list)  # in Dial Queue with nobody to take, longest first
    tickets: int = 0
    arrivals_s: float = 0  # the sum of the members' times of arrival, for the average wait
    shown_size: int | None = None  # what REST said last, for the lagging_current_size fault
    stale_reads: int = 0  # how often it has said so since that stopped being true


@dataclass(slots=True, eq=False)
class Media:
    """A picture or sound that came or went with a text."""

    sid: str
    content_type: str
    content: bytes
    date_created: datetime


@dataclass(slots=True, eq=False)
class Message:
    """One text, in or out."""

    sid: str
    account_sid: str
    from_: str
    to: str
    body: str
    direction: Direction
    status: str
    date_created: datetime
    date_updated: datetime
    date_sent: datetime | None = None
    num_segments: int = 1
    error_code: int | None = None
    error_message: str | None = None
    messaging_service_sid: str | None = None
    status_callback: str = ""
    media: list[Media] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Recording:
    """One recording, whose sound is made when it is asked for."""

    sid: str
    account_sid: str
    call_sid: str
    date_created: datetime
    date_updated: datetime
    start_time: datetime
    source: str = "RecordVerb"
    status: str = "in-progress"
    duration_s: int | None = None
    channels: int = 1
    track: str | None = None
    error_code: int | None = None
    said: str = ""  # what the phone said while it ran; nothing for silence
    sounds: list[tuple[float, bytes]] = field(default_factory=list)  # second and samples of whatever was not typed


@dataclass(slots=True)
class LogEntry:
    """One webhook or REST request; `status` stays None until it is answered."""

    n: int
    at: datetime
    kind: str  # "webhook" or "rest"
    method: str
    url: str
    params: dict[str, Any]
    status: int | None = None
    body: str | None = None
    error: int | None = None
    call_sid: str | None = None
    purpose: str = ""  # of a webhook: what it is for
    headers: dict[str, str] = field(default_factory=dict)  # of a webhook, as they went out
    content_type: str = ""  # of the answer
    took_s: float | None = None  # real seconds
    again_of: int | None = None  # the entry that a person has sent once more
