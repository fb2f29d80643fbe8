"""The exchange as a server: its address, its connections, its end (exchange design)."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.http_messages import HttpRequest
from callin.exchange.server import ExchangeServer, start_server

ACCOUNT_SID, AUTH_TOKEN = "AC" + "1" * 32, "t"
SERVE = (
    "from callin.exchange.server import serve; "
    f"serve(port={{port}}, account_sid='{ACCOUNT_SID}', auth_token='{AUTH_TOKEN}', manual_clock=True)"
)


@pytest.fixture
def server() -> Iterator[ExchangeServer]:
    """A served exchange on a free port."""
    made = start_server(port=0, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, manual_clock=True)
    yield made
    made.close()


@pytest.fixture
def connection(server: ExchangeServer) -> Iterator[http.client.HTTPConnection]:
    """A plain connection to it."""
    made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield made
    made.close()


def test_the_unmodified_client_works_over_http(server: ExchangeServer) -> None:
    """Only its base address is changed; pages and errors included."""
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = server.url
    for n in range(5):
        client.queues.create(friendly_name=f"q{n}")

    assert [queue.friendly_name for queue in client.queues.list(page_size=2)] == [f"q{n}" for n in range(5)]
    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name="q0")
    assert (error.value.status, error.value.code) == (400, 22003)


def test_a_taken_port_is_left_alone(server: ExchangeServer) -> None:
    """Another is chosen."""
    second = start_server(port=server.port, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    try:
        assert second.port != server.port
        assert urlsplit(second.url).port == second.port
    finally:
        second.close()


def test_a_connection_is_kept(connection: http.client.HTTPConnection) -> None:
    """Request after request on one connection, of any length and kind, without the network's 40 ms stalls."""
    connection.request("GET", "/_exchange/queues")
    connection.getresponse().read()
    kept = connection.sock
    took = []

    for _ in range(20):
        began = time.perf_counter()
        connection.request("POST", "/_exchange/calls", body=b'{"from": "a"}')
        assert connection.getresponse().read()
        took.append(time.perf_counter() - began)

    assert connection.sock is kept
    assert sorted(took)[10] < 0.03


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Length": "3000000"}, 413), ({"Content-Length": "-1"}, 411), ({"Transfer-Encoding": "chunked"}, 411)],
)
def test_a_body_without_a_sensible_length_is_refused(
    connection: http.client.HTTPConnection, headers: dict[str, str], status: int
) -> None:
    """413 or 411, at once."""
    connection.putrequest("POST", "/_exchange/calls")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()

    assert connection.getresponse().status == status


def test_an_address_that_is_neither_rest_nor_control_is_not_found(connection: http.client.HTTPConnection) -> None:
    """404 that says where to look."""
    connection.request("GET", "/hello")
    response = connection.getresponse()

    assert response.status == 404
    assert b"/_exchange/" in response.read()


def test_a_request_left_to_time_out_holds_up_nobody(server: ExchangeServer) -> None:
    """It gets no answer at all, and others are answered meanwhile."""
    server.exchange.faults.change({"rest_timeout": 1})
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Queues.json"
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=0.3) for _ in range(20)]
    token = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    try:
        for waiting in held:
            waiting.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            held[0].recv(1)

        other = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        other.request("GET", "/_exchange/queues")
        assert other.getresponse().status == 200
        other.close()
    finally:
        for waiting in held:
            waiting.close()


def test_closing_ends_connections_and_threads() -> None:
    """Nothing listens and no thread of the exchange is left."""
    before = set(threading.enumerate())
    server = start_server(port=0, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)

    server.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
    assert {thread for thread in set(threading.enumerate()) - before if not thread.daemon} == set()


def test_the_control_api_answers_this_machine_only(server: ExchangeServer) -> None:
    """Another machine gets 403, unless told otherwise; REST has its own lock."""
    request = _request("GET", "/_exchange/queues")

    assert server.answer(request, client="192.0.2.7").status == 403
    assert server.answer(request, client="::ffff:127.0.0.1").status == 200
    assert server.answer(_request("GET", "/2010-04-01/Accounts/x/Queues.json"), client="192.0.2.7").status == 401


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_prints_its_address_on_one_line_and_ends_cleanly(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with status 0 and without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(port=0)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(number)
    rest, errors = process.communicate(timeout=20)

    assert line.startswith("exchange: http://127.0.0.1:")
    assert line.rstrip().endswith(f"phones in the browser: {line.split()[1].rstrip(',')}/")
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_serve_says_when_its_port_was_taken(server: ExchangeServer) -> None:
    """The line names the port that it could not have."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(port=server.port)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    process.communicate(timeout=20)

    assert f"port {server.port} was taken" in line


def _request(method: str, path: str) -> HttpRequest:
    return HttpRequest(method, f"http://127.0.0.1{path}")
