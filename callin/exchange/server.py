"""The exchange as a server: REST and the control API on one port; started by `callin exchange`, rehearsals and tests.

Own threads on the standard library's HTTP parser: a thread per connection, so that a request left to time out holds up
nobody else, kept alive and without Nagle's delay. Measured on two cores, 16 clients: this 3,500 requests/s, waitress
2,900, Werkzeug 1,700 (it closes every connection).
"""

from __future__ import annotations

import contextlib
import logging
import select
import signal
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any, cast

from callin.exchange.clock import ManualClock, RealClock
from callin.exchange.control import app as control
from callin.exchange.exchange import Exchange
from callin.exchange.http_messages import HttpAnswer, HttpRequest, Silence, json_answer
from callin.exchange.rest import app as rest

log = logging.getLogger("callin.exchange")

MAX_BODY_BYTES = 2_000_000
HOLD_S = 120.0  # the longest that a request told to time out is held; every client gives up before
IDLE_S = 75.0  # an idle connection is closed after this long
PORTS_TRIED = 20


class ExchangeServer:
    """An exchange that listens; `start` it, and `close` it."""

    def __init__(self, exchange: Exchange, *, host: str, port: int, is_control_open: bool = False) -> None:
        self.exchange = exchange
        self._http = _Listener((host, port), _Connection)
        self._http.answer = lambda request, client: self.answer(request, client=client)
        self._is_control_open = is_control_open
        self._thread: threading.Thread | None = None
        self.host, self.port = host, self._http.server_address[1]
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - a comparison, not a binding
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"
        exchange.api_base_url = self.url

    def start(self) -> None:
        """Requests are answered from now on, by threads of their own."""
        self.exchange.start()
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="exchange-http", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Nothing listens and nothing runs any more."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.hang_up()
        self.exchange.close()

    def answer(self, request: HttpRequest, *, client: str) -> HttpAnswer:
        """Return the answer of the door that the path leads to.

        Args:
            client: the IP address the request came from.

        Raises:
            Silence: when it is to get none.
        """
        if request.path.startswith(control.PREFIX):
            if not self._is_control_open and not _is_loopback(client):
                return json_answer(403, {"error": "the control API answers this machine only"})
            return control.answer(self.exchange, request)
        if request.path.startswith(rest.PREFIX):
            return rest.answer(self.exchange, request)
        return json_answer(
            404, {"error": f"nothing at {request.path}: REST is below {rest.PREFIX}, control below {control.PREFIX}"}
        )


def serve(
    *,
    port: int,
    host: str = "127.0.0.1",
    account_sid: str,
    auth_token: str,
    speed: float = 1.0,
    manual_clock: bool = False,
    seed: int = 0,
    is_control_open: bool = False,
) -> None:
    """Run an exchange until Ctrl-C or SIGTERM, after printing its address on one line; then everything is closed.

    Args: as for `start_server`.

    Raises:
        OSError: when the host is not this machine's, or no port can be had.
    """
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server = start_server(
            port=port,
            host=host,
            account_sid=account_sid,
            auth_token=auth_token,
            speed=speed,
            manual_clock=manual_clock,
            seed=seed,
            is_control_open=is_control_open,
        )
        moved = f" (port {port} was taken)" if port not in (0, server.port) else ""
        print(f"exchange: {server.url}{moved}", flush=True)  # noqa: T201 - the one line it promises
        stop.wait()
        server.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_server(
    *,
    port: int,
    host: str = "127.0.0.1",
    account_sid: str,
    auth_token: str,
    speed: float = 1.0,
    manual_clock: bool = False,
    seed: int = 0,
    is_control_open: bool = False,
) -> ExchangeServer:
    """Return an exchange that listens, in threads of its own; its `url` says where.

    Args:
        port: the port wanted; when it is taken, the next free one is used. 0 takes any.
        speed: how many times faster than real the clock goes.
        manual_clock: the clock only moves by `POST /_exchange/clock`.
        is_control_open: the control API answers other machines too.

    Raises:
        OSError: when the host is not this machine's, or no port can be had.
    """
    clock = ManualClock() if manual_clock else RealClock(speed=speed)
    exchange = Exchange(clock=clock, account_sid=account_sid, auth_token=auth_token, seed=seed)
    try:
        server = _listen(exchange, host=host, port=port, is_control_open=is_control_open)
    except OSError:
        exchange.close()
        raise
    server.start()
    return server


def _listen(exchange: Exchange, *, host: str, port: int, is_control_open: bool) -> ExchangeServer:
    for candidate in range(port, min(port + PORTS_TRIED, 65_535)) if port else ():
        with contextlib.suppress(OSError):
            if not _is_taken(host, candidate):
                return ExchangeServer(exchange, host=host, port=candidate, is_control_open=is_control_open)
    return ExchangeServer(exchange, host=host, port=0, is_control_open=is_control_open)


def _is_taken(host: str, port: int) -> bool:
    # Asked first: SO_REUSEADDR would let two listeners share a port on some systems.
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((host or "127.0.0.1", port)) == 0


def _is_loopback(client: str) -> bool:
    address = ip_address(client.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.is_closing = threading.Event()
        self._open: set[Any] = set()  # added to and taken from by one thread each; sets bear that
        self.answer: Callable[[HttpRequest, str], HttpAnswer]
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Every connection is over, so that no thread waits on one."""
        self.is_closing.set()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        """A client that went away is not worth a traceback."""
        log.debug("a connection from %s ended badly", client_address, exc_info=True)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "callin-exchange"
    disable_nagle_algorithm = True  # a small answer never waits for the client's delayed acknowledgement
    wbufsize = -1  # headers and body leave in one piece
    timeout = IDLE_S

    def do_GET(self) -> None:
        request = self._received()
        if request is None:
            return
        listener = cast("_Listener", self.server)
        try:
            answer = listener.answer(request, str(self.client_address[0]))
        except Silence:
            self._hold()
            return
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            answer = json_answer(500, {"error": "the exchange failed at this; its log says why"})
        self._send(answer)

    # The base class looks its methods up by these names.
    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def _received(self) -> HttpRequest | None:
        """Return the request with its whole body, or None after refusing it."""
        given = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not given.isdecimal() or len(given) > 12:
            self._refuse(411, "a body needs its Content-Length")
            return None
        length = int(given)
        if length > MAX_BODY_BYTES:
            self._refuse(413, f"a body may have {MAX_BODY_BYTES} bytes")
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        host = self.headers.get("Host", "localhost")
        url = self.path if self.path.startswith(("http://", "https://")) else f"http://{host}{self.path}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        return HttpRequest(self.command, url, headers, body)

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True  # the rest of the body is not worth reading
        self._send(json_answer(status, {"error": message}))

    def _send(self, answer: HttpAnswer) -> None:
        self.send_response(answer.status)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(answer.body)

    def _hold(self) -> None:
        """Say nothing until the client has given up, then close."""
        self.close_connection = True
        is_closing = cast("_Listener", self.server).is_closing
        held_s = 0.0
        while held_s < HOLD_S and not is_closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.2)
            if readable:
                return  # it hung up, or says more than it should while it waits
            held_s += 0.2

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the terminal free: the exchange's own log has every request."""
