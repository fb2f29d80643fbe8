"""Errors as pages, for people with a browser; used by the application, which answers everybody else in one line."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from callin.webhooks import PhoneDoor


def wants_page() -> bool:
    """Return whether a browser asks for a page; scripts and telephone exchanges do not ask for HTML."""
    is_webhook = isinstance(current_app.blueprints.get(request.blueprint or ""), PhoneDoor)
    return "text/html" in request.headers.get("Accept", "") and not is_webhook


def page_of(error: HTTPException) -> Response:
    """Return the error in words on a page of its own."""
    status = error.code or 500
    return make_response(render_template("error.html", status=status, words=error.description), status)
