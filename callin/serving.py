"""The station on an event loop, as `callin serve` runs it: callers in line and open pages there, the rest in threads.

The web application is plain WSGI and stays so; a2wsgi runs it in threads. Two things go another way, and why they do is
in docs/decisions/0023: webhooks pass before Flask (webhooks/front.py), and streams are carried by the loop
(board/relay.py) once a view has let them in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from flask import Flask

from callin.app import create_app, front_of
from callin.asgi import Application, Message, Receive, Scope, Send
from callin.board.live import the_streams
from callin.board.relay import Relay
from callin.board.stream import TICKET, Stopping
from callin.station import Station
from callin.webhooks import Front

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Pages and clicks of a handful of people.
THREADS = 16


def create_asgi(station: Station, *, stopping: Stopping | None = None) -> Front:
    """Return the station's web application for an ASGI server; threads and loop are its process's own.

    Args:
        station: the wired whole.
        stopping: set when this process is about to end, so that open pages let it; None: nobody says.
    """
    app = create_app(station, stopping=stopping)
    return front_of(app, behind=Pages(app))


class Pages:
    """Everything that Flask answers, in threads; its streams on the loop."""

    def __init__(self, app: Flask) -> None:
        """No page is open yet.

        Args:
            app: the web application, all its doors hung.
        """
        self._relay = Relay(the_streams(app))

        def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ["wsgi.input_terminated"] = True  # a body without its length ends where the request does
            return app.wsgi_app(environ, start_response)

        self._in_threads = cast("Application", WSGIMiddleware(cast("Any", wsgi), workers=THREADS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not scope.get("query_string", b"").isascii():
            scope["query_string"] = quote(scope["query_string"], safe="%&=+;/?:@!$'()*,-._~").encode()

        async def pass_on(message: Message) -> None:
            if TICKET not in scope:
                await send(message)
            elif message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                await send({**message, "headers": headers})

        async def next_piece() -> Message:
            return await receive()  # granian's own is awaitable but no coroutine, which a2wsgi insists on

        try:
            await self._in_threads(scope, next_piece, pass_on)
            if TICKET in scope:
                await self._relay.play(scope[TICKET], receive=receive, send=send)
        finally:
            if TICKET in scope:
                scope[TICKET].leave()
