"""HTTP connections to the exchange, a thread for each; opened by the server.

Own threads on the standard library's HTTP parser, so that a request left to time out holds up nobody else, kept alive
and without Nagle's delay. Measured on two cores, 16 clients: this 3,500 requests/s, waitress 2,900, Werkzeug 1,700
(it closes every connection).
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from callin.exchange.http_messages import HttpAnswer, HttpRequest, Silence, StreamedAnswer, json_answer

log = logging.getLogger("callin.exchange")

MAX_BODY_BYTES = 2_000_000
HOLD_S = 120.0  # the longest that a request told to time out is held; every client gives up before
IDLE_S = 75.0  # an idle connection is closed after this long


class Listener(ThreadingHTTPServer):
    """A port that hands each request to `answer`, with the client's IP address."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.is_closing = threading.Event()
        self._open: set[Any] = set()  # added to and taken from by one thread each; sets bear that
        self.answer: Callable[[HttpRequest, str], HttpAnswer | StreamedAnswer]
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A connection is open, and a thread of its own serves it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
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


class Connection(BaseHTTPRequestHandler):
    """One connection, request after request."""

    protocol_version = "HTTP/1.1"
    server_version = "callin-exchange"
    disable_nagle_algorithm = True  # a small answer never waits for the client's delayed acknowledgement
    wbufsize = -1  # headers and body leave in one piece
    timeout = IDLE_S

    def do_GET(self) -> None:
        """One request is answered, or left without an answer when it is to time out."""
        request = self._received()
        if request is None:
            return
        listener = cast("Listener", self.server)
        try:
            answer = listener.answer(request, str(self.client_address[0]))
        except Silence:
            self._hold()
            return
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            answer = json_answer(500, {"error": "the exchange failed at this; its log says why"})
        if isinstance(answer, StreamedAnswer):
            self._stream(answer)
        else:
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

    def _stream(self, answer: StreamedAnswer) -> None:
        """Send part after part until the client or the server goes away."""
        self.close_connection = True  # without a length, only its end says that it is complete
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.content_type), *answer.headers, ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        is_closing = cast("Listener", self.server).is_closing
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.wfile.flush()
            for part in answer.parts if self.command != "HEAD" else ():
                if is_closing.is_set():
                    return
                if part:
                    self.wfile.write(part)
                    self.wfile.flush()

    def _hold(self) -> None:
        """Say nothing until the client has given up, then close."""
        self.close_connection = True
        is_closing = cast("Listener", self.server).is_closing
        held_s = 0.0
        while held_s < HOLD_S and not is_closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.2)
            if readable:
                return  # it hung up, or says more than it should while it waits
            held_s += 0.2

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the terminal free: the exchange's own log has every request."""
