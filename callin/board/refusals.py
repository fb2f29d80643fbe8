"""Errors as pages, for people with a browser; used by the application, which answers everybody else in one line."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from callin.webhooks import PhoneDoor


def wants_page() -> bool:
    """Return whether the request in hand comes from a person who looks at whole pages."""
    is_browser = "text/html" in request.headers.get("Accept", "")
    is_part = "HX-Request" in request.headers  # a page's own script; it shows the words where they belong
    return is_browser and not is_part and not isinstance(current_app.blueprints.get(request.blueprint or ""), PhoneDoor)


def page_of(error: HTTPException) -> Response:
    """Return the error in words on a page of its own."""
    status = error.code or 500
    return make_response(render_template("error.html", status=status, words=error.description), status)
