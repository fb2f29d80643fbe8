"""An application that knows nothing of the exchange runs on it, over real HTTP, by REST and the control API alone."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from twilio.rest import Client
from werkzeug.serving import make_server

from callin.exchange.server import start_server

ACCOUNT_SID, AUTH_TOKEN = "AC" + "1" * 32, "token of the tests"


@pytest.fixture
def station() -> Iterator[str]:
    """The stranger's application on a port of its own; its address."""
    spec = importlib.util.spec_from_file_location("strangers_app", Path(__file__).with_name("strangers_app.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = make_server("127.0.0.1", 0, module.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Phones:
    """The control API of a served exchange."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager()

    def post(self, path: str, **fields: Any) -> Any:
        """Send a JSON object, and then let everything settle."""
        answered = self._send("POST", path, fields)
        if path != "clock":
            self._send("POST", "clock", {"advance_s": 0})
        return answered

    def get(self, path: str) -> Any:
        """Return what a path shows."""
        return self._send("GET", path, None)

    def heard(self, sid: str) -> list[str]:
        """Return the words that a call's phone has heard."""
        return [heard["text"] for heard in self.get(f"calls/{sid}")["heard"] if heard["kind"] == "say"]

    def _send(self, method: str, path: str, fields: dict[str, Any] | None) -> Any:
        body = None if fields is None else json.dumps(fields).encode()
        response = self._pool.request(method, f"{self._url}/_exchange/{path}", body=body, retries=False)
        assert response.status < 300, response.data
        return json.loads(response.data) if response.data else None


@pytest.fixture
def exchange_url() -> Iterator[str]:
    """A served exchange with a hand-moved clock; its address."""
    server = start_server(port=0, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, manual_clock=True)
    yield server.url
    server.close()


@pytest.fixture
def client(exchange_url: str) -> Client:
    """The vendor's client, pointed at the exchange."""
    made = Client(ACCOUNT_SID, AUTH_TOKEN)
    made.api.base_url = exchange_url
    return made


def test_a_strangers_phone_in_runs_from_the_queue_to_the_air_and_out(
    station: str, exchange_url: str, client: Client
) -> None:
    """Two callers wait and hear their place, the DJ takes the first, a star ends it, and every action runs."""
    phones = Phones(exchange_url)
    for number, path in (("+15550100001", "/listener"), ("+15550100002", "/dj")):
        client.incoming_phone_numbers.create(phone_number=number, voice_url=station + path)

    first = phones.post("calls", **{"from": "+15550101111", "to": "+15550100001"})["sid"]
    second = phones.post("calls", **{"from": "+15550102222", "to": "+15550100001"})["sid"]
    phones.post("clock", advance_s=30)
    (queue,) = client.queues.list()
    assert (queue.friendly_name, queue.current_size) == ("strangers", 2)
    assert [member.call_sid for member in client.queues(queue.sid).members.list()] == [first, second]
    assert phones.heard(first)[:2] == ["you are number 1 of 1", "you are number 1 of 2"]
    assert "you are number 2 of 2" in phones.heard(second)

    dj = phones.post("calls", **{"from": "+15550109999", "to": "+15550100002"})["sid"]
    phones.post("clock", advance_s=10)
    assert phones.heard(first)[-1] == "you are going on the air"
    assert phones.get(f"calls/{first}")["bridged_to"] == dj
    assert client.queues(queue.sid).fetch().current_size == 1

    phones.post(f"calls/{dj}/digits", digits="*")
    assert phones.heard(dj) == ["that call was completed"]
    assert phones.heard(first)[-1] == "goodbye after bridged"

    phones.post(f"calls/{second}/hangup")
    assert client.queues(queue.sid).fetch().current_size == 0
    results = [entry["params"]["QueueResult"] for entry in phones.get("log") if entry["url"] == f"{station}/left"]
    assert results == ["bridged", "hangup"]
    assert client.queues(queue.sid).delete()
