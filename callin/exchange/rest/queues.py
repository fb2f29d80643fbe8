"""The Queue resource; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Queue
from callin.exchange.rest.render import account_path, rfc_2822
from callin.exchange.rest.resource import RestCall


def rendered(asking: RestCall, queue: Queue) -> dict[str, Any]:
    """Return the queue as the contract has it; its size may lag when that fault is set."""
    exchange = asking.exchange
    now = exchange.now()
    waits = [(now - member.enqueued_at).total_seconds() for member in queue.members]
    return {
        "sid": queue.sid,
        "account_sid": exchange.account.sid,
        "friendly_name": queue.friendly_name,
        "current_size": _shown_size(asking, queue),
        "max_size": queue.max_size,
        "average_wait_time": int(sum(waits) / len(waits)) if waits else 0,
        "date_created": rfc_2822(queue.date_created),
        "date_updated": rfc_2822(queue.date_updated),
        "uri": account_path(exchange.account.sid, "Queues", queue.sid) + ".json",
    }


def find(asking: RestCall) -> Queue:
    """Return the queue that the path names by its SID; a name is none (facts 0).

    Raises:
        RestError: 404 / 20404.
    """
    queue = asking.exchange.queues.get(asking.names["queue_sid"])
    if queue is None:
        raise asking.not_found()
    return queue


def read_all(asking: RestCall) -> HttpAnswer:
    """List the queues, oldest first."""
    with asking.exchange.lock:
        return asking.listed(
            list(asking.exchange.queues.values()),
            key="queues",
            path=asking.path("Queues.json"),
            token=lambda queue: queue.sid,
            render=lambda queue: rendered(asking, queue),
        )


def create(asking: RestCall) -> HttpAnswer:
    """Create a queue; a name that exists already is 400 / 22003."""
    name = asking.asked.required("FriendlyName")
    max_size = asking.asked.integer("MaxSize")
    with asking.exchange.lock:
        queue = asking.exchange.create_queue(name, max_size=max_size)
        return json_answer(201, rendered(asking, queue))


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one queue."""
    with asking.exchange.lock:
        return json_answer(200, rendered(asking, find(asking)))


def update(asking: RestCall) -> HttpAnswer:
    """Change a queue's name or size; nobody who waits is ejected by a smaller one."""
    name = asking.asked.text("FriendlyName")
    max_size = asking.asked.integer("MaxSize")
    with asking.exchange.lock:
        queue = find(asking)
        asking.exchange.update_queue(queue, friendly_name=name, max_size=max_size)
        return json_answer(200, rendered(asking, queue))


def delete(asking: RestCall) -> HttpAnswer:
    """Delete an empty queue."""
    with asking.exchange.lock:
        asking.exchange.delete_queue(find(asking))
    return HttpAnswer(204)


def _shown_size(asking: RestCall, queue: Queue) -> int:
    """Return the queue's size, or what it was until as many reads as `lagging_current_size` says have seen it."""
    size, lag = len(queue.members), asking.exchange.faults.settings.lagging_current_size
    if queue.shown_size is not None and queue.shown_size != size and queue.stale_reads < lag:
        queue.stale_reads += 1
        return queue.shown_size
    queue.shown_size, queue.stale_reads = size, 0
    return size
