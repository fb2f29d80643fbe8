"""What an account at Twilio may not do yet, in words for people; told where it bites: setup, doctor, failed texts.

Source: Twilio, «Free trial limitations» and «A2P 10DLC»; section 8 of the facts says what was not tried.
"""

from __future__ import annotations

TRIAL = (
    "This is a trial account: it rings and texts verified numbers only (five at the most), says so before your "
    "greeting, and ends each call after ten minutes. Upgrade it before the first real show."
)
UNREGISTERED = (
    "Carriers in the United States deliver texts only from numbers that are registered (A2P 10DLC for a long number, "
    "verification for a toll-free one): Twilio console, Messaging, Regulatory Compliance. Calls work without."
)


def needs_registration(phone_number: str) -> bool:
    """Return whether texts from this number have to be registered first.

    Args:
        phone_number: E.164.
    """
    return phone_number.startswith("+1")
