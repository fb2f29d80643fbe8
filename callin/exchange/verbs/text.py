"""Sms and Message in a voice document: a text goes out, and the call goes on; used by documents.

Source: https://www.twilio.com/docs/voice/twiml/sms (deprecated by Twilio; section 11 of the facts).
"""

from __future__ import annotations

import contextlib

from callin.exchange.documents import Context, Performance, http_method
from callin.exchange.errors import RestError
from callin.exchange.interpreter import Await, Leg
from callin.exchange.twiml import Document, Verb
from callin.exchange.webhooks import Kind


def text(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The text is on its way, or its refusal is in the log; either way the call goes on."""
    body = verb.text or next((child.text for child in verb.children if child.name == "Body"), "")
    callback = verb.get("statusCallback").strip()
    try:
        message = leg.exchange.send_message(
            to=verb.get("to") or leg.call.from_,
            from_=verb.get("from") or leg.call.to,
            body=body,
            status_callback=document.resolve(callback) if callback else "",
        )
    except RestError as refusal:
        document.warn(refusal.code)
        return None
    action = verb.get("action").strip()
    if action:
        # The reply to a text's action is not executed by a call that has gone on already.
        request = leg.request(
            document.resolve(action),
            method=http_method(verb.get("method")),
            params=(("MessageSid", message.sid), ("MessageStatus", message.status)),
            kind=Kind.ACTION,
        )
        with contextlib.suppress(RestError):
            yield Await(leg.send(request))
    return None
