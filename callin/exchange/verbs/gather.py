"""Gather: prompts, then keys or words, then the action's document; used by documents, also while a call waits.

Source: section 5 of the facts. Keys beyond what a Gather takes are lost.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from callin.exchange.documents import Context, Performance, follow
from callin.exchange.interpreter import BargedIn, Effect, Keys, Leg, Listen, Speech, TimedOut
from callin.exchange.twiml import Document, Verb
from callin.exchange.verbs.sound import prompts
from callin.exchange.webhooks import Kind

DEFAULT_TIMEOUT_S = 5
CONFIDENCE = "0.9"


def gather(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The action's document goes on with what was pressed or said; the next verb does, if nothing was."""
    leg.answer()
    gathering = _Gathering(verb)
    message: Keys | Speech | None = None
    held = leg.take_held_keys()
    if held and gathering.takes_keys:
        message = Keys(held)
    else:
        leg.gathering = gathering.inputs
        try:
            yield from prompts(leg, verb, document, context)
        except BargedIn as barged:
            message = barged.message
        finally:
            leg.gathering = frozenset()
    yield from gathering.listen(leg, message)
    params = gathering.parameters()
    if params is None:
        return None
    return follow(
        leg,
        document,
        context,
        address=verb.get("action") or document.url,
        method=verb.get("method"),
        params=params,
        kind=Kind.ACTION,
    )


class _Gathering:
    """What one Gather wants and what it has."""

    def __init__(self, verb: Verb) -> None:
        self.inputs = frozenset(verb.get("input", "dtmf").replace(",", " ").split()) & {"dtmf", "speech"}
        self.takes_keys = "dtmf" in self.inputs
        self._finish_on = verb.get("finishOnKey", "#")
        self._most = int(verb.number("numDigits", 0)) or None
        self._timeout_s = verb.number("timeout", DEFAULT_TIMEOUT_S)
        # `auto`, and nothing said, end with the words themselves: how long Twilio then waits is not documented.
        self._speech_timeout_s = verb.number("speechTimeout", 0)
        self._reports_nothing = verb.is_true("actionOnEmptyResult")
        self._digits = ""
        self._finished_by = ""
        self._speech = ""
        self._is_done = False

    def listen(self, leg: Leg, message: Keys | Speech | None) -> Generator[Effect, Any, None]:
        """Take keys and words until there are enough or nothing more comes; the first message may be there already."""
        heard: Keys | Speech | TimedOut | None = message
        while True:
            if isinstance(heard, Keys):
                self._take(heard.digits)
            elif isinstance(heard, Speech):
                wait_s = (heard.ends_at - leg.exchange.now()) + timedelta(seconds=self._speech_timeout_s)
                self._speech = f"{self._speech} {heard.text}".strip()
                heard = yield Listen(wait_s.total_seconds(), keys=self.takes_keys, speech=True)
                if isinstance(heard, TimedOut):
                    return
                continue
            elif isinstance(heard, TimedOut):
                return
            if self._is_done:
                return
            heard = yield Listen(self._timeout_s, keys=self.takes_keys, speech="speech" in self.inputs)

    def parameters(self) -> tuple[tuple[str, str], ...] | None:
        """Return what the action is told; None if there is nothing to tell."""
        if self._digits:
            ended = (("FinishedOnKey", self._finished_by),) if self._finished_by else ()
            return (("Digits", self._digits), *ended)
        if self._speech:
            return (("SpeechResult", self._speech), ("Confidence", CONFIDENCE))
        return (("Digits", ""),) if self._reports_nothing else None

    def _take(self, digits: str) -> None:
        for key in digits:
            if key in self._finish_on:
                self._finished_by = key
                self._is_done = True
            else:
                self._digits += key
                self._is_done = len(self._digits) == self._most
            if self._is_done:
                return
