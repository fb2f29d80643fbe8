"""How often somebody may guess, and what is too easy to guess; used by the desk, the board and the terminal.

Guessing is counted for each name, so that one person's password is not tried a thousand times, and for each address,
so that a thousand people's are not tried once. A refused try is not counted: a lock always ends by itself.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

WITHIN = timedelta(minutes=15)
MOST_FOR_NAME = 5
# An office shares one address.
MOST_FOR_ADDRESS = 20

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_USER_NAME = 40

# Of the leaked ones only those that are long enough to pass otherwise, or make up a long one when repeated.
_OFTEN_TRIED = (
    "password", "passwort", "letmein", "welcome", "iloveyou", "princess", "football", "baseball", "superman",
    "sunshine", "trustno", "dragon", "monkey", "master", "shadow", "michael", "admin", "administrator", "changeme",
    "secret", "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "abc", "callin", "radio", "studio", "station",
    "producer", "screener", "onair",
)  # fmt: skip
_ROWS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# What is left of a password once easy parts are gone must still be something to guess.
_LEAST_REST = 5


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    NAME = "name"
    EASY = "easy"


def folded(text: str) -> str:
    """Return text as it is compared: «Paula », «PAULA» and «paula» are one name."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def refused_until(tries: Sequence[datetime], *, now: datetime, most: int) -> datetime | None:
    """Return when the next try is free, or None if it is free now.

    Args:
        tries: moments of failed tries, in any order.
        most: how many may be made within `WITHIN`.
    """
    recent = sorted(at for at in tries if now - WITHIN < at < now + WITHIN)
    return None if len(recent) < most else recent[-most] + WITHIN


def weakness_of(password: str, *, name: str) -> Weakness | None:
    """Return why this password is refused, or None if it may be used.

    Args:
        password: as typed.
        name: whose it is to be.

    Source: NIST SP 800-63B, 5.1.1.2: length and lists of what is commonly used; no rules on kinds of characters.
    """
    if len(password) < SHORTEST_PASSWORD:
        return Weakness.SHORT
    if len(password) > LONGEST_PASSWORD:
        return Weakness.LONG
    rest = folded(password)
    for own in sorted(folded(name).split(), key=len, reverse=True):
        rest = rest.replace(own, "") if len(own) > 2 else rest
    if len(rest) < _LEAST_REST:
        return Weakness.NAME
    for easy in _OFTEN_TRIED:
        rest = rest.replace(easy, "")
    return Weakness.EASY if len(rest) < _LEAST_REST or _is_one_row(rest) or len(set(rest)) < _LEAST_REST else None


def _is_one_row(text: str) -> bool:
    """Whether these are neighbours on a keyboard or in the alphabet, repeated or not: 1234567890, abcabcabc."""
    return any(all(pair in row * 2 for pair in map("".join, itertools.pairwise(text))) for row in _ROWS)
