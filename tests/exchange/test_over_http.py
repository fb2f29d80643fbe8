"""Webhooks over a real socket: facts 4.3, whose seconds are real ones; and the clock that goes by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from callin.exchange import Exchange, ManualClock, RealClock
from callin.exchange.conversation import APPLICATION_ERROR
from callin.exchange.errors import WrongState
from tests.exchange.script import NUMBER, Asked, Script, waiting

PATIENCE_S = 20


class Site:
    """A web application on a socket; `replies` says what each path does with the connection."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []  # path, idempotency token, peer
        self.replies: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = self.path.partition("?")[0]
                site.asked.append((path, self.headers["I-Twilio-Idempotency-Token"], str(self.client_address)))
                site.replies[path](self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def says(self, path: str, document: str, *, status: int = 200) -> None:
        """The path answers with TwiML."""

        def reply(handler: BaseHTTPRequestHandler) -> None:
            body = f"<Response>{document}</Response>".encode()
            handler.send_response(status)
            handler.send_header("Content-Type", "text/xml")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.replies[path] = reply

    def is_silent(self, path: str) -> None:
        """The path never answers."""
        self.replies[path] = lambda handler: (
            setattr(handler, "close_connection", True),
            self.closing.wait(PATIENCE_S),
        )[0]

    def close(self) -> None:
        """Nothing listens any more."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def ring(site: Site, voice_url: str) -> tuple[Exchange, list[str | None]]:
    """Somebody rings a number with this address behind it; what they heard comes back."""
    exchange = Exchange(clock=ManualClock())
    exchange.add_number(NUMBER, voice_url=voice_url)
    call = exchange.dial("+15550111111", NUMBER)
    exchange.close()
    return exchange, [heard.text for heard in call.heard]


def test_documents_come_over_http_on_kept_connections(site: Site) -> None:
    """Stack: keep-alive, so that a webhook costs no new connection."""
    site.says("/voice", "<Redirect>/on</Redirect>")
    site.says("/on", "<Say>Hello</Say>")
    _, heard = ring(site, f"{site.url}/voice")
    assert heard == ["Hello"]
    assert len({peer for _, _, peer in site.asked}) == 1


def test_a_request_that_is_never_answered_is_given_up(site: Site) -> None:
    """Facts 4.3: the read time-out can be shortened (`rt`), is 11200, and is not retried."""
    site.is_silent("/voice")
    exchange, heard = ring(site, f"{site.url}/voice#rt=200")
    assert heard == [APPLICATION_ERROR]
    assert [(entry.status, entry.error) for entry in exchange.log.entries] == [(None, 11200)]


@pytest.mark.parametrize(
    ("fragment", "requests"), [("", 1), ("#rp=5xx", 2), ("#rc=3&rp=5xx", 4), ("#rc=3&rp=4xx", 1), ("#rc=2&rp=all", 3)]
)
def test_retries_follow_the_overrides(site: Site, fragment: str, requests: int) -> None:
    """Facts 4.3: `rc` and `rp`; by default neither 4xx nor 5xx is retried; copies share one token."""
    site.says("/voice", "", status=503)
    exchange, heard = ring(site, f"{site.url}/voice{fragment}")
    assert heard == [APPLICATION_ERROR]
    assert len(site.asked) == len(exchange.log.entries) == requests
    assert len({token for _, token, _ in site.asked}) == 1
    assert "#" not in exchange.log.entries[0].url


def test_the_total_time_is_for_all_tries_together(site: Site) -> None:
    """Facts 4.3: `tt` ends the retries, however many `rc` allows."""
    site.is_silent("/voice")
    exchange, heard = ring(site, f"{site.url}/voice#rc=5&rp=rt&rt=200&tt=300")
    assert heard == [APPLICATION_ERROR]
    assert len(exchange.log.entries) <= 2, "0.3 s have room for no more tries of 0.2 s"


def test_a_retry_that_succeeds_saves_the_call(site: Site) -> None:
    """Facts 4.3: a read time-out is retried with `rp=rt`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        site.says("/voice", "<Say>At last</Say>")
        handler.close_connection = True
        site.closing.wait(0.5)

    site.replies["/voice"] = answer
    _, heard = ring(site, f"{site.url}/voice#rt=100&rp=rt")
    assert heard == ["At last"]


def test_a_server_that_is_not_there_is_tried_twice(site: Site) -> None:
    """Facts 4.3: one retry on connection failure by default."""
    site.close()
    exchange, heard = ring(site, f"{site.url}/voice")
    assert heard == [APPLICATION_ERROR]
    assert [(entry.status, entry.error) for entry in exchange.log.entries] == [(None, 11200)] * 2


def test_an_answer_that_trickles_is_cut_off(site: Site) -> None:
    """Facts 4.3: the cap is on the whole request (`tt`), however often a byte comes."""

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/xml")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.close_connection = True
        while not site.closing.wait(0.05):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    site.replies["/voice"] = trickle
    exchange, heard = ring(site, f"{site.url}/voice#tt=400")
    assert heard == [APPLICATION_ERROR]
    assert exchange.log.entries[0].error == 11200


@pytest.fixture
def running() -> Iterator[tuple[Exchange, Script]]:
    """An exchange whose clock goes twenty times as fast as real ones."""
    app = Script(waiting())
    exchange = Exchange(clock=RealClock(speed=20), apps={"https://app.test": app})
    exchange.add_number(NUMBER, voice_url="https://app.test/voice", status_callback="https://app.test/status")
    yield exchange, app
    exchange.close()


def until(claim: Callable[[], bool]) -> None:
    """Wait, in real time, until something is so."""
    tick = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if claim():
            return
        tick.wait(0.01)
    raise AssertionError("it never came to be")


def test_a_clock_that_goes_by_itself_runs_the_same_calls(running: tuple[Exchange, Script]) -> None:
    """Exchange rules, Time: N times faster; the log is in the order of causes."""
    exchange, app = running
    phone = exchange.phone("+15550111111")
    phone.dial(NUMBER)
    until(lambda: len(app.requests("/wait")) >= 3)
    phone.hang_up()
    until(lambda: bool(app.requests("/status")))
    paths = [entry.url.rpartition("/")[2] for entry in exchange.log.entries]
    assert paths[0] == "voice"
    assert paths[-2:] == ["left", "status"]
    assert set(paths[1:-2]) == {"wait"}


def test_webhooks_of_one_cause_keep_their_order(running: tuple[Exchange, Script]) -> None:
    """Exchange rules, Order at one instant: also where webhooks go side by side; a slow action is waited for."""
    exchange, app = running
    slow = threading.Event()
    answered: list[str] = []

    def left(_: Asked) -> str:
        slow.wait(0.2)
        answered.append("/left")
        return ""

    def goodbye(_: Asked) -> str:
        answered.append("/goodbye")
        return "<Hangup/>"

    app.answers.update({"/left": left, "/goodbye": goodbye})
    call = exchange.dial("+15550111111", NUMBER)
    until(lambda: call.queue_sid is not None)
    exchange.update_call(call, url="https://app.test/goodbye")
    until(lambda: len(answered) == 2)
    assert answered == ["/left", "/goodbye"]


def test_a_clock_that_goes_by_itself_cannot_be_moved(running: tuple[Exchange, Script]) -> None:
    """Control API: 409 without a manual clock."""
    with pytest.raises(WrongState):
        running[0].advance(1)


def test_in_the_background_operations_answer_before_their_webhooks(site: Site) -> None:
    """Exchange rules, Taking effect: state first, webhooks later; advancing by nothing settles them."""
    arrived, go_on = threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        arrived.set()
        go_on.wait(PATIENCE_S)
        site.says("/on", "<Say>Hello</Say>")
        site.replies["/on"](handler)

    site.replies["/voice"] = answer
    exchange = Exchange(clock=ManualClock())
    exchange.start()
    exchange.add_number(NUMBER, voice_url=f"{site.url}/voice")
    call = exchange.dial("+15550111111", NUMBER)
    assert arrived.wait(PATIENCE_S)
    assert (call.status, exchange.log.entries[0].status) == ("ringing", None)
    threading.Timer(0.05, go_on.set).start()
    exchange.advance(0)
    assert [heard.text for heard in call.heard] == ["Hello"]
    exchange.close()
