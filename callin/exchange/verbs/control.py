"""Redirect, Hangup, Reject and Leave: where a call goes next; used by documents.

Source: sections 1.4 and 15 of the facts: none of them answers a ringing call.
"""

from __future__ import annotations

from callin.exchange.documents import Context, Ending, Performance, follow
from callin.exchange.errors import Code
from callin.exchange.interpreter import Leg, Sleep
from callin.exchange.records import CallStatus
from callin.exchange.twiml import Document, Verb


def redirect(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The call goes on with the document at the address."""
    yield from ()
    return follow(leg, document, context, address=verb.text or document.url, method=verb.get("method"))


def hangup(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The call ends."""
    yield from ()
    return Ending.HANG_UP


def reject(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """A ringing call ends without ever having been answered; one that is answered just ends."""
    yield from ()
    if leg.call.status is CallStatus.RINGING:
        is_busy = verb.get("reason", "rejected").strip() == "busy"
        leg.exchange.switchboard.mark_over(leg.call, CallStatus.BUSY if is_busy else CallStatus.NO_ANSWER)
    return Ending.HANG_UP


def leave(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The call leaves the queue it waits in; anywhere else this is ignored, with a warning."""
    if leg.call.queue_sid is not None:
        return Ending.LEFT
    document.warn(Code.SCHEMA)
    yield Sleep(0)
    return None
