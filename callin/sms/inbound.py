"""Texts to the station's number: every one is kept; the carrier's words for stopping and starting are obeyed."""

from __future__ import annotations

from callin.desk import texting
from callin.rules.text_commands import Subscription, subscription_in
from callin.sms import forms
from callin.webhooks import PhoneDoor, Webhook

door = PhoneDoor("inbound", __name__, url_prefix="/sms")


@door.notes("/inbound")
def inbound(webhook: Webhook) -> bytes:
    """Somebody texted the station."""
    incoming = forms.incoming_of(webhook.fields)
    station = webhook.station
    with station.transaction() as session:
        now = station.clock()
        is_new = texting.receive(
            session,
            now=now,
            message_sid=incoming.message_sid,
            phone_number=incoming.phone_number,
            body=incoming.body,
        )
        word = subscription_in(incoming.body) if is_new and incoming.phone_number else None
        if word == Subscription.OPT_OUT and incoming.phone_number:
            texting.stop_texting(session, now=now, phone_number=incoming.phone_number, why="opted out", is_opt_out=True)
        elif word == Subscription.OPT_IN and incoming.phone_number:
            texting.resume_texting(session, now=now, phone_number=incoming.phone_number)
    return station.twiml.render("sms/inbound.xml")
