"""The words that stop and start texts, and who has used them; kept by the exchange's texts.

Twilio answers these itself, before the application hears of them, and the application still hears of them (facts 7).
Source: Twilio support, «Twilio support for opt-out keywords (SMS STOP filtering)».
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})


class Keyword(Enum):
    """What one of the carriers' words asks for, and what Twilio answers to it."""

    STOP = (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    )
    START = (
        "You have successfully been re-subscribed to messages from this number. "
        "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    )
    HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


def keyword(body: str) -> Keyword | None:
    """Return what a text asks for when it is nothing but one of the words, in any case; else None."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return Keyword.STOP
    if word in START_WORDS:
        return Keyword.START
    return Keyword.HELP if word in HELP_WORDS else None


@dataclass(slots=True)
class OptOuts:
    """Which phones want no texts from which of our numbers."""

    _pairs: set[tuple[str, str]] = field(default_factory=set)

    def blocks(self, *, ours: str, phone: str) -> bool:
        """Return whether this phone has opted out of texts from our number."""
        return (ours, phone) in self._pairs

    def heed(self, word: Keyword, *, ours: str, phone: str) -> bool:
        """Do what the word asks for, and return whether Twilio answers: always to HELP, else when something changed."""
        pair = (ours, phone)
        was_out = pair in self._pairs
        if word is Keyword.STOP:
            self._pairs.add(pair)
            return not was_out
        if word is Keyword.START:
            self._pairs.discard(pair)
            return was_out
        return True

    def clear(self) -> None:
        """Forget everybody."""
        self._pairs.clear()
