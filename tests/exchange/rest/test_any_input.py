"""Whatever is asked of REST or of the control API, the answer is one of theirs: never a traceback, never a 500."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from callin.exchange.clock import ManualClock
from callin.exchange.control import app as control
from callin.exchange.exchange import Exchange
from callin.exchange.http_messages import HttpRequest
from callin.exchange.rest import app as rest

ACCOUNT_SID, AUTH_TOKEN = "AC" + "1" * 32, "t"
AUTHORIZATION = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
FORM = ("FriendlyName", "MaxSize", "Url", "Method", "Twiml", "Status", "To", "From", "Body", "MediaUrl", "PhoneNumber")
MORE = ("StatusCallback", "StatusCallbackEvent", "Timeout", "TimeLimit", "VoiceUrl", "VoiceMethod", "SmsUrl", "Beta")
QUERY = ("PageSize", "Page", "PageToken", "StartTime", "StartTime>", "DateSent<", "MessagingServiceSid")
NAMES = FORM + MORE + QUERY
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "+15550100001",
            "+15550101111",
            "line",
            "10",
            "-1",
            "1e3",
            "9" * 30,
            "٣",
            "GET",
            "completed",
            "canceled",
            "true",
            "https://station.test/x",
            "https://[::1",
            "http://x:99999999/",
            "/x",
            "<Response/>",
            "<Response><Say>",
            "2026-01-05",
            "0000-00-00",
            "9999-12-31",
            "0001-01-01T00:00:00-23:59",
        ]
    ),
)
PATHS = st.one_of(
    st.sampled_from(
        [
            "Queues.json",
            "Queues/QUEUE.json",
            "Queues/QUEUE/Members.json",
            "Queues/QUEUE/Members/Front.json",
            "Queues/QUEUE/Members/CALL.json",
            "Calls.json",
            "Calls/CALL.json",
            "Calls/CALL/Recordings.json",
            "Messages.json",
            "Recordings.json",
            "IncomingPhoneNumbers.json",
            "IncomingPhoneNumbers/NUMBER.json",
        ]
    ),
    st.text(max_size=20),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), VALUES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["from", "to", "body", "digits", "text", "advance_s", "rest_429", "webhook_lose", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
CONTROL_PATHS = st.sampled_from(
    [
        "calls",
        "calls/CALL",
        "calls/CALL/digits",
        "calls/CALL/speech",
        "calls/CALL/hangup",
        "calls/CALL/answer",
        "calls/CALL/refuse",
        "messages",
        "phones/+15550101111",
        "phones/%00",
        "queues",
        "log?after=1",
        "log?after=٣",
        "clock",
        "faults",
        "reset",
    ]
)


def _exchange() -> Exchange:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [b'<Response><Enqueue waitUrl="/w">line</Enqueue></Response>' if environ["PATH_INFO"] == "/x" else WAIT]

    made = Exchange(
        clock=ManualClock(), account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, apps={"https://station.test": app}
    )
    made.add_number("+15550100001", voice_url="https://station.test/x", sms_url="https://station.test/w")
    made.dial("+15550101111", "+15550100001")
    return made


GOOD = {
    "Queues.json": [("FriendlyName", "other")],
    "Queues/QUEUE/Members/Front.json": [("Url", "https://station.test/w")],
    "Queues/QUEUE/Members/CALL.json": [("Url", "https://station.test/w")],
    "Calls.json": [("To", "+15550102222"), ("From", "+15550100001"), ("Url", "https://station.test/w")],
    "Calls/CALL.json": [("Url", "https://station.test/w")],
    "Messages.json": [("To", "+15550102222"), ("From", "+15550100001"), ("Body", "hello")],
    "IncomingPhoneNumbers.json": [("PhoneNumber", "+15550100002")],
}
"""Forms that work, so that one bad field in a good form is met too: of several values the last counts."""
WAIT = b'<Response><Pause length="10"/></Response>'


def _with_sids(path: str, exchange: Exchange) -> str:
    queue, call = next(iter(exchange.queues), "QU0"), next(iter(exchange.calls), "CA0")
    number = next(iter(exchange.numbers.values())).sid
    return path.replace("QUEUE", queue).replace("CALL", call).replace("NUMBER", number)


@settings(max_examples=250, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "POST", "POST", "DELETE", "PUT"]),
    path=PATHS,
    pairs=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
)
def test_rest_answers_anything_with_a_status_of_its_own(method: str, path: str, pairs: list[tuple[str, str]]) -> None:
    """Done, or refused with the four fields of an error."""
    exchange = _exchange()
    pairs = [*GOOD.get(path, []), *pairs] if method == "POST" else pairs
    path = _with_sids(f"/2010-04-01/Accounts/{ACCOUNT_SID}/{path}", exchange)
    encoded = urlencode(pairs, errors="replace")
    request = HttpRequest(
        method,
        f"https://api.twilio.com{quote(path)}" + (f"?{encoded}" if method == "GET" else ""),
        {"authorization": AUTHORIZATION, "content-type": "application/x-www-form-urlencoded"},
        encoded.encode(),
    )

    answer = rest.answer(exchange, request)
    exchange.advance(30)
    exchange.close()

    assert answer.status in (200, 201, 204, 400, 404, 405)
    if answer.status >= 400:
        assert set(json.loads(answer.body)) == {"code", "message", "more_info", "status"}


@settings(max_examples=250, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=CONTROL_PATHS,
    content=st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=20)),
)
def test_the_control_api_answers_anything_with_a_status_of_its_own(method: str, path: str, content: bytes) -> None:
    """Done, or refused with an error that says why."""
    exchange = _exchange()
    request = HttpRequest(method, f"http://127.0.0.1/_exchange/{_with_sids(path, exchange)}", {}, content)

    answer = control.answer(exchange, request)
    exchange.advance(30)
    exchange.close()

    assert answer.status in (200, 201, 204, 400, 404, 405, 409)
    if answer.status >= 400:
        assert set(json.loads(answer.body)) == {"error"}
