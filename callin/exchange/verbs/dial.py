"""Dial: a call is put through to a queue, a phone or a conference; used by documents.

Source: sections 2.1 to 2.4, 6 and 15 of the facts. Each Dial ends in at most one action request.
"""

from __future__ import annotations

from callin.exchange.documents import (
    Context,
    DocumentFailed,
    Goto,
    Performance,
    Sent,
    follow,
    http_method,
)
from callin.exchange.errors import Code
from callin.exchange.interpreter import HungUp, Leg, Moved
from callin.exchange.twiml import Document, Verb
from callin.exchange.verbs.conference import confer
from callin.exchange.verbs.dial_queue import dial_queue
from callin.exchange.verbs.dial_terms import Dialled, Terms
from callin.exchange.verbs.ring import ring
from callin.exchange.webhooks import Kind


def dial(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The call is put through; what follows is the action's document, or the next verb when there is no action."""
    leg.answer()
    dialled = Dialled()
    terms = Terms.read(verb, document)
    noun = verb.children[0] if verb.children else None
    try:
        if noun is not None and noun.name == "Queue":
            yield from dial_queue(leg, noun, document, terms=terms, dialled=dialled)
        elif noun is not None and noun.name == "Conference":
            yield from confer(leg, noun, document, terms=terms, dialled=dialled)
        else:
            yield from ring(leg, verb, document, terms=terms, dialled=dialled)
    except HungUp:
        _send_action(leg, verb, document, dialled)
        raise
    except Moved:
        sent = _send_action(leg, verb, document, dialled)
        if sent is None and leg.exchange.faults.settings.ghost_fetch:
            _fetch_ghost(leg, verb, document, context)
        raise
    sent = _send_action(leg, verb, document, dialled)
    return None if sent is None else Goto(sent)


def _send_action(leg: Leg, verb: Verb, document: Document, dialled: Dialled) -> Sent | None:
    dialled.finish(leg.exchange)
    if not verb.get("action").strip():
        return None
    address = document.resolve(verb.get("action"))
    if not address:
        document.warn(Code.NO_URL)
        raise DocumentFailed(Code.NO_URL, url=document.url)
    request = leg.request(
        address, method=http_method(verb.get("method")), params=dialled.parameters(leg.exchange), kind=Kind.ACTION
    )
    return Sent(request, leg.send(request))


def _fetch_ghost(leg: Leg, verb: Verb, document: Document, context: Context) -> None:
    """The Redirect after a Dial without action is requested although the call has gone elsewhere (facts 2.3)."""
    after = document.verbs[document.verbs.index(verb) + 1 :]
    if after and after[0].name == "Redirect":
        goto = follow(leg, document, context, address=after[0].text, method=after[0].get("method"))
        leg.send(goto.source)  # type: ignore[arg-type]  # follow() always names a request
