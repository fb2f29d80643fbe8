"""A door for phones: webhooks come in signed and go out with a document, whatever happens; used by voice and sms.

On a voice route no failure is silence. Whatever a view raises, the caller hears the route's own words for it, with
HTTP 200; where they still have somewhere to be, the document sends them there, with the same facts in its query, a few
times. Nothing here needs Flask but for hanging the routes: webhooks/front.py asks these views without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from urllib.parse import quote

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import Histogram
from sqlalchemy import Update
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from callin import meters
from callin.desk import tape, turns
from callin.errors import NotAtOnce
from callin.logs import about_call
from callin.station import Station
from callin.webhooks import failures
from callin.webhooks.asked import Asked, Reply
from callin.webhooks.failures import SORRY
from callin.webhooks.fields import Fields, pairs_of
from callin.webhooks.signature import SignatureCheck

DOCUMENT_TYPE = "text/xml; charset=utf-8"
STRANGER = "This address answers only the station's own carrier."

_EXTENSION = "callin.webhooks"
_PATH_SAFE = "/:@!$&'()*+,;=~-._"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One signed request, with all a view needs.

    Attributes:
        station: the wired whole.
        fields: the form, and our own query for names that the form does not have.
        asked: the request itself.
    """

    station: Station
    fields: Fields
    asked: Asked

    @contextmanager
    def transaction(self, *, instead: Mapping[str, str] | None = None) -> Iterator[tuple[Session, datetime]]:
        """Give one session in one transaction, and its moment; with what it changes, the webhook goes on the tape.

        Args:
            instead: what stands on the tape for a parameter that nobody may read there.
        """
        with self.station.transaction() as session:
            now = self.station.clock()
            yield session, now
            self._keep(session, at=now, instead=instead)

    @contextmanager
    def moving_line(self) -> Iterator[tuple[Session, datetime]]:
        """Give the same for what may move the line: a texter whom that has brought to the front is told so."""
        with self.transaction() as (session, now):
            yield session, now
            turns.notify_whoever_is_first(session, now=now, turn_s=self.station.settings.turn_s)

    def change(self, guarded: Update, values: Mapping[str, object]) -> None:
        """What a wait request heals is changed, and that one request goes on the tape."""
        with self.transaction() as (session, _now):
            session.execute(guarded, dict(values))

    def _keep(self, session: Session, *, at: datetime, instead: Mapping[str, str] | None) -> None:
        # Read once more: the many wait requests that are not kept pay nothing for it.
        form = pairs_of(self.asked.body.decode("utf-8", "surrogateescape"))
        tape.keep_webhook(
            session, at=at, path=self.asked.path, query=pairs_of(self.asked.query), form=form, instead=instead
        )


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who stands at the doors of one station.

    Attributes:
        station: the wired whole.
        check: tells its carrier from strangers.
    """

    station: Station
    check: SignatureCheck


View = Callable[[Webhook], bytes | None]
Failed = Callable[[Keeper, Asked, Fields, Exception], Reply]


@dataclass(frozen=True, slots=True)
class Answer:
    """How one route answers; called with who keeps its door.

    Attributes:
        route: its path.
        meter: of its seconds.
        view: what it says.
        failed: what it says when that fails.
        is_routine: whether it is asked so often that a line in the log each time would bury the rest, and that an
            event loop answers it at once where it can.
    """

    route: str
    meter: Histogram
    view: View
    failed: Failed
    is_routine: bool

    def __call__(self, keeper: Keeper, asked: Asked) -> Reply:
        """Answer one request, whatever happens.

        Raises:
            NotAtOnce: the keeper's station waits for nobody, and somebody has to be waited for; nothing was changed.
        """
        started = perf_counter()
        fields = _admitted(keeper.check, asked)
        if fields is None:
            return Reply(403)
        with about_call(fields.peek("CallSid") or fields.peek("call_sid")):
            reply = self._served(keeper, asked, fields)
            seconds = perf_counter() - started
            self.meter.observe(seconds)
            if not self.is_routine:
                log.info("webhook answered", route=self.route, status=reply.status, ms=round(seconds * 1000, 1))
        return reply

    def _served(self, keeper: Keeper, asked: Asked, fields: Fields) -> Reply:
        try:
            document = self.view(Webhook(station=keeper.station, fields=fields, asked=asked))
        except NotAtOnce:
            raise
        except Exception as error:
            failures.tell(error, asked, fields)
            return self.failed(keeper, asked, fields, error)
        return Reply(204) if document is None else Reply(200, document)


class PhoneDoor(Blueprint):
    """A blueprint whose every route takes POST alone, and only from our carrier."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str) -> None:
        """Nothing hangs yet.

        Args:
            name: of the blueprint.
            import_name: of its module.
            url_prefix: of all its paths.
        """
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.answers: dict[str, Answer] = {}

    def speaks(
        self, path: str, *, sorry: str = SORRY, carries: tuple[str, ...] = (), is_routine: bool = False
    ) -> Callable[[View], View]:
        """Hang a view that answers a phone with a document.

        Args:
            path: below the door's prefix.
            sorry: the document for any failure.
            carries: parameters that a second try needs and Twilio would not send again.
            is_routine: whether callers in line ask it every few seconds: no line in the log, and at once on a loop.
        """

        def failed(keeper: Keeper, asked: Asked, fields: Fields, error: Exception) -> Reply:
            return failures.say_sorry(keeper.station, asked, fields, error=error, document=sorry, carries=carries)

        return self._hang(path, failed, is_routine=is_routine)

    def notes(self, path: str) -> Callable[[View], View]:
        """Hang a view that only takes notice: 204, or 400 for nonsense, or 503 so that the failure shows at Twilio."""
        return self._hang(
            path, lambda _keeper, _asked, _fields, error: Reply(400 if failures.is_nonsense(error) else 503)
        )

    def _hang(self, path: str, failed: Failed, *, is_routine: bool = False) -> Callable[[View], View]:
        route = f"{self.url_prefix}{path}"

        def hang(view: View) -> View:
            answer = Answer(route, meters.WEBHOOK_SECONDS.labels(route), view, failed, is_routine)
            self.answers[path] = answer
            self.add_url_rule(path, view.__name__, lambda: _through_flask(answer), methods=["POST"])
            return view

        return hang


