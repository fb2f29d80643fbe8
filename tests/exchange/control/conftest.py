"""A served exchange with a hand-moved clock, an application behind it in this process, and a plain HTTP client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import urllib3
from twilio.rest import Client

from callin.exchange.clock import ManualClock
from callin.exchange.exchange import Exchange
from callin.exchange.server import ExchangeServer

ACCOUNT_SID, AUTH_TOKEN = "AC" + "1" * 32, "token of the tests"
STATION = "https://station.test"
DOCUMENTS = {
    "/enqueue": '<Response><Enqueue waitUrl="/wait">line</Enqueue></Response>',
    "/wait": "<Response><Say>you are waiting</Say><Play>/music.wav</Play></Response>",
    "/hold": '<Response><Pause length="600"/></Response>',
    "/keys": '<Response><Gather numDigits="1" action="/pressed" timeout="20"/></Response>',
    "/pressed": "<Response><Say>thank you</Say></Response>",
    "/record": '<Response><Record action="/pressed" playBeep="false" timeout="3"/></Response>',
    "/call": '<Response><Dial timeout="30"><Number>+15550109999</Number></Dial></Response>',
    "/visits": '<Response><Pause length="600"/></Response>',
    "/goodbye": "<Response><Say>goodbye to you</Say></Response>",
}
VISITS = count(1)


def small_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the document that the path names; with a fresh cookie each time if that is `/visits`."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    cookies = [("Set-Cookie", f"visit={next(VISITS)}")] if environ["PATH_INFO"] == "/visits" else []
    start_response("200 OK", [("Content-Type", "text/xml"), *cookies])
    return [DOCUMENTS.get(environ["PATH_INFO"], "<Response/>").encode()]


@dataclass(frozen=True)
class Control:
    """The control API over a real connection."""

    url: str
    pool: urllib3.PoolManager

    def send(self, method: str, path: str, content: Any = None, *, body: bytes | None = None) -> tuple[int, Any]:
        """Return the status and the JSON of the answer, None for an empty one."""
        if content is not None:
            body = json.dumps(content).encode()
        response = self.pool.request(method, f"{self.url}/_exchange/{path}", body=body, retries=False)
        return response.status, json.loads(response.data) if response.data else None


def _serve(clock: Any) -> Iterator[ExchangeServer]:
    exchange = Exchange(clock=clock, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, seed=3, apps={STATION: small_app})
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    yield server
    server.close()


@pytest.fixture
def server() -> Iterator[ExchangeServer]:
    """A served exchange whose clock is moved by hand."""
    yield from _serve(ManualClock())


@pytest.fixture
def client(server: ExchangeServer) -> Client:
    """The unmodified client, over HTTP."""
    made = Client(ACCOUNT_SID, AUTH_TOKEN)
    made.api.base_url = server.url
    return made


@pytest.fixture
def control(server: ExchangeServer) -> Iterator[Control]:
    """The control API of the served exchange."""
    pool = urllib3.PoolManager()
    yield Control(server.url, pool)
    pool.clear()


@pytest.fixture
def attach(client: Client) -> Callable[[str], str]:
    """Bring a number to life whose calls begin with the document at a path."""
    count = iter(range(1, 100))

    def attach_number(path: str) -> str:
        phone_number = f"+1555010{next(count):04}"
        client.incoming_phone_numbers.create(
            phone_number=phone_number, voice_url=f"{STATION}{path}", sms_url=f"{STATION}/sms"
        )
        return phone_number

    return attach_number
