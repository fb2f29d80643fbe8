"""The lock on the phone doors: signatures, forms in our types, the document that goes back; used by voice and sms."""

from callin.webhooks.door import PhoneDoor, Webhook, keeper_of, lock
from callin.webhooks.failures import AGAIN, MOST_RETRIES_WHEN_AWAY, pause_before
from callin.webhooks.fields import Fields
from callin.webhooks.front import Front
from callin.webhooks.signature import SignatureCheck

__all__ = [
    "AGAIN",
    "MOST_RETRIES_WHEN_AWAY",
    "Fields",
    "Front",
    "PhoneDoor",
    "SignatureCheck",
    "Webhook",
    "keeper_of",
    "lock",
    "pause_before",
]
