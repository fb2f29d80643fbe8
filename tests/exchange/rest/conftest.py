"""An exchange in this process with a small application behind it, and the vendor's client in front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from twilio.rest import Client

from callin.exchange.clock import ManualClock
from callin.exchange.exchange import Exchange

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "token of the tests"
STATION = "https://station.test"

DOCUMENTS = {
    "/enqueue": '<Response><Enqueue waitUrl="/wait">line</Enqueue></Response>',
    "/wait": '<Response><Pause length="10"/></Response>',
    "/goodbye": "<Response><Say>goodbye to you</Say></Response>",
    "/hold": '<Response><Say>hello</Say><Pause length="600"/></Response>',
    "/record": '<Response><Say>speak</Say><Record action="/goodbye" playBeep="false" timeout="3"/></Response>',
    "/silent": "<Response/>",
}


def small_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the document that the path names, 204 for a status callback."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    document = DOCUMENTS.get(environ["PATH_INFO"])
    if document is None:
        start_response("204 No Content", [])
        return []
    start_response("200 OK", [("Content-Type", "text/xml")])
    return [document.encode()]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """An exchange whose clock is moved by hand."""
    made = Exchange(
        clock=ManualClock(), account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, seed=7, apps={STATION: small_app}
    )
    yield made
    made.close()


@pytest.fixture
def client(exchange: Exchange) -> Client:
    """The unmodified client, whose requests stay in this process."""
    return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=exchange.http_client())


@pytest.fixture
def line(client: Client) -> str:
    """The number that puts its callers into the queue «line»."""
    number = client.incoming_phone_numbers.create(
        phone_number="+15550100001", voice_url=f"{STATION}/enqueue", sms_url=f"{STATION}/silent"
    )
    return str(number.phone_number)
