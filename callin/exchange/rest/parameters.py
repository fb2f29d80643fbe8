"""What a REST request asks for, read and checked; used by every resource.

Source: Twilio error dictionary for the codes; where it has none for a parameter, 20001 «invalid parameter» stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from callin.exchange.errors import RestError
from callin.exchange.http_messages import Pairs

INVALID_PARAMETER, INVALID_STATUS_CALLBACK = 20001, 21609
_E164 = re.compile(r"\+[1-9]\d{1,14}")
# Keypad words that stand for «withheld»: they look like numbers and are nobody (facts 4.6).
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


def is_phone_number(text: str) -> bool:
    """Return whether this is an E.164 number that somebody could own."""
    return _E164.fullmatch(text) is not None and text not in WITHHELD


@dataclass(frozen=True, slots=True)
class Parameters:
    """The form (POST) or query (GET, DELETE) of a request."""

    pairs: Pairs

    def text(self, name: str) -> str | None:
        """Return the last value given under this name, or None."""
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def required(self, name: str) -> str:
        """Return the value under this name.

        Raises:
            RestError: 400 / 20001 when it is missing or empty.
        """
        value = self.text(name)
        if not value:
            raise RestError(400, INVALID_PARAMETER, f"Missing required parameter {name} in the post body")
        return value

    def many(self, name: str) -> list[str]:
        """Return every value given under this name, in order."""
        return [value for key, value in self.pairs if key == name]

    def integer(self, name: str, *, least: int | None = None, most: int | None = None) -> int | None:
        """Return the whole number under this name, or None when it is not given.

        Raises:
            RestError: 400 / 20001 when it is no whole number, or outside the bounds.
        """
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"[+-]?\d{1,9}", value):
            raise RestError(400, INVALID_PARAMETER, f"{name} is not a whole number: {value[:40]}")
        number = int(value)
        if (least is not None and number < least) or (most is not None and number > most):
            bounds = " and ".join(
                words for words, bound in ((f"at least {least}", least), (f"at most {most}", most)) if bound is not None
            )
            raise RestError(400, INVALID_PARAMETER, f"{name} must be {bounds}: {number}")
        return number

    def boolean(self, name: str) -> bool | None:
        """Return the truth under this name, or None when it is not given.

        Raises:
            RestError: 400 / 20001 when it is neither true nor false.
        """
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise RestError(400, INVALID_PARAMETER, f"{name} is neither true nor false: {value[:40]}")
        return value.lower() == "true"

    def method(self, name: str, *, code: int = INVALID_PARAMETER) -> str | None:
        """Return GET or POST, or None when the name is not given.

        Raises:
            RestError: 400 with the code when it is another method.
        """
        value = self.text(name)
        if value is None:
            return None
        if value.upper() not in ("GET", "POST"):
            raise RestError(400, code, f"{name} must be GET or POST: {value[:40]}")
        return value.upper()

    def url(self, name: str, *, code: int = INVALID_PARAMETER) -> str | None:
        """Return the absolute http(s) address under this name, "" when it is given empty, None when it is not given.

        Raises:
            RestError: 400 with the code when it is no such address.
        """
        value = self.text(name)
        if not value:
            return value
        if not is_web_address(value):
            raise RestError(400, code, f"{name} is not a valid URL: {value[:200]}")
        return value

    def status_callback(self) -> str | None:
        """Return the address under StatusCallback, as `url` does.

        Raises:
            RestError: 400 / 21609 when it is no address, or its host has an underscore, which Twilio does not call.

        Source: section 3.4 of the facts.
        """
        value = self.url("StatusCallback", code=INVALID_STATUS_CALLBACK)
        if value and "_" in (urlsplit(value).hostname or ""):
            raise RestError(400, INVALID_STATUS_CALLBACK, "The 'StatusCallback' URL has an underscore in its host")
        return value


def is_web_address(text: str) -> bool:
    """Return whether this is an absolute http(s) URL with a host and no spaces or control characters."""
    if any(character <= " " for character in text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
