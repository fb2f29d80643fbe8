"""The cookies an application sets: one jar per call, one per pair of numbers for texts; used by the webhooks.

Source: https://www.twilio.com/docs/voice/twiml; section 4.3 of the facts (texts: four hours of idleness empty the jar).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

IDLE = timedelta(hours=4)


class Jar:
    """Cookies by host and name."""

    __slots__ = ("_cookies", "used_at")

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str], str] = {}
        self.used_at: datetime | None = None

    def copy(self) -> Jar:
        """Return a jar with the same cookies, whose changes are its own."""
        copied = Jar()
        copied._cookies.update(self._cookies)
        return copied

    def header(self, url: str) -> str | None:
        """Return the Cookie header for a request to `url`, if there is anything to send."""
        host = urlsplit(url).hostname or ""
        return "; ".join(f"{name}={value}" for (of, name), value in self._cookies.items() if of == host) or None

    def store(self, url: str, set_cookies: Iterable[str]) -> None:
        """The jar holds what an answer from `url` set; what it expired is gone."""
        host = urlsplit(url).hostname or ""
        for line in set_cookies:
            cookie = SimpleCookie()
            try:
                cookie.load(line)
            except CookieError:
                continue
            for name, morsel in cookie.items():
                if morsel["max-age"] == "0" or (not morsel.value and morsel["expires"]):
                    self._cookies.pop((host, name), None)
                else:
                    self._cookies[host, name] = morsel.coded_value


class TextJars:
    """One jar per pair of numbers, emptied by four hours without a text."""

    def __init__(self) -> None:
        self._jars: dict[frozenset[str], Jar] = {}

    def between(self, one: str, other: str, *, now: datetime) -> Jar:
        """Return the jar of a pair of numbers; a stale one is empty."""
        pair = frozenset((one, other))
        jar = self._jars.get(pair)
        if jar is None or (jar.used_at is not None and now - jar.used_at > IDLE):
            jar = self._jars[pair] = Jar()
        jar.used_at = now
        return jar

    def clear(self) -> None:
        """Every jar is empty."""
        self._jars.clear()
