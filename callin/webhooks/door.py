"""A door for phones: webhooks come in signed and go out with a document, whatever happens; used by voice and sms.

On a voice route no failure is silence. Whatever a view raises, the caller hears the route's own words for it, with
HTTP 200; where they still have somewhere to be, the document sends them there, with the same facts in its query, a few
times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import quote, urlencode

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import Forbidden, HTTPException

from callin import meters
from callin.errors import BadForm, CallinError
from callin.logs import about_call
from callin.station import Station, the_station
from callin.webhooks.fields import Fields, pairs_of
from callin.webhooks.signature import SignatureCheck

# A fault of a few seconds (a locked database) is survived; a lasting one ends with a goodbye.
MOST_RETRIES = 3
AGAIN = "again"
SORRY = "sorry.xml"
LONGEST_CARRIED = 500

_EXTENSION = "callin.signature"
_PATH_SAFE = "/:@!$&'()*+,;=~-._"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One signed request, with all a view needs.

    Attributes:
        station: the wired whole.
        fields: the form, and our own query for names that the form does not have.
    """

    station: Station
    fields: Fields


View = Callable[..., bytes | None]


class PhoneDoor(Blueprint):
    """A blueprint whose every route takes POST alone, and only from our carrier."""

    def speaks(
        self, path: str, *, sorry: str = SORRY, carries: tuple[str, ...] = (), is_routine: bool = False
    ) -> Callable[[View], View]:
        """Hang a view that answers a phone with a document.

        Args:
            path: below the door's prefix.
            sorry: the document for any failure.
            carries: parameters that a second try needs and Twilio would not send again.
            is_routine: whether it is asked so often that a line in the log each time would bury the rest.
        """

        def failed(error: Exception, fields: Fields) -> Response:
            return _sorry(error, fields, document=sorry, carries=carries)

        return self._hang(path, failed, is_routine=is_routine)

    def notes(self, path: str) -> Callable[[View], View]:
        """Hang a view that only takes notice: 204, or 400 for nonsense, or 503 so that the failure shows at Twilio."""
        return self._hang(path, lambda error, _fields: Response(status=400 if isinstance(error, BadForm) else 503))

    def _hang(
        self, path: str, failed: Callable[[Exception, Fields], Response], *, is_routine: bool = False
    ) -> Callable[[View], View]:
        def hang(view: View) -> View:
            def serve(fields: Fields, parts: dict[str, str | int]) -> Response:
                try:
                    document = view(Webhook(station=the_station(), fields=fields), **parts)
                except HTTPException:
                    raise
                except Exception as error:
                    _tell(error, fields)
                    return failed(error, fields)
                return Response(status=204) if document is None else twiml_response(document)

            def answer(**parts: str | int) -> Response:
                started = perf_counter()
                try:
                    fields = _admitted()
                except HTTPException:
                    raise
                except Exception as error:
                    _tell(error, Fields(()))
                    return failed(error, Fields(()))
                with about_call(fields.peek("CallSid") or fields.peek("call_sid")):
                    reply = serve(fields, parts)
                    _note(reply, seconds=perf_counter() - started, is_routine=is_routine)
                return reply

            self.add_url_rule(path, view.__name__, answer, methods=["POST"])
            return view

        return hang


def lock(app: Flask, *, station: Station) -> None:
    """Every phone door of this application now answers the station's carrier alone.

    Args:
        app: not serving yet.
        station: whose token and public address count.
    """
    app.extensions[_EXTENSION] = SignatureCheck(
        secrets=station.settings.webhook_secrets,
        public_base_url=station.settings.public_base_url,
        algorithm=station.settings.signature,
    )


def twiml_response(document: bytes) -> Response:
    """Return a document as the reply to a phone."""
    return Response(document, content_type="text/xml; charset=utf-8")


def _admitted() -> Fields:
    """Return the fields of the request in hand, or refuse it."""
    body = request.get_data(cache=False).decode("utf-8", "surrogateescape")
    query = request.query_string.decode("latin-1")
    signature = request.headers.get("X-Twilio-Signature", "")
    check: SignatureCheck = current_app.extensions[_EXTENSION]
    pairs = pairs_of(body)
    if not signature or not check.accepts(
        signature, path=quote(request.path, safe=_PATH_SAFE), query=query, pairs=pairs
    ):
        why = "wrong signature" if signature else "no signature"
        meters.WEBHOOKS_REFUSED.labels(why).inc()
        log.warning("webhook refused", path=request.path, why=why)
        raise Forbidden("This address answers only the station's own carrier.")
    return Fields(pairs, query=pairs_of(query) if query else ())


def _note(reply: Response, *, seconds: float, is_routine: bool) -> None:
    """The answer is timed, and on the log unless it is one of thousands."""
    rule = request.url_rule
    route = rule.rule if rule is not None else request.path
    meters.WEBHOOK_SECONDS.labels(route).observe(seconds)
    if not is_routine:
        log.info("webhook answered", route=route, status=reply.status_code, ms=round(seconds * 1000, 1))


def _tell(error: Exception, fields: Fields) -> None:
    call_sid = fields.peek("CallSid") or fields.peek("MessageSid")
    if isinstance(error, CallinError):
        log.warning("webhook not served", path=request.path, call_sid=call_sid, why=str(error))
    else:
        log.error("webhook failed", path=request.path, call_sid=call_sid, exc_info=error)


def _sorry(error: Exception, fields: Fields, *, document: str, carries: tuple[str, ...]) -> Response:
    """Return the words for a failure, and the way back where a second try can help."""
    station = the_station()
    tries = fields.peek(AGAIN) or ""
    again = (int(tries) if tries.isdecimal() and len(tries) < 3 else 0) + 1
    back = None
    # Nonsense stays nonsense however often it is read.
    if not isinstance(error, BadForm) and again <= MOST_RETRIES:
        said = {name: fields.peek(name) for name in (*carries, *request.args)}
        kept = {name: value for name, value in said.items() if value and len(value) <= LONGEST_CARRIED}
        query = urlencode({**kept, AGAIN: again}, errors="replace")
        back = f"{station.settings.public_base_url}{request.path}?{query}"
    return twiml_response(station.twiml.render(document, back=back))
