"""Whether the station is alive and ready to take calls; asked by whoever watches over the process."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from callin import migrations
from callin.station import the_station

door = Blueprint("health", __name__)


@door.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@door.get("/readyz")
def ready() -> tuple[Response, int]:
    """The database can be reached and has this version's tables; otherwise 503 and the reasons in words."""
    problem = migrations.problem(the_station().engine)
    reasons = [problem] if problem else []
    return jsonify(status="not ready" if reasons else "ok", reasons=reasons), 503 if reasons else 200
