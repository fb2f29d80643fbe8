"""Whether the station is alive and ready to take calls; asked by whoever watches over the process."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from callin import migrations
from callin.desk import beats
from callin.station import the_station

door = Blueprint("health", __name__)


@door.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@door.get("/readyz")
def ready() -> tuple[Response, int]:
    """The database has this version's tables and a courier works; otherwise 503 and the reasons in words."""
    station = the_station()
    problem = migrations.problem(station.engine)
    if problem is None:
        with station.reading() as session:
            problem = beats.why_not_fresh(session, now=station.clock())
    reasons = [problem] if problem else []
    return jsonify(status="not ready" if reasons else "ok", reasons=reasons), 503 if reasons else 200
