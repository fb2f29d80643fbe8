"""What Twilio's codes for a text that failed mean to us: the one table; used by the courier and the receipts.

Source: Twilio's error dictionary and «Messages: status and error codes»; support article 223134027 for 21610.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lasting(StrEnum):
    """A reason for which no further text goes to this number."""

    OPTED_OUT = "opted out"  # until they text START
    LANDLINE = "landline"
    NO_SUCH_NUMBER = "no such number"
    NOT_ALLOWED = "country not allowed"


@dataclass(frozen=True, slots=True)
class TextFailure:
    """What a code means.

    Attributes:
        why: in words, for the board.
        may_try_again: whether the same text may get through later.
        lasting: why this number is not texted any more, or None if only this text failed.
        do: what the station can do about it, where the reason is on its own side; else empty.
    """

    why: str
    may_try_again: bool = False
    lasting: Lasting | None = None
    do: str = ""


_REGISTER = (
    "register the number: Twilio console, Messaging, Regulatory Compliance (A2P 10DLC, or toll-free verification)"
)
_COUNTRIES = "allow the country: Twilio console, Messaging, Settings, Geo permissions"
_TABLE = {
    # Answered at once, in the request.
    20003: TextFailure("Twilio refused our credentials", may_try_again=True, do="callin setup"),
    20429: TextFailure("too many requests at once", may_try_again=True),
    21211: TextFailure("no such number", lasting=Lasting.NO_SUCH_NUMBER),
    21408: TextFailure("texts to that country are switched off", lasting=Lasting.NOT_ALLOWED, do=_COUNTRIES),
    21606: TextFailure("our number cannot send texts", do="buy a number with SMS, then: callin setup"),
    21608: TextFailure("a trial account texts verified numbers only", do="upgrade the account, or verify that number"),
    21610: TextFailure("opted out", lasting=Lasting.OPTED_OUT),
    21611: TextFailure("our number's outbox is full", may_try_again=True),
    21612: TextFailure("not reachable by text", lasting=Lasting.LANDLINE),
    21614: TextFailure("landline", lasting=Lasting.LANDLINE),
    21617: TextFailure("the text is too long"),
    63038: TextFailure("the account's daily limit is reached", may_try_again=True, do="ask Twilio for a higher limit"),
    # Told later, by a receipt. Twilio has tried by then: another try is another text.
    30001: TextFailure("too many texts at once"),
    30002: TextFailure("the account is suspended", do="see to the account's balance and notices"),
    30003: TextFailure("phone switched off or out of reach"),
    30004: TextFailure("blocked by the phone or its carrier"),
    30005: TextFailure("no such number", lasting=Lasting.NO_SUCH_NUMBER),
    30006: TextFailure("landline", lasting=Lasting.LANDLINE),
    30007: TextFailure("filtered by the carrier", do=_REGISTER),
    30008: TextFailure("lost, for an unknown reason"),
    30022: TextFailure("our number sends too fast for the carrier", do=_REGISTER),
    30023: TextFailure("the carrier's daily limit is reached", do=_REGISTER),
    30027: TextFailure("the carrier's daily limit is reached", do=_REGISTER),
    30032: TextFailure("our toll-free number is not verified", do=_REGISTER),
    30034: TextFailure("our number is not registered for texts", do=_REGISTER),
    30035: TextFailure("our number's registration is not finished", do=_REGISTER),
}


def failure_of(code: int | None, *, status: int | None = None) -> TextFailure:
    """Return what a failed text means; a code that nobody knows yet follows the HTTP status.

    Args:
        code: Twilio's error code, or None.
        status: of the answer to our request; None when there was no answer, or for a receipt.
    """
    known = _TABLE.get(code or 0)
    if known is not None:
        return known
    if status is None and code is None:
        return TextFailure("no answer from Twilio", may_try_again=True)
    if status == 429 or (status or 0) >= 500:
        return TextFailure("Twilio is busy", may_try_again=True)
    return TextFailure(f"refused with code {code}" if code else f"refused with status {status}")
