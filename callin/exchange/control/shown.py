"""How the control API writes what it shows; used by its answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callin.exchange.records import Call, Heard, LogEntry, Message, Queue


def shown_call(call: Call, *, queue_name: str | None) -> dict[str, Any]:
    """Return the call, what its phone heard, and where it is."""
    return {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "status": call.status.value,
        "heard": [shown_heard(heard) for heard in call.heard],
        "queue": queue_name,
        "bridged_to": call.bridged_to,
    }


def shown_heard(heard: Heard) -> dict[str, Any]:
    """Return one verb as heard: `text` only where something was said, `url` only where something was played."""
    shown: dict[str, Any] = {"at": iso_8601(heard.at), "kind": heard.kind.value}
    if heard.text is not None:
        shown["text"] = heard.text
    if heard.url is not None:
        shown["url"] = heard.url
    return shown


def shown_text(message: Message) -> dict[str, Any]:
    """Return a text as it lies in a phone's inbox."""
    return {"sid": message.sid, "from": message.from_, "body": message.body, "at": iso_8601(message.date_created)}


def shown_queue(queue: Queue) -> dict[str, Any]:
    """Return a queue and who is in it, front first, without any fault's lag."""
    return {
        "sid": queue.sid,
        "friendly_name": queue.friendly_name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "members": [member.call.sid for member in queue.members],
    }


def shown_entry(entry: LogEntry) -> dict[str, Any]:
    """Return an entry of the log; `status` is null until the request is answered."""
    return {
        "n": entry.n,
        "at": iso_8601(entry.at),
        "kind": entry.kind,
        "method": entry.method,
        "url": entry.url,
        "params": entry.params,
        "status": entry.status,
        "body": entry.body,
        "error": entry.error,
        "call_sid": entry.call_sid,
    }


def iso_8601(moment: datetime) -> str:
    """Return the moment in UTC to the millisecond: «2026-01-05T18:00:00.000Z»."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
