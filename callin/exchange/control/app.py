"""Which address of the control API does what; called by the server.

Every operation has changed the state when it answers; the webhooks that it causes may still be on their way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callin.exchange.control import crowd, layout, numbers, phones, sounds, stream, whole, wire
from callin.exchange.control.asked import Acting, Asked, Refused
from callin.exchange.errors import BadFault, UnknownNumber, WrongState
from callin.exchange.http_messages import HttpAnswer, HttpRequest, StreamedAnswer, json_answer

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

PREFIX = "/_exchange/"


def answer(exchange: Exchange, request: HttpRequest) -> HttpAnswer | StreamedAnswer:
    """Do what the request says, or refuse it: 400 when unreadable, 404 for what is not there, 409 for too late."""
    path = request.path.removeprefix(PREFIX)
    methods: set[str] = set()
    for method, pattern, act in ROUTES:
        if (match := pattern.fullmatch(path)) is None:
            continue
        if method != ("GET" if request.method == "HEAD" else request.method):
            methods.add(method)
            continue
        try:
            return act(Asked(exchange, request, match.groupdict()))
        except Refused as refused:
            return json_answer(refused.status, {"error": str(refused)})
        except UnknownNumber as error:
            return json_answer(404, {"error": str(error)})
        except WrongState as error:
            return json_answer(409, {"error": str(error)})
        except BadFault as error:
            return json_answer(400, {"error": str(error)})
    if methods:
        allow = ", ".join(sorted(methods))
        return json_answer(405, {"error": f"use {allow}"}, headers=[("Allow", allow)])
    return json_answer(404, {"error": f"the control API has no {request.path[:100]}"})


def _route(method: str, pattern: str, act: Acting) -> tuple[str, re.Pattern[str], Acting]:
    return method, re.compile(pattern), act


ROUTES = (
    _route("POST", "calls", phones.dial),
    _route("GET", "calls/(?P<call_sid>[^/]+)", phones.show_call),
    _route("POST", "calls/(?P<call_sid>[^/]+)/digits", phones.press),
    _route("POST", "calls/(?P<call_sid>[^/]+)/speech", phones.speak),
    _route("POST", "calls/(?P<call_sid>[^/]+)/hangup", phones.hang_up),
    _route("POST", "calls/(?P<call_sid>[^/]+)/answer", phones.pick_up),
    _route("POST", "calls/(?P<call_sid>[^/]+)/refuse", phones.refuse),
    _route("POST", "calls/(?P<call_sid>[^/]+)/sound", sounds.make),
    _route("GET", "calls/(?P<call_sid>[^/]+)/sounds/(?P<key>[^/]+)", sounds.hear),
    _route("POST", "messages", phones.text),
    _route("GET", "phones/(?P<number>[^/]+)", phones.show_phone),
    _route("GET", "numbers", numbers.show_all),
    _route("PUT", "numbers/(?P<number>[^/]+)", numbers.attach),
    _route("DELETE", "numbers/(?P<number>[^/]+)", numbers.give_back),
    _route("GET", "queues", whole.show_queues),
    _route("GET", "log", whole.show_log),
    _route("GET", "log/(?P<n>[^/]+)", wire.show_entry),
    _route("POST", "log/(?P<n>[^/]+)/replay", wire.send_again),
    _route("GET", "stream", stream.follow),
    _route("GET", "clock", whole.show_clock),
    _route("POST", "clock", whole.advance),
    _route("PUT", "clock", whole.set_speed),
    _route("GET", "layout", layout.show),
    _route("PUT", "layout", layout.lay_out),
    _route("GET", "crowd", crowd.show),
    _route("PUT", "crowd", crowd.start),
    _route("DELETE", "crowd", crowd.stop),
    _route("GET", "faults", whole.show_faults),
    _route("PUT", "faults", whole.set_faults),
    _route("POST", "reset", whole.reset),
)
