"""The parameters that every voice webhook carries; used by the legs of calls.

Source: https://www.twilio.com/docs/voice/twiml#request-parameters; section 4.1 of the facts.
"""

from __future__ import annotations

from typing import Final

from callin.exchange.records import Call

Pairs = tuple[tuple[str, str], ...]
API_VERSION: Final = "2010-04-01"
_COUNTRIES: Final = {"1": "US", "44": "GB", "49": "DE", "33": "FR", "43": "AT", "41": "CH", "61": "AU", "64": "NZ"}
_LONGEST_NUMBER: Final = 16


def standard(call: Call) -> Pairs:
    """Return the standard parameters of a call as it is at this moment, the legacy duplicates included."""
    optional = (
        ("ParentCallSid", call.parent_call_sid),
        ("ForwardedFrom", call.forwarded_from),
        ("CallerName", call.caller_name),
    )
    return (
        ("CallSid", call.sid),
        ("AccountSid", call.account_sid),
        ("From", call.from_),
        ("To", call.to),
        ("Caller", call.from_),
        ("Called", call.to),
        ("CallStatus", call.status.value),
        ("ApiVersion", API_VERSION),
        ("Direction", call.direction.value),
        *((name, value) for name, value in optional if value),
        *_places(call),
    )


def _places(call: Call) -> Pairs:
    """Return the geographical parameters, which a withheld or nameless number does not have."""
    return tuple(
        (f"{side}{part}", value)
        for side, number in (("From", call.from_), ("Caller", call.from_), ("To", call.to), ("Called", call.to))
        if number.startswith("+") and len(number) <= _LONGEST_NUMBER
        for part, value in (("City", ""), ("State", ""), ("Zip", ""), ("Country", _country(number)))
    )


def _country(number: str) -> str:
    return next((_COUNTRIES[number[1 : 1 + n]] for n in (1, 2) if number[1 : 1 + n] in _COUNTRIES), "")
