"""The sound files that calls play: fetched, measured and kept by their headers; used by Play.

Source: https://www.twilio.com/docs/voice/twiml/play; section 4.3 of the facts (only GET answers with an ETag or a
Last-Modified are kept).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from callin.exchange.clock import Clock
from callin.exchange.errors import Code
from callin.exchange.records import Call
from callin.exchange.sounds import length_s
from callin.exchange.webhooks import Kind, Reply, WebhookRequest

_MAX_AGE = re.compile(r"max-age=(\d{1,9})")
_UNKEPT = re.compile(r"no-store|no-cache|private")
_MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    length_s: float
    etag: str
    last_modified: str
    fresh_until: datetime | None  # None: for good


@dataclass(frozen=True, slots=True)
class Sound:
    """A file as a phone's ear gets it."""

    content_type: str
    content: bytes


class SoundFiles:
    """How long each known file lasts, and the latest files themselves for whoever would hear them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._heard: OrderedDict[str, Sound] = OrderedDict()

    def heard(self, url: str) -> Sound | None:
        """Return the file that was last played from this address, unless it is too long ago."""
        return self._heard.get(url)

    def known_s(self, url: str) -> float | None:
        """Return how long the file lasts, if it is kept and still fresh."""
        kept = self._kept.get(url)
        if kept is None or (kept.fresh_until is not None and kept.fresh_until <= self._clock.now()):
            return None
        return kept.length_s

    def request(self, url: str, *, call: Call) -> WebhookRequest:
        """Return the request for a file: no parameters, and conditional when an older copy is kept."""
        kept = self._kept.get(url)
        conditions = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified} if kept else {}
        return WebhookRequest(
            url=url,
            method="GET",
            kind=Kind.PLAY,
            call=call,
            headers={name: value for name, value in conditions.items() if value},
        )

    def learn(self, reply: Reply, *, url: str) -> float | None:
        """Return how long the file in the reply lasts, None if there is none; keep it if its headers allow."""
        if reply.error is not None:
            return None
        old = self._kept.get(url)
        if reply.status == 304 and old is not None:
            lasts_s = old.length_s
        elif reply.content_type.startswith("audio/"):
            lasts_s = length_s(reply.body, content_type=reply.content_type)
            self._remember(Sound(reply.content_type, reply.body), url=url)
        else:
            reply.blame(Code.CONTENT_TYPE)
            return None
        self._keep(reply, url=url, lasts_s=lasts_s)
        return lasts_s

    def clear(self) -> None:
        """No file is known."""
        self._kept.clear()
        self._heard.clear()

    def _remember(self, sound: Sound, *, url: str) -> None:
        self._heard[url] = sound
        self._heard.move_to_end(url)
        while len(self._heard) > 1 and sum(len(each.content) for each in self._heard.values()) > _MOST_BYTES:
            self._heard.popitem(last=False)

    def _keep(self, reply: Reply, *, url: str, lasts_s: float) -> None:
        etag, modified = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
        control = reply.headers.get("cache-control", "")
        if not (etag or modified) or "no-store" in control:
            self._kept.pop(url, None)
            return
        age = _MAX_AGE.search(control)
        fresh_until = self._clock.now() + timedelta(seconds=int(age[1])) if age else None
        if _UNKEPT.search(control):
            fresh_until = self._clock.now()
        self._kept[url] = _Kept(lasts_s, etag, modified, fresh_until)
