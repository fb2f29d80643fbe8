"""The wire to Twilio: one pool for all threads, credentials for one host only, nothing larger than a recording."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from twilio.base.exceptions import TwilioRestException

from callin.carrier import wire
from callin.carrier.wire import PooledHttpClient, fetch_media


class Host(BaseHTTPRequestHandler):
    """Answers with the path it was asked for; /elsewhere redirects to this same host, where it can be seen."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        body = self.path.encode()
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/landed")
        elif self.path == "/nothing":
            self.send_response(404)
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    """A host on this machine; what it was asked is in `Host.seen`."""
    Host.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_thread_gets_its_own_answer(host: str) -> None:
    """Sixteen threads share one client, and none ever sees another's answer."""
    client = PooledHttpClient()
    paths = [f"/{n}" for n in range(400)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda path: client.request("GET", host + path).text, paths))
    client.session.close()
    assert answers == paths


def test_no_request_waits_for_ever() -> None:
    """Every request has a time-out, whoever forgets to name one."""
    assert PooledHttpClient().timeout == wire.TIMEOUT_S


def test_a_recording_comes_with_credentials(host: str) -> None:
    """The sound is fetched with Basic credentials."""
    assert fetch_media(f"{host}/RE1", ("AC1", "token")) == b"/RE1"
    (path, authorization), *others = Host.seen
    assert path == "/RE1"
    assert (authorization or "").startswith("Basic ")
    assert others == []


@pytest.mark.parametrize("path", ["/elsewhere", "/nothing"])
def test_a_recording_is_never_followed_elsewhere(host: str, path: str) -> None:
    """A redirect is a failure like any other: it would carry the credentials to another host."""
    with pytest.raises(TwilioRestException):
        fetch_media(host + path, ("AC1", "token"))
    assert [path for path, _ in Host.seen] == [path]


def test_a_recording_has_a_largest_size(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than any message is not kept in memory."""
    monkeypatch.setattr(wire, "LARGEST_RECORDING", 3)
    with pytest.raises(TwilioRestException, match="larger"):
        fetch_media(f"{host}/RE1", ("AC1", "token"))