def lock(app: Flask, *, station: Station) -> None:
    """Every phone door of this application now answers the station's carrier alone.

    Args:
        app: not serving yet.
        station: whose token and public address count.
    """
    check = SignatureCheck(
        secrets=station.settings.webhook_secrets,
        public_base_url=station.settings.public_base_url,
        algorithm=station.settings.signature,
    )
    app.extensions[_EXTENSION] = Keeper(station, check)


def keeper_of(app: Flask) -> Keeper:
    """Return who stands at the doors of this application, which are locked."""
    keeper: Keeper = app.extensions[_EXTENSION]
    return keeper


def _through_flask(answer: Answer) -> Response:
    asked = Asked(
        path=quote(request.path, safe=_PATH_SAFE),
        query=request.query_string.decode("latin-1"),
        body=request.get_data(cache=False),
        signature=request.headers.get("X-Twilio-Signature", ""),
    )
    reply = answer(keeper_of(current_app), asked)
    if reply.status == 403:
        raise Forbidden(STRANGER)
    return Response(reply.document, status=reply.status, content_type=DOCUMENT_TYPE)


def _admitted(check: SignatureCheck, asked: Asked) -> Fields | None:
    """Return the fields of a request, or None to a stranger."""
    pairs = pairs_of(asked.body.decode("utf-8", "surrogateescape"))
    if not asked.signature or not check.accepts(asked.signature, path=asked.path, query=asked.query, pairs=pairs):
        why = "wrong signature" if asked.signature else "no signature"
        meters.WEBHOOKS_REFUSED.labels(why).inc()
        log.warning("webhook refused", path=asked.path, why=why)
        return None
    return Fields(pairs, query=pairs_of(asked.query) if asked.query else ())
