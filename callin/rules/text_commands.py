"""What the words of a text mean, whatever their case, spaces, punctuation and emoji; used by the text line's door.

Source: Twilio, «Support for opt-out keywords» (articles 223134027, 223181748). Twilio answers these words itself and
still tells us; they count only as the whole text.
"""

from __future__ import annotations

import re
from enum import StrEnum

_OPT_OUT = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_OPT_IN = frozenset({"start", "yes", "unstop"})
_NO_LETTER = re.compile(r"[\W_]+")


class Subscription(StrEnum):
    """What a text says about whether we may answer."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


def subscription_in(body: str) -> Subscription | None:
    """Return whether this text unsubscribes or subscribes its number at Twilio, or None.

    Args:
        body: as it came.
    """
    word = _NO_LETTER.sub(" ", body).strip().lower()
    if word in _OPT_OUT:
        return Subscription.OPT_OUT
    return Subscription.OPT_IN if word in _OPT_IN else None
