"""The Member resource: who waits in a queue; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Member, Queue
from callin.exchange.rest import queues
from callin.exchange.rest.calls import INVALID_URL
from callin.exchange.rest.parameters import is_web_address
from callin.exchange.rest.render import account_path, rfc_2822
from callin.exchange.rest.resource import RestCall

FRONT = "Front"


def rendered(asking: RestCall, queue: Queue, *, member: Member, position: int) -> dict[str, Any]:
    """Return the member as the contract has it; a member has no SID of its own (facts 3.1)."""
    exchange = asking.exchange
    path = account_path(exchange.account.sid, "Queues", queue.sid, "Members", member.call.sid)
    return {
        "call_sid": member.call.sid,
        "date_enqueued": rfc_2822(member.enqueued_at),
        "position": position,
        "uri": path + ".json",
        "wait_time": int((exchange.now() - member.enqueued_at).total_seconds()),
        "queue_sid": queue.sid,
    }


def read_all(asking: RestCall) -> HttpAnswer:
    """List the members, front first."""
    with asking.exchange.lock:
        queue = queues.find(asking)
        return asking.listed(
            list(enumerate(queue.members, start=1)),
            key="queue_members",
            path=asking.path("Queues", queue.sid, "Members.json"),
            token=lambda placed: placed[1].call.sid,
            render=lambda placed: rendered(asking, queue, member=placed[1], position=placed[0]),
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one member, by its call's SID or `Front`."""
    with asking.exchange.lock:
        queue = queues.find(asking)
        for position, member in enumerate(queue.members, start=1):
            if asking.names["member_sid"] in (member.call.sid, FRONT):
                return json_answer(200, rendered(asking, queue, member=member, position=position))
        raise asking.not_found()


def update(asking: RestCall) -> HttpAnswer:
    """Take one member out of the queue and run the document at Url for it.

    Repeated on `Front`, this takes the next one out: that is Twilio's own trap (facts 3.1).
    """
    url = asking.asked.required("Url")
    if not is_web_address(url):
        raise RestError(400, INVALID_URL, f"Url is not a valid URL: {url[:200]}")
    method = asking.asked.method("Method") or "POST"
    exchange, which = asking.exchange, asking.names["member_sid"]
    with exchange.lock:
        queue = queues.find(asking)
        _hang_up_when_struck(asking, queue, which=which)
        shown = {
            member.call.sid: rendered(asking, queue, member=member, position=position)
            for position, member in enumerate(queue.members[:1] if which == FRONT else queue.members, start=1)
            if which in (member.call.sid, FRONT)
        }
        taken = exchange.dequeue(queue, which, url=url, method=method)
        return json_answer(200, shown[taken.call.sid])


def _hang_up_when_struck(asking: RestCall, queue: Queue, *, which: str) -> None:
    """Let the member hang up just before the request is carried out, when the `member_gone` fault strikes."""
    exchange = asking.exchange
    member = next((one for one in queue.members if which in (one.call.sid, FRONT)), None)
    if member is not None and exchange.faults.strikes(exchange.faults.settings.member_gone):
        exchange.hang_up(member.call)
