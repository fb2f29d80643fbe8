"""One entry of the log, whole, and sent once more; routed to by the control API's app."""

from __future__ import annotations

import re
from typing import Any

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.control.shown import shown_entry
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import LogEntry
from callin.exchange.replay import replay


def show_entry(asked: Asked) -> HttpAnswer:
    """Show an entry with what the list leaves out: headers as sent, what it is for, how long it took."""
    with asked.exchange.lock:
        return json_answer(200, _whole(_entry(asked)))


def send_again(asked: Asked) -> HttpAnswer:
    """Send a webhook once more, and show what came back; nothing of it is carried out."""
    asked.fields()
    with asked.exchange.lock:
        entry = _entry(asked)
    again = replay(asked.exchange, entry)
    with asked.exchange.lock:
        return json_answer(200, _whole(again))


def _whole(entry: LogEntry) -> dict[str, Any]:
    return {
        **shown_entry(entry),
        "purpose": entry.purpose,
        "headers": entry.headers,
        "content_type": entry.content_type,
        "took_ms": None if entry.took_s is None else round(entry.took_s * 1000, 1),
        "again_of": entry.again_of,
    }


def _entry(asked: Asked) -> LogEntry:
    n = asked.names["n"]
    entry = asked.exchange.log.entry(int(n)) if re.fullmatch(r"\d{1,12}", n) else None
    if entry is None:
        raise Refused(404, f"the log has no entry {n[:20]}")
    return entry
