"""Record: what a phone says is kept, and the action's document goes on; used by documents.

Source: section 5 of the facts; section 15: a silent Record falls through, with no request and 16102.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callin.exchange.documents import Context, DocumentFailed, Goto, Performance, Sent, follow
from callin.exchange.errors import Code
from callin.exchange.interpreter import Effect, HungUp, Keys, Leg, Listen, Moved, Speech
from callin.exchange.records import HeardKind, Recording
from callin.exchange.twiml import Document, Verb
from callin.exchange.webhooks import Kind

DEFAULT_SILENCE_S = 5
DEFAULT_LENGTH_S = 3600
ANY_KEY = "1234567890*#"
HANG_UP = "hangup"


@dataclass(frozen=True, slots=True)
class _Terms:
    recording_callback: str
    recording_callback_method: str
    recording_events: tuple[str, ...]


def record(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """What was said is recorded and the action told; nothing said: the next verb goes on."""
    leg.answer()
    address = verb.get("action") or document.url
    if not document.resolve(address):
        # A document without an address cannot be the action that a Record without action goes back to (facts 3.3).
        document.warn(Code.NO_URL)
        raise DocumentFailed(Code.NO_URL, url=document.url)
    callback = verb.get("recordingStatusCallback").strip()
    terms = _Terms(
        document.resolve(callback) if callback else "",
        verb.get("recordingStatusCallbackMethod", "POST"),
        tuple(verb.get("recordingStatusCallbackEvent", "completed").replace(",", " ").split()),
    )
    leg.hear(HeardKind.RECORD)
    recording = leg.exchange.recorder.begin(leg.call, source="RecordVerb", channels=1, notice=terms)
    take = _Take(leg, verb)

    def finish(key: str) -> Goto | None:
        if not take.said:
            document.warn(Code.RECORDING_SILENT)
            leg.exchange.recorder.drop(recording, code=Code.RECORDING_SILENT, notice=terms)
            return None
        leg.exchange.recorder.complete(
            recording,
            duration_s=take.length_s(),
            notice=terms,
            said=" ".join(take.said).strip(),
            sounds=take.sounds(),
        )
        params = _parameters(leg, recording, key)
        method = verb.get("method")
        return follow(leg, document, context, address=address, method=method, params=params, kind=Kind.ACTION)

    try:
        key = yield from take.listen()
    except HungUp:
        _send(leg, finish(HANG_UP))
        raise
    except Moved:
        finish("")
        raise
    goto = finish(key)
    sent = _send(leg, goto)
    return None if sent is None else Goto(sent)


def _send(leg: Leg, goto: Goto | None) -> Sent | None:
    if goto is None:
        return None
    return Sent(goto.source, leg.send(goto.source))  # type: ignore[arg-type]  # follow() always names a request


def _parameters(leg: Leg, recording: Recording, key: str) -> tuple[tuple[str, str], ...]:
    ended = (("Digits", key),) if key else ()
    return (
        ("RecordingUrl", leg.exchange.recorder.url(recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.duration_s)),
        *ended,
    )


class _Take:
    """What is said into one recording, and when."""

    def __init__(self, leg: Leg, verb: Verb) -> None:
        self._leg = leg
        self._silence = timedelta(seconds=verb.number("timeout", DEFAULT_SILENCE_S))
        self._finish_on = verb.get("finishOnKey", ANY_KEY)
        self._keeps_silence = verb.get("trim").strip() == "do-not-trim"
        self._began = leg.exchange.now()
        self._ends_at = self._began + timedelta(seconds=verb.number("maxLength", DEFAULT_LENGTH_S, least=1))
        self.said: list[str] = []
        self._sounds: list[tuple[datetime, bytes]] = []
        self._first: datetime | None = None
        self._last: datetime = self._began
        if leg.speech is not None and leg.speech.ends_at > self._began:
            self._take(leg.speech)

    def listen(self) -> Generator[Effect, Any, str]:
        """Return the key that ended the recording, nothing if silence or its length did."""
        while True:
            now = self._leg.exchange.now()
            until = min(self._last + self._silence, self._ends_at)
            if until <= now:
                return ""
            heard = yield Listen((until - now).total_seconds(), keys=True, speech=True)
            if isinstance(heard, Speech):
                self._take(heard)
            elif isinstance(heard, Keys):
                ended = next((key for key in heard.digits if key in self._finish_on), None)
                if ended is not None:
                    return ended

    def length_s(self) -> int:
        """Return the recording's length in whole seconds, without the silence around it unless that is kept."""
        now = self._leg.exchange.now()
        last = now if self._keeps_silence else min(self._last, now)
        return max(1, math.ceil((last - self._start).total_seconds() - 1e-6))

    def sounds(self) -> list[tuple[float, bytes]]:
        """Return the sounds made, each with its second in the recording."""
        return [((at - self._start).total_seconds(), samples) for at, samples in self._sounds]

    @property
    def _start(self) -> datetime:
        """When the recording begins, without the silence before it unless that is kept."""
        return self._began if self._keeps_silence else self._first or self._began

    def _take(self, speech: Speech) -> None:
        self.said.append(speech.text)
        if speech.samples:
            self._sounds.append((self._leg.exchange.now(), speech.samples))
        self._first = self._first or self._leg.exchange.now()
        self._last = max(self._last, speech.ends_at)
