"""Receipts of the texts we sent: delivered, or not and why; a number that cannot be texted is not texted again."""

from __future__ import annotations

from callin.desk import texting
from callin.rules.text_failures import Lasting
from callin.sms import forms
from callin.webhooks import PhoneDoor, Webhook

door = PhoneDoor("receipts", __name__, url_prefix="/sms")


@door.notes("/receipts")
def receipts(webhook: Webhook) -> None:
    """Twilio says what became of a text."""
    receipt = forms.receipt_of(webhook.fields)
    with webhook.transaction() as (session, now):
        is_ours = texting.note_receipt(
            session,
            now=now,
            message_sid=receipt.message_sid,
            state=receipt.state,
            code=receipt.code,
            why=receipt.failure.why if receipt.failure else None,
            text_id=receipt.text_id,
        )
        lasting = receipt.failure.lasting if receipt.failure else None
        if is_ours and lasting is not None and receipt.phone_number:
            texting.stop_texting(
                session,
                now=now,
                phone_number=receipt.phone_number,
                why=lasting,
                is_opt_out=lasting == Lasting.OPTED_OUT,
            )
