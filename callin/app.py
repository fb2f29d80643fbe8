"""The web application: hangs the doors, turns errors into words; made by the terminal, flask's own and the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response
from flask.cli import NoAppException
from werkzeug.exceptions import HTTPException, InternalServerError

from callin import board, health, media, metrics, webhooks
from callin.asgi import Application
from callin.board.stream import Stopping
from callin.errors import BadSettings
from callin.logs import configure_logs
from callin.settings import load_settings
from callin.sms import inbound, receipts
from callin.station import EXTENSION, Station, hurried, station_of
from callin.voice import dj, listener, messages, status
from callin.webhooks import Front, PhoneDoor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A webhook's form is a few kilobytes; Twilio's longest text is 1,600 characters.
LARGEST_BODY = 256 * 1024

DOORS = (
    listener.door,
    dj.door,
    messages.door,
    messages.sound_door,
    status.door,
    inbound.door,
    receipts.door,
    media.door,
    health.door,
    metrics.door,
    *board.DOORS,
)

log = structlog.get_logger(__name__)


def create_app(station: Station | None = None, *, stopping: Stopping | None = None) -> Flask:
    """Return the station's web application.

    Args:
        station: the wired whole; None takes it from the environment, for `flask --app callin`.
        stopping: set when this process is about to end, so that open pages let it; None: nobody says.

    Raises:
        NoAppException: the environment does not make a station; every wrong setting is named.
    """
    if station is None:
        station = _station_from_environment()
    app = Flask("callin", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.extensions[EXTENSION] = station
    webhooks.lock(app, station=station)
    board.lock(app, station=station)
    for door in DOORS:
        app.register_blueprint(door)
    board.go_live(app, station=station, stopping=stopping)
    app.register_error_handler(HTTPException, _in_words)
    app.register_error_handler(Exception, _failed)
    prefix = _prefix_of(station)
    if prefix:
        app.wsgi_app = _below(app.wsgi_app, prefix=prefix)  # type: ignore[assignment,method-assign]  # Flask's own advice
    return app


def front_of(app: Flask, *, behind: Application) -> Front:
    """Return what answers an application's phone doors on an event loop.

    Args:
        app: whose doors are hung.
        behind: answers everything else.
    """
    station: Station = app.extensions[EXTENSION]
    in_a_hurry = hurried(station)
    keeper = webhooks.keeper_of(app)
    return Front(
        behind,
        keeper=keeper,
        at_once=None if in_a_hurry is None else replace(keeper, station=in_a_hurry),
        doors=[door for door in DOORS if isinstance(door, PhoneDoor)],
        longest=LARGEST_BODY,
        prefix=_prefix_of(station),
    )


def _prefix_of(station: Station) -> str:
    return urlsplit(station.settings.public_base_url).path.rstrip("/")


def _station_from_environment() -> Station:
    try:
        settings = load_settings()
        configure_logs(level=settings.log_level, form=settings.log_format)
        return station_of(settings)
    except BadSettings as bad:
        raise NoAppException(str(bad)) from bad


def _in_words(error: HTTPException) -> Response:
    """Return a page to a browser, and one plain sentence to machines and the curious."""
    if board.wants_page():
        return _with_headers(error, board.page_of(error))
    reply = Response(f"{error.description}\n", status=error.code, content_type="text/plain; charset=utf-8")
    return _with_headers(error, reply)


def _with_headers(error: HTTPException, reply: Response) -> Response:
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            reply.headers[name] = value
    return reply


def _failed(error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    if board.wants_page():
        return board.page_of(InternalServerError())
    return Response("Something went wrong here. The log says what.\n", status=500, content_type="text/plain")


def _below(app: Callable[..., Any], *, prefix: str) -> WSGIApplication:
    """Return the application for a station that lives under a path, whether or not its proxy takes that path off."""
    own = re.compile(rf"^{re.escape(prefix)}(?=/|$)")

    def under_prefix(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = prefix  # links of our pages lead below it
        environ["PATH_INFO"] = own.sub("", environ["PATH_INFO"], count=1) or "/"
        reply: Iterable[bytes] = app(environ, start_response)
        return reply

    return under_prefix
