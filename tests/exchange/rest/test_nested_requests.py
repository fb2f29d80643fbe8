"""An application asks REST from inside its own webhook, as real ones do; nothing waits for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from twilio.rest import Client

from callin.exchange.clock import ManualClock
from callin.exchange.exchange import Exchange
from callin.exchange.server import ExchangeServer

ACCOUNT_SID, AUTH_TOKEN, STATION = "AC" + "1" * 32, "t", "https://station.test"
PHONE, NUMBER = "+15550101111", "+15550100001"


class BusyApp:
    """An application that texts its caller from the voice webhook, and looks at the call it is about."""

    def __init__(self) -> None:
        self.client: Client
        self.statuses: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"] == "/voice":
            made = self.client.messages.create(
                to=PHONE, from_=NUMBER, body="welcome", status_callback=f"{STATION}/receipts"
            )
            self.statuses.append(self.client.messages(made.sid).fetch().status)
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [b"<Response><Say>hello</Say></Response>"]


@pytest.fixture
def app() -> BusyApp:
    """The application behind the number."""
    return BusyApp()


@pytest.fixture
def exchange(app: BusyApp) -> Iterator[Exchange]:
    """An exchange with one number."""
    made = Exchange(clock=ManualClock(), account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, apps={STATION: app})
    made.add_number(NUMBER, voice_url=f"{STATION}/voice")
    yield made
    made.close()


def _order(exchange: Exchange) -> list[str]:
    return [entry.url.rpartition("/")[2] for entry in exchange.log.entries if entry.kind == "webhook"]


def test_in_one_process_what_a_webhook_causes_comes_after_it(exchange: Exchange, app: BusyApp) -> None:
    """The text is only queued inside the webhook, and its receipts follow the webhook's own answer."""
    app.client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=exchange.http_client())

    exchange.phone(PHONE).dial(NUMBER)

    assert app.statuses == ["queued"]
    assert _order(exchange) == ["voice", "receipts", "receipts", "receipts"]
    assert [text.body for text in exchange.phone(PHONE).inbox] == ["welcome"]
    assert exchange.phone(PHONE).heard[0].text == "hello"


def test_over_http_it_is_the_same(exchange: Exchange, app: BusyApp) -> None:
    """A served exchange answers REST while it waits for the webhook."""
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    app.client = Client(ACCOUNT_SID, AUTH_TOKEN)
    app.client.api.base_url = server.url
    try:
        exchange.dial(PHONE, NUMBER)
        exchange.advance(0)

        assert app.statuses == ["queued"]
        assert _order(exchange) == ["voice", "receipts", "receipts", "receipts"]
    finally:
        server.close()
