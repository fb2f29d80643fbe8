"""The REST API: who asks, which fault strikes, which resource answers; called by the server and http_client."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, HttpRequest, Silence, json_answer
from callin.exchange.log import shown_body, shown_params
from callin.exchange.rest.render import API_VERSION
from callin.exchange.rest.resource import NOT_FOUND, Answering, RestCall
from callin.exchange.rest.routes import ROUTES

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

PREFIX = f"/{API_VERSION}/"
UNAUTHORISED, METHOD_NOT_ALLOWED, TOO_MANY_REQUESTS, INTERNAL_ERROR = 20003, 20004, 20429, 20500


def answer(exchange: Exchange, request: HttpRequest) -> HttpAnswer:
    """Return what Twilio's API would answer, and write the request and its answer into the exchange's log.

    Raises:
        Silence: when a time-out fault strikes; the work may have been done.
    """
    is_form = request.method == "POST"
    with exchange.lock:
        entry = exchange.log.open(
            kind="rest",
            method=request.method,
            url=request.url,
            params=shown_params(request.form if is_form else request.query),
            call=exchange.calls.get(_call_sid(request.path)),
        )
    try:
        answered = _answered(exchange, request)
        code = None
    except RestError as error:
        answered, code = error_answer(error), error.code
    with exchange.lock:
        entry.status, entry.error = answered.status, code
        entry.body = shown_body(answered.body, content_type=answered.content_type)
    return answered


def error_answer(error: RestError) -> HttpAnswer:
    """Return the error as Twilio writes it (facts 3.1)."""
    headers: list[tuple[str, str]] = []
    if error.status == 401:
        headers.append(("WWW-Authenticate", 'Basic realm="Twilio API"'))
    if error.status == 429:
        headers.append(("Twilio-Concurrent-Requests", "101"))
    content = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return json_answer(error.status, content, headers=headers)


def _answered(exchange: Exchange, request: HttpRequest) -> HttpAnswer:
    path = request.path
    account_sid, _, rest = path.removeprefix(f"{PREFIX}Accounts/").partition("/")
    found = next(((route, match) for route in ROUTES if (match := route.pattern.fullmatch(rest))), None)
    is_open = found is not None and found[0].is_media and not exchange.faults.settings.media_auth
    if not is_open and not _is_signed_in(exchange, request):
        raise RestError(401, UNAUTHORISED, "Authenticate")
    _strike(exchange)
    if found is None or account_sid != exchange.account.sid or not path.startswith(f"{PREFIX}Accounts/"):
        raise RestError(404, NOT_FOUND, f"The requested resource {path} was not found")
    route, match = found
    answering: Answering | None = route.methods.get("GET" if request.method == "HEAD" else request.method)
    if answering is None:
        raise RestError(405, METHOD_NOT_ALLOWED, f"Method not allowed: {request.method}")
    answered = answering(RestCall(exchange, request, match.groupdict()))
    if _strikes(exchange, "rest_timeout_after_work"):
        raise Silence
    return answered


def _strike(exchange: Exchange) -> None:
    """Let one of the faults that keep the work from being done strike, by its share."""
    if _strikes(exchange, "rest_429"):
        raise RestError(429, TOO_MANY_REQUESTS, "Too Many Requests")
    if _strikes(exchange, "rest_500"):
        raise RestError(500, INTERNAL_ERROR, "An internal server error has occurred")
    if _strikes(exchange, "rest_timeout"):
        raise Silence


def _strikes(exchange: Exchange, fault: str) -> bool:
    with exchange.lock:
        return exchange.faults.strikes(getattr(exchange.faults.settings, fault))


def _is_signed_in(exchange: Exchange, request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        decoded = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    account = exchange.account
    secrets = {account.sid: account.auth_token, **account.api_keys}
    return any(hmac.compare_digest(decoded, f"{name}:{secret}".encode()) for name, secret in secrets.items())


def _call_sid(path: str) -> str:
    """Return the SID of the call that a path is about, or nothing."""
    for part in path.split("/"):
        sid = part.removesuffix(".json")
        if sid.startswith("CA") and len(sid) == 34:
            return sid
    return ""
