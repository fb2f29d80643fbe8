"""The live part of the web application: snapshots and streams of one process, wired once; asked by status and board.

Whatever stands in a stream is rendered outside of any request, so nothing in it may depend on one: links begin with
`root`, and a form's token is the page's, not the snapshot's.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

import phonenumbers
from flask import Flask, Response, current_app, make_response, render_template, request
from jinja2 import Environment
from markupsafe import Markup

from callin.board.offers import offers_for
from callin.board.snapshots import Snapshots, View
from callin.board.stream import Stopping, Streams
from callin.desk.lineup import Lineup, Place, PlaceKind
from callin.desk.lineup_reading import read_lineup
from callin.rules.roles import Right, Role, may
from callin.station import Station

_EXTENSION = "callin.live"


def go_live(app: Flask, *, station: Station, stopping: Stopping | None = None) -> Streams:
    """Pages of this application stay up to date by themselves.

    Args:
        app: not serving yet, its doors hung.
        station: the wired whole.
        stopping: ends every stream when it is set; None: they end with the process.
    """
    settings = station.settings
    app.jinja_env.filters["sum_of"] = lambda text: f"{zlib.crc32(text.encode()):08x}"
    app.jinja_env.globals.update(
        root=urlsplit(settings.public_base_url).path.rstrip("/"),
        station_name=settings.station_name,
        show_hours=settings.show_hours,
        number=national(settings.listener_number),
    )
    app.jinja_env.filters["national"] = national

    rows = {role: _Rows(app.jinja_env, role=role) for role in Role}

    def read(now: datetime) -> Lineup:
        with station.reading() as session:
            return read_lineup(session, now=now)

    def render(view: View, role: Role | None, lineup: Lineup) -> str:
        if view == View.STATUS or role is None:
            # Strangers' words are made of counts; the rest is not even within reach of the template.
            return app.jinja_env.get_template("_status.html").render(status=lineup.status)
        if view == View.HOST:
            return app.jinja_env.get_template("_host.html").render(lineup=lineup, next_place=_next_of(lineup))
        return app.jinja_env.get_template("_board.html").render(
            lineup=lineup,
            can=partial(_offered, role=role),
            row_of=rows[role].of(lineup.line),
            may_write=may(role, Right.WRITE),
            may_run=may(role, Right.RUN_SHOW),
        )

    streams = Streams(
        snapshots=Snapshots(
            read=read,
            render=render,
            changes=station.changes,
            clock=station.clock,
        ),
        most=settings.max_streams,
        stopping=stopping or threading.Event(),
        clock=station.clock,
    )
    app.extensions[_EXTENSION] = streams
    return streams


def the_streams(app: Flask | None = None) -> Streams:
    """Return the streams of an application.

    Args:
        app: None for the one in hand.
    """
    streams: Streams = (app or current_app).extensions[_EXTENSION]
    return streams


def stream_of(view: View, role: Role | None, *, is_welcome: Callable[[], bool] = lambda: True) -> Response:
    """Return the stream that goes on telling what the state is, or 503 when too many are open.

    Args:
        view: what is looked at.
        role: whose eyes, or None for strangers.
        is_welcome: asked now and then; the stream ends when it is no longer so.
    """
    # An answer to HEAD has no body that anything could carry.
    carrier = request.environ.get("asgi.scope") if request.method == "GET" else None
    return the_streams().respond(view, role, is_welcome=is_welcome, carrier=carrier)


def page_of(template: str, *, view: View, role: Role | None, **more: object) -> Response:
    """Return a whole page that shows the present state and goes on showing it.

    Args:
        template: its name.
        view: what it shows.
        role: whose eyes, or None for strangers.
        more: what else the template asks for.
    """
    streams = the_streams()
    state = Markup(streams.snapshots.now(view, role).html)  # noqa: S704  rendered by a template of ours, which escapes
    return make_response(render_template(template, state=state, now_ms=streams.now_ms(), **more))


def state_of(view: View, *, role: Role | None) -> Response:
    """Return the present state alone, for pages that ask again and again; 304 while it is what they have."""
    streams = the_streams()
    snapshot = streams.snapshots.now(view, role)
    reply = make_response(snapshot.html)
    reply.headers["X-Now"] = streams.now_ms()
    reply.headers["Cache-Control"] = "no-store"
    reply.set_etag(snapshot.sum)
    reply.make_conditional(request)
    return reply


def national(number: str) -> str:
    """Return a number as people of its own country write it.

    Args:
        number: E.164, as the settings have it.
    """
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)


class _Rows:
    """The line's rows for one role, each rendered once for as long as it stays as it is: most do when one changes."""

    def __init__(self, environment: Environment, *, role: Role) -> None:
        self._environment = environment
        self._role = role
        self._rendered: dict[Place, Markup] = {}

    def of(self, line: Iterable[Place]) -> Callable[[Place], Markup]:
        """Return what gives the row of each place of this line; no other row is kept.

        Args:
            line: as it is now.
        """
        before, module = self._rendered, self._environment.get_template("_places.html").module
        self._rendered = {
            place: before.get(place) or module.row(place, _offered(place, role=self._role))  # type: ignore[attr-defined]  # its macro
            for place in line
        }
        return self._rendered.__getitem__


def _offered(place: Place, *, role: Role) -> str:
    return " ".join(offers_for(place, role=role))


def _next_of(lineup: Lineup) -> Place | None:
    """Return who is put through next, as things stand: nobody waits for a texter to ring."""
    return next((place for place in lineup.line if place.kind == PlaceKind.CALL), None)
