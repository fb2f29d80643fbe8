"""Texts to the station's number: every one is kept, understood, and answered through the outbox."""

from __future__ import annotations

from callin.desk import text_line
from callin.desk.text_verbs import Terms
from callin.sms import forms
from callin.webhooks import PhoneDoor, Webhook

door = PhoneDoor("inbound", __name__, url_prefix="/sms")


@door.notes("/inbound")
def inbound(webhook: Webhook) -> bytes:
    """Somebody texted the station."""
    incoming = forms.incoming_of(webhook.fields)
    station = webhook.station
    terms = Terms(turn_s=station.settings.turn_s, show_hours=station.settings.show_hours)
    with webhook.transaction() as (session, now):
        text_line.receive(session, now=now, incoming=incoming, terms=terms)
    return station.twiml.render("sms/inbound.xml")
