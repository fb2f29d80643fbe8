"""The phones page's stream: the whole state whenever it has changed, and the wire; routed to by the control API's app.

Server-sent events. Every connection begins with the whole state and the latest of the log, so that whoever comes back
has lost nothing. Looking twenty times a second costs less than telling each place that changes something.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.control.shown import iso_8601
from callin.exchange.control.watched import watched
from callin.exchange.http_messages import StreamedAnswer
from callin.exchange.records import LogEntry

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

MOST_PHONES = 50
MOST_ENTRIES = 400
LOOK_EVERY_S = 0.05
LOOKING_SHARE = 20  # at most a twentieth of the time
TELL_TIME_EVERY_S = 5.0


def follow(asked: Asked) -> StreamedAnswer:
    """Tell the phones that the query names, and the wire, until the page goes away."""
    numbers = list(dict.fromkeys(value for name, value in asked.request.query if name == "phone"))
    if len(numbers) > MOST_PHONES:
        raise Refused(400, f"one stream follows {MOST_PHONES} phones at most")
    return StreamedAnswer(
        _events(asked.exchange, numbers),
        content_type="text/event-stream; charset=utf-8",
        headers=(("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")),
    )


def _events(exchange: Exchange, numbers: list[str]) -> Iterator[bytes]:
    wire, before, told_at = _Wire(exchange), "", 0.0
    while True:
        began = time.monotonic()
        with exchange.lock:
            state = watched(exchange, numbers)
            news = wire.news()
            now = iso_8601(exchange.now())
        shown = json.dumps(state)
        is_time = time.monotonic() - told_at >= TELL_TIME_EVERY_S
        if shown != before or is_time:
            before, told_at = shown, time.monotonic()
            yield _event("state", {**state, "now": now})
        if news:
            yield _event("wire", news)
        yield b""
        # With very many calls a look takes longer, and is taken less often: a page never slows the exchange down.
        time.sleep(max(LOOK_EVERY_S, LOOKING_SHARE * (time.monotonic() - began)))


class _Wire:
    """The log as one stream has told it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._era = ""
        self._told: dict[int, tuple[int | None, int | None]] = {}

    def news(self) -> list[dict[str, Any]]:
        """Return the latest entries that are new, or have been answered since."""
        if self._era != self._exchange.era:
            self._era, self._told = self._exchange.era, {}
        latest = self._exchange.log.latest(MOST_ENTRIES)
        changed = [entry for entry in latest if self._told.get(entry.n) != (entry.status, entry.error)]
        if changed:
            self._told = {entry.n: (entry.status, entry.error) for entry in latest}
        return [_summary(entry) for entry in changed]


def _summary(entry: LogEntry) -> dict[str, Any]:
    """Return what a line of the wire view shows; the rest is fetched when somebody opens it."""
    status = entry.params.get("CallStatus") or entry.params.get("MessageStatus")
    return {
        "n": entry.n,
        "at": iso_8601(entry.at),
        "kind": entry.kind,
        "purpose": entry.purpose,
        "method": entry.method,
        "url": entry.url,
        "status": entry.status,
        "error": entry.error,
        "call_sid": entry.call_sid,
        "said": status if isinstance(status, str) else None,
        "again_of": entry.again_of,
    }


def _event(name: str, content: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(content)}\n\n".encode()
