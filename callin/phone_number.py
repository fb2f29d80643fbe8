"""What a `From` says about a person: a number one can text, or nobody; used by the forms and the logs.

Source: Twilio, «TwiML voice: request parameters» (withheld callers); the keypad words are seen in public filters.
"""

from __future__ import annotations

import re

import phonenumbers

# Withheld callers arrive as words, or as those words typed on a keypad. All of them share one value:
# whoever took it for an identity would merge strangers.
_WITHHELD_DIGITS = frozenset(
    {
        "266696687",  # ANONYMOUS
        "7378742833",  # RESTRICTED
        "2562533",  # BLOCKED
        "8656696",  # UNKNOWN
        "86282452253",  # UNAVAILABLE
        "7748283",  # PRIVATE
    }
)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def identity_of(raw_from: str) -> str | None:
    """Return the E.164 number behind a `From`, or None for a withheld, SIP or client caller.

    Args:
        raw_from: Twilio's `From`, as it came.
    """
    number = raw_from.strip()
    if not _E164.fullmatch(number) or number[1:] in _WITHHELD_DIGITS:
        return None
    return number


def normalised(text: str) -> str | None:
    """Return a typed number (spaces, dashes, brackets) as E.164, or None if it is none.

    Args:
        text: an international number with its plus sign.
    """
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    return identity_of(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def country_of(number: str) -> str | None:
    """Return the ISO code of a number's country, or None where no numbering plan knows it.

    A number that its plan has not given out is taken to belong to the main country of its calling code.

    Args:
        number: E.164.
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    return None if country in (None, "ZZ") else str(country)


def masked(number: str | None) -> str:
    """Return a number fit for logs and screens: country code and the last two digits.

    Args:
        number: E.164, or anything else, or None for a withheld caller.
    """
    if not number:
        return "withheld"
    if not _E164.fullmatch(number):
        return "masked"
    return f"{number[:2]}…{number[-2:]}"
