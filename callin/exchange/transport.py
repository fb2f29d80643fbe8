"""How a request reaches an application: in this process through WSGI, or over HTTP; used by the webhooks alone.

Time-outs here are real seconds, whatever the exchange's own clock does.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

WsgiApp = Callable[..., Iterable[bytes]]
LARGEST_BODY = 40_000_000
"""Bytes; more than a long piece of music, less than what would hurt."""


class NotReached(Exception):
    """Nobody answered at all: no connection was made."""


class NotAnAddress(NotReached):
    """There is nobody to connect to: trying again is no use."""


class NoAnswer(Exception):
    """A connection was made and no complete answer came in time."""

    def __init__(self, message: str, *, is_timeout: bool) -> None:
        super().__init__(message)
        self.is_timeout = is_timeout


@dataclass(frozen=True, slots=True)
class Limits:
    """Real seconds a request may take."""

    connect_s: float = 5
    read_s: float = 15
    total_s: float = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    set_cookies: tuple[str, ...] = ()


class Transport:
    """Sends requests to the applications in this process, by their origin, and all others over HTTP."""

    def __init__(self, apps: Mapping[str, WsgiApp] | None = None) -> None:
        self._apps = {origin.rstrip("/"): app for origin, app in (apps or {}).items()}
        self._pool = urllib3.PoolManager(num_pools=50, maxsize=64, retries=False)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, limits: Limits) -> Answer:
        """Return what the application answered.

        Raises:
            NotReached: there was no connection; `NotAnAddress`: nor will there ever be.
            NoAnswer: there was one, but no complete answer within the limits.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotAnAddress(f"not a web address: {url!r}")
        app = self._apps.get(f"{parts.scheme}://{parts.netloc}")
        if app is not None:
            return _send_in_process(app, method=method, url=url, headers=headers, body=body or b"")
        return self._send_over_http(method, url, headers=headers, body=body, limits=limits)

    def close(self) -> None:
        """Every kept connection is closed."""
        self._pool.clear()

    def _send_over_http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, limits: Limits
    ) -> Answer:
        deadline = time.monotonic() + limits.total_s
        timeout = urllib3.Timeout(connect=limits.connect_s, read=limits.read_s, total=limits.total_s)
        try:
            response = self._pool.request(
                method, url, headers=dict(headers), body=body, timeout=timeout, redirect=False, preload_content=False
            )
        except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
            raise NotReached(str(error)) from error
        except (HTTPError, ValueError) as error:
            raise NoAnswer(str(error), is_timeout=isinstance(error, HTTPTimeoutError)) from error
        try:
            content = _read_until(response, deadline)
        except HTTPError as error:
            response.close()
            raise NoAnswer(str(error), is_timeout=isinstance(error, HTTPTimeoutError)) from error
        response.release_conn()
        return Answer(
            status=response.status,
            body=content,
            headers={name.lower(): value for name, value in response.headers.items()},
            set_cookies=tuple(response.headers.getlist("Set-Cookie")),
        )


def _read_until(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    chunks = []
    size = 0
    # read1() gives whatever has come: stream() would wait for a full buffer, and each byte would restart its time-out.
    while chunk := response.read1(65536):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline or size > LARGEST_BODY:
            response.close()
            raise NoAnswer("the answer did not end in time", is_timeout=True)
    return b"".join(chunks)


def _send_in_process(app: WsgiApp, *, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        # WSGI carries bytes as Latin-1 (PEP 3333).
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
        "REQUEST_URI": f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    started: dict[str, Any] = {}
    written: list[bytes] = []

    def start_response(status: str, given: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        started["status"] = int(status.split(" ", 1)[0])
        started["headers"] = given
        return written.append

    chunks = app(environ, start_response)
    try:
        content = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    given = started["headers"]
    return Answer(
        status=started["status"],
        body=b"".join(written) + content,
        headers={name.lower(): value for name, value in given},
        set_cookies=tuple(value for name, value in given if name.lower() == "set-cookie"),
    )
