"""A call's life in documents: on to the next, to the fallback, or where REST sends it; run by every leg.

Source: sections 4.3 and 15 of the facts.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from callin.exchange.documents import MAIN, DocumentFailed, Source, fallback_request, play_through
from callin.exchange.interpreter import Effect, Leg, Moved, Script
from callin.exchange.records import HeardKind

APPLICATION_ERROR: Final = "We are sorry, an application error has occurred. Goodbye."


def live(leg: Leg, beginning: Script) -> Script:
    """Run the beginning, and after it whatever documents the call is moved to, until it ends."""
    script = beginning
    while True:
        try:
            yield from script
            return
        except Moved as moved:
            leg.context_params = ()
            leg.gathering = frozenset()
            script = converse(leg, beginning_of(leg, url=moved.url, method=moved.method, twiml=moved.twiml))


def beginning_of(leg: Leg, *, url: str, method: str, twiml: str | None) -> Source:
    """Return what a call is told to run by REST: an address, or the document itself."""
    return leg.request(url, method=method) if twiml is None else twiml


def converse(leg: Leg, source: Source) -> Generator[Effect, Any, None]:
    """Run the document from `source` and all that follow; a failure goes to the fallback, and then to an apology."""
    while True:
        try:
            yield from play_through(leg, source, MAIN)
            return
        except DocumentFailed as failure:
            fallback = fallback_request(leg, failure)
            if fallback is None:
                leg.answer()
                # Twilio's recording; it ends the call as soon as it has been heard.
                leg.hear(HeardKind.SAY, text=APPLICATION_ERROR)
                return
            source = fallback
