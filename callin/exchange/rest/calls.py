"""The Call resource; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Call, CallStatus
from callin.exchange.rest.filters import dates
from callin.exchange.rest.parameters import INVALID_PARAMETER, Parameters, is_phone_number
from callin.exchange.rest.render import API_VERSION, account_path, formatted, rfc_2822
from callin.exchange.rest.resource import RestCall

NO_TO, INVALID_TO, NO_FROM, FROM_NOT_OURS = 21201, 21211, 21213, 21210
INVALID_URL = 21205
NOT_COMPLETE = 20009
MAX_TWIML_LENGTH, TWIML_TOO_LONG = 4_000, 21624
SUBRESOURCES = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


def rendered(call: Call) -> dict[str, Any]:
    """Return the call as the contract has it."""
    path = account_path(call.account_sid, "Calls", call.sid)
    return {
        "sid": call.sid,
        "date_created": rfc_2822(call.date_created),
        "date_updated": rfc_2822(call.date_updated),
        "parent_call_sid": call.parent_call_sid,
        "account_sid": call.account_sid,
        "to": call.to,
        "to_formatted": formatted(call.to),
        "from": call.from_,
        "from_formatted": formatted(call.from_),
        "phone_number_sid": call.number_sid,
        "status": call.status.value,
        "start_time": rfc_2822(call.start_time),
        "end_time": rfc_2822(call.end_time),
        "duration": str(call.duration_s) if call.status.is_over else None,
        "price": None,
        "price_unit": "USD",
        "direction": call.direction.value,
        "answered_by": None,
        "api_version": API_VERSION,
        "forwarded_from": call.forwarded_from,
        "group_sid": None,
        "caller_name": call.caller_name,
        "queue_time": "0",  # milliseconds in the account's own outgoing queue, not in ours
        "trunk_sid": None,
        "uri": path + ".json",
        "subresource_uris": {name: f"{path}/{part}.json" for name, part in SUBRESOURCES.items()},
    }


def find(asking: RestCall) -> Call:
    """Return the call that the path names.

    Raises:
        RestError: 404 / 20404.
    """
    call = asking.exchange.calls.get(asking.names["call_sid"])
    if call is None:
        raise asking.not_found()
    return call


def read_all(asking: RestCall) -> HttpAnswer:
    """List the calls that the filters let through, newest first."""
    asked = asking.asked
    started, ended = dates(asked, name="StartTime"), dates(asked, name="EndTime")
    to, from_ = asked.text("To"), asked.text("From")
    parent, status = asked.text("ParentCallSid"), asked.text("Status")
    if status is not None and status not in {known.value for known in CallStatus}:
        raise RestError(400, INVALID_PARAMETER, f"Status is not a call's: {status[:40]}")
    with asking.exchange.lock:
        calls = [
            call
            for call in reversed(asking.exchange.calls.values())
            if (to is None or call.to == to)
            and (from_ is None or call.from_ == from_)
            and (parent is None or call.parent_call_sid == parent)
            and (status is None or call.status == status)
            and started(call.start_time)
            and ended(call.end_time)
        ]
        return asking.listed(
            calls,
            key="calls",
            path=asking.path("Calls.json"),
            token=lambda call: call.sid,
            render=rendered,
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one call."""
    with asking.exchange.lock:
        return json_answer(200, rendered(find(asking)))


def create(asking: RestCall) -> HttpAnswer:
    """Ring a phone; its document runs once it is answered."""
    asked = asking.asked
    to, from_ = asked.text("To"), asked.text("From")
    if not to:
        raise RestError(400, NO_TO, "No 'To' number is specified")
    if not from_:
        raise RestError(400, NO_FROM, "No 'From' number is specified")
    if not is_phone_number(to):
        raise RestError(400, INVALID_TO, f"Invalid 'To' Phone Number: {to[:40]}")
    if from_ not in asking.exchange.numbers:
        raise RestError(400, FROM_NOT_OURS, f"The source phone number provided, {from_[:40]}, is not yours")
    url, twiml = _document(asked)
    if url is None and twiml is None:
        raise RestError(400, INVALID_URL, "Url or Twiml is required")
    with asking.exchange.lock:
        call = asking.exchange.place_call(
            to=to,
            from_=from_,
            url=url,
            twiml=twiml,
            method=asked.method("Method") or "POST",
            fallback_url=asked.url("FallbackUrl", code=INVALID_URL) or "",
            fallback_method=asked.method("FallbackMethod") or "POST",
            status_callback=asked.status_callback() or "",
            status_callback_method=asked.method("StatusCallbackMethod") or "POST",
            status_callback_events=tuple(_events(asked)) or ("completed",),
            timeout_s=asked.integer("Timeout", least=1, most=600) or 60,
            time_limit_s=asked.integer("TimeLimit", least=1, most=86_400),
        )
        return json_answer(201, rendered(call))


def update(asking: RestCall) -> HttpAnswer:
    """Move a call to another document, or end it; a call that is over is 400 / 21220."""
    asked = asking.asked
    status = asked.text("Status")
    if status is not None and status not in ("completed", "canceled"):
        raise RestError(400, INVALID_PARAMETER, f"Status must be completed or canceled: {status[:40]}")
    url, twiml = _document(asked)
    with asking.exchange.lock:
        call = find(asking)
        asking.exchange.update_call(
            call,
            url=url,
            method=asked.method("Method") or "POST",
            twiml=twiml,
            status=status,
            fallback_url=asked.url("FallbackUrl", code=INVALID_URL),
            fallback_method=asked.method("FallbackMethod"),
            status_callback=asked.status_callback(),
            status_callback_method=asked.method("StatusCallbackMethod"),
            time_limit_s=asked.integer("TimeLimit", least=1, most=86_400),
        )
        return json_answer(200, rendered(call))


def delete(asking: RestCall) -> HttpAnswer:
    """Forget a call that is over; one that lasts is 400 / 20009."""
    with asking.exchange.lock:
        call = find(asking)
        if not call.status.is_over:
            raise RestError(400, NOT_COMPLETE, "Cannot delete resource because it is not complete")
        del asking.exchange.calls[call.sid]
    return HttpAnswer(204)


def _document(asked: Parameters) -> tuple[str | None, str | None]:
    """Return the address or the text of the document that a call is to run; they exclude each other."""
    url, twiml = asked.url("Url", code=INVALID_URL) or None, asked.text("Twiml") or None
    if url is not None and twiml is not None:
        raise RestError(400, INVALID_PARAMETER, "Url and Twiml are mutually exclusive")
    if twiml is not None and len(twiml) > MAX_TWIML_LENGTH:
        raise RestError(400, TWIML_TOO_LONG, "Twiml is longer than 4000 characters")
    return url, twiml


def _events(asked: Parameters) -> list[str]:
    # The client repeats the parameter; people also write several into one.
    given = [event for value in asked.many("StatusCallbackEvent") for event in value.split()]
    known = {"initiated", "ringing", "answered", "completed"}
    for event in given:
        if event not in known:
            raise RestError(400, INVALID_PARAMETER, f"StatusCallbackEvent is unknown: {event[:40]}")
    return given
