"""The wire to Twilio: one pool for all threads, credentials for one host only, nothing larger than a recording."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from twilio.base.exceptions import TwilioRestException

from callin.carrier import wire
from callin.carrier.wire import PooledHttpClient, fetch_media, is_within

MOST = 1024


class Host(BaseHTTPRequestHandler):
    """Answers with the path it was asked for; /elsewhere?TO sends whoever asks on to TO."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        body = self.path.encode()
        if self.path.startswith("/elsewhere?"):
            to = self.path.partition("?")[2]
            self.send_response(302)
            self.send_header("Location", self.path if to.startswith("/elsewhere") else to)
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
    assert fetch_media(f"{host}/RE1", ("AC1", "token"), most_bytes=MOST) == b"/RE1"
    (path, authorization), *others = Host.seen
    assert path == "/RE1"
    assert (authorization or "").startswith("Basic ")
    assert others == []


def test_a_missing_recording_is_a_refusal(host: str) -> None:
    """What is not there is told as Twilio told it."""
    with pytest.raises(TwilioRestException, match="404"):
        fetch_media(f"{host}/nothing", ("AC1", "token"), most_bytes=MOST)


def test_a_recording_is_followed_on_its_own_host(host: str) -> None:
    """Twilio may send us on; on the same host our credentials go along."""
    assert fetch_media(f"{host}/elsewhere?/landed", ("AC1", "token"), most_bytes=MOST) == b"/landed"
    assert [path for path, auth in Host.seen if auth] == ["/elsewhere?/landed", "/landed"]


def test_another_host_never_sees_the_credentials(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Followed to a store elsewhere, the file is fetched as nobody, whatever a .netrc says."""
    monkeypatch.setattr(wire, "is_within", lambda url, *, domains: domains == wire.STORES)
    other = host.replace("127.0.0.1", "localhost")
    assert fetch_media(f"{host}/elsewhere?{other}/landed", ("AC1", "token"), most_bytes=MOST) == b"/landed"
    assert Host.seen[-1] == ("/landed", None)


@pytest.mark.parametrize(
    "to",
    [
        "http://localhost:1/landed",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "https://localhost/landed",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/landed",
        "https://[oops/landed",
        "http://media.twiliocdn.com/x",
        "https://media.twiliocdn.com:8443/x",
        "https://media.twiliocdn.com@127.0.0.1/x",
        "https://eviltwiliocdn.com/x",
        "https://media.twiliocdn.com.evil.test/x",
    ],
)
def test_nobody_is_followed_off_a_safe_road(host: str, to: str) -> None:
    """To another host only by https, and only to where Twilio's media lie; nothing else is even asked."""
    with pytest.raises(TwilioRestException, match="leads nowhere"):
        fetch_media(f"{host}/elsewhere?{to}", ("AC1", "token"), most_bytes=MOST)
    assert len(Host.seen) == 1


@pytest.mark.parametrize(
    "store",
    [
        "https://media.twiliocdn.com/AC1/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x?Signature=y",
        "https://media.us1.twilio.com:443/x",
    ],
)
def test_stores_of_twilios_media_are_known(store: str) -> None:
    """Where Twilio sends whoever asks for a file."""
    assert is_within(store, domains=wire.STORES)


def test_a_recording_that_leads_in_circles_is_given_up(host: str) -> None:
    """Sent on and on, the fetching ends."""
    with pytest.raises(TwilioRestException, match="leads nowhere"):
        fetch_media(f"{host}/elsewhere?/elsewhere?/x", ("AC1", "token"), most_bytes=MOST)


def test_whatever_is_fetched_has_a_largest_size(host: str) -> None:
    """What is larger than any message or picture is not kept in memory."""
    with pytest.raises(TwilioRestException, match="larger"):
        fetch_media(f"{host}/RE1", ("AC1", "token"), most_bytes=3)
