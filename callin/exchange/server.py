"""The exchange as a server: REST, control API, phones page on one port; started by `callin exchange` and by tests."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from types import FrameType

from callin.exchange.clock import ManualClock, RealClock
from callin.exchange.control import app as control
from callin.exchange.exchange import Exchange
from callin.exchange.guard import refusal
from callin.exchange.http_messages import HttpAnswer, HttpRequest, StreamedAnswer, json_answer
from callin.exchange.listener import Connection, Listener
from callin.exchange.page import app as page
from callin.exchange.rest import app as rest

PORTS_TRIED = 20


class ExchangeServer:
    """An exchange that listens; `start` it, and `close` it."""

    def __init__(self, exchange: Exchange, *, host: str, port: int, is_control_open: bool = False) -> None:
        self.exchange = exchange
        self._http = Listener((host, port), Connection)
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

    def answer(self, request: HttpRequest, *, client: str) -> HttpAnswer | StreamedAnswer:
        """Return the answer of the door that the path leads to.

        Args:
            client: the IP address the request came from.

        Raises:
            Silence: when it is to get none.
        """
        if request.path.startswith(rest.PREFIX):
            return rest.answer(self.exchange, request)
        is_page = not request.path.startswith(control.PREFIX)
        refused = refusal(request, client=client, is_open=self._is_control_open, is_page=is_page)
        if refused is not None:
            return json_answer(403, {"error": refused})
        return page.answer(request) if is_page else control.answer(self.exchange, request)


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
) -> int:
    """Run an exchange until Ctrl-C or SIGTERM, after printing its address on one line; then everything is closed.

    Args: as for `start_server`.

    Returns:
        The number of the signal that ended it.

    Raises:
        OSError: when the host is not this machine's, or no port can be had.
    """
    stop, signals = threading.Event(), list[int]()

    def heard(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
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
        print(f"exchange: {server.url}{moved}, phones in the browser: {server.url}/", flush=True)  # noqa: T201 - the one line it promises
        stop.wait()
        server.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return signals[0]


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
