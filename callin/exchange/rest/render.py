"""How REST answers write dates, numbers and addresses; used by every resource."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

API_VERSION = "2010-04-01"


def rfc_2822(moment: datetime | None) -> str | None:
    """Return the moment as Twilio's 2010 API writes it, to the second: «Tue, 31 Aug 2010 20:36:28 +0000»."""
    return None if moment is None else format_datetime(moment)


def formatted(number: str) -> str:
    """Return a North American number as people write it, «(415) 867-5308»; any other address as it is."""
    digits = number[2:]
    if number.startswith("+1") and len(digits) == 10 and digits.isdecimal():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number


def account_path(account_sid: str, *parts: str) -> str:
    """Return the path below the account that these parts name, without an ending."""
    return "/".join(("", API_VERSION, "Accounts", account_sid, *(quote(part) for part in parts)))
