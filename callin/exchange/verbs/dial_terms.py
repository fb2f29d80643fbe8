"""The attributes of a Dial, and what came of it; used by Dial and each of its nouns.

Source: sections 2.1 and 2.3 of the facts; section 15: nobody bridged, no DialCallSid and no DialCallDuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from callin.exchange.parameters import Pairs
from callin.exchange.records import Recording
from callin.exchange.twiml import Document, Verb

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange
    from callin.exchange.interpreter import Leg

DEFAULT_TIMEOUT_S = 30
DEFAULT_TIME_LIMIT_S = 14_400


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a Dial waits and lasts, what ends it, and whether it is recorded."""

    timeout_s: float
    time_limit_s: float
    hangs_up_on_star: bool
    caller_id: str
    record: str
    recording_callback: str
    recording_callback_method: str
    recording_events: tuple[str, ...]

    @classmethod
    def read(cls, verb: Verb, document: Document) -> Terms:
        """Return the terms that a Dial's attributes give."""
        record = verb.get("record", "do-not-record").strip()
        callback = verb.get("recordingStatusCallback").strip()
        return cls(
            timeout_s=verb.number("timeout", DEFAULT_TIMEOUT_S),
            time_limit_s=verb.number("timeLimit", DEFAULT_TIME_LIMIT_S, least=1),
            hangs_up_on_star=verb.is_true("hangupOnStar"),
            caller_id=verb.get("callerId").strip(),
            # `true` is an old spelling (facts 2.1).
            record={"true": "record-from-answer", "false": "do-not-record"}.get(record, record),
            recording_callback=document.resolve(callback) if callback else "",
            recording_callback_method=verb.get("recordingStatusCallbackMethod", "POST"),
            recording_events=tuple(verb.get("recordingStatusCallbackEvent", "completed").replace(",", " ").split()),
        )


@dataclass(slots=True)
class Dialled:
    """What has come of a Dial so far; `status` is what it would end with now."""

    status: str = "canceled"
    partner_sid: str | None = None
    bridged_at: datetime | None = None
    is_conference: bool = False
    extras: Pairs = ()
    recording: Recording | None = None
    terms: Terms | None = None

    def bridged(self, leg: Leg, partner_sid: str, *, terms: Terms) -> None:
        """Two calls hear each other from now on, recorded if the terms say so."""
        self.status = "completed"
        self.partner_sid = partner_sid
        self.bridged_at = leg.exchange.now()
        self.terms = terms
        if terms.record.startswith("record-from"):
            self.recording = leg.exchange.recorder.begin(
                leg.call, source="DialVerb", channels=2 if terms.record.endswith("-dual") else 1, notice=terms
            )

    def finish(self, exchange: Exchange) -> None:
        """The recording, if there is one, has ended."""
        if self.recording is not None and self.bridged_at is not None and self.recording.duration_s is None:
            lasted_s = round((exchange.now() - self.bridged_at).total_seconds())
            exchange.recorder.complete(self.recording, duration_s=lasted_s, notice=self.terms)

    def parameters(self, exchange: Exchange) -> Pairs:
        """Return the parameters of the action request."""
        params = [("DialCallStatus", self.status)]
        if self.is_conference:
            return tuple(params)
        params.append(("DialBridged", "true" if self.bridged_at else "false"))
        if self.partner_sid is not None and self.bridged_at is not None:
            lasted_s = round((exchange.now() - self.bridged_at).total_seconds())
            params += [("DialCallSid", self.partner_sid), ("DialCallDuration", str(lasted_s))]
        if self.recording is not None:
            params.append(("RecordingUrl", exchange.recorder.url(self.recording)))
        return (*params, *self.extras)
