"""Documents of a call: fetched, run verb by verb, followed to where they lead; used by conversations and verbs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from urllib.parse import urldefrag

from callin.exchange import twiml
from callin.exchange.errors import Code
from callin.exchange.interpreter import Await, Effect, Leg, Sleep, Ticket
from callin.exchange.parameters import Pairs
from callin.exchange.records import HeardKind
from callin.exchange.twiml import Document, Verb
from callin.exchange.webhooks import Kind, WebhookRequest


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that is on its way already."""

    request: WebhookRequest
    ticket: Ticket


Source = WebhookRequest | Sent | str
"""Where a document comes from: a request to make or made, or TwiML handed over as it is."""

MOST_REQUESTS_PER_S: Final = 99
"""Document requests of one call in one exchange second; more is a loop that nobody hears."""

_QUIET: Final = frozenset({"Say", "Play", "Pause", "Redirect"})


@dataclass(frozen=True, slots=True)
class Context:
    """Where a document runs: which verbs it may use and what its requests carry.

    `verbs` None allows everything. `most_requests_per_s` guards against documents that take no time.
    """

    name: str
    verbs: frozenset[str] | None
    kind: Kind
    params: Callable[[], Pairs] = tuple
    most_requests_per_s: int = MOST_REQUESTS_PER_S
    forbidden: Code = Code.SCHEMA  # what the log says of a verb that may not stand here


MAIN: Final = Context("call", None, Kind.VOICE)
WAIT_VERBS: Final = _QUIET | {"Hangup", "Leave", "Gather"}
WHISPER: Final = Context("whisper", _QUIET, Kind.WHISPER)
CONFERENCE_WAIT: Final = Context("conference wait", _QUIET, Kind.WAIT, forbidden=Code.INVALID_CONFERENCE_VERB)
SCREENING: Final = Context("screening", _QUIET | {"Gather", "Hangup"}, Kind.VOICE)


class Ending(Enum):
    """How the last of a chain of documents ended."""

    RAN_OUT = "ran out"
    HANG_UP = "hang up"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Goto:
    """The call goes on with another document."""

    source: Source


Outcome = Ending | Goto | None
"""What a verb leads to; None: the next verb."""
Performance = Generator[Effect, Any, Outcome]
Performer = Callable[[Leg, Verb, Document, Context], Performance]


class DocumentFailed(Exception):
    """A document could not be had, read or run; `code` and `url` say which and why."""

    def __init__(self, code: int, *, url: str) -> None:
        super().__init__(f"error {int(code)} at {url}")
        self.code = int(code)
        self.url = url


def play_through(leg: Leg, source: Source, context: Context) -> Generator[Effect, Any, Ending]:
    """Run the document from `source` and every one it leads to, and return how the last one ended.

    Raises:
        DocumentFailed: one of them could not be had or run.
    """
    while True:
        document = yield from _obtain(leg, source, context)
        outcome = yield from _run(leg, document, context)
        if isinstance(outcome, Ending):
            leg.context_params = ()
            return outcome
        source = outcome.source


def _obtain(leg: Leg, source: Source, context: Context) -> Generator[Effect, Any, Document]:
    url = _url(source)
    of_the_call, of_the_context = leg.requests_lately(context.name)
    # Both: a call that goes in and out of a queue for ever never stays long enough in one context.
    if of_the_call > MOST_REQUESTS_PER_S or of_the_context > context.most_requests_per_s:
        raise DocumentFailed(Code.RETRIEVAL, url=url)
    try:
        if isinstance(source, str):
            return twiml.read_text(source)
        reply = yield Await(source.ticket if isinstance(source, Sent) else leg.send(source))
        return twiml.read(reply)
    except twiml.Unreadable as error:
        raise DocumentFailed(error.code, url=url) from error


def _run(leg: Leg, document: Document, context: Context) -> Generator[Effect, Any, Ending | Goto]:
    if document.sound_s is not None:
        leg.answer()
        leg.hear(HeardKind.PLAY, url=document.url)
        yield Sleep(document.sound_s)
        return Ending.HANG_UP if context is MAIN else Ending.RAN_OUT
    for verb in document.verbs:
        if context.verbs is not None and verb.name not in context.verbs:
            document.warn(context.forbidden)
            raise DocumentFailed(context.forbidden, url=document.url)
        leg.context_params = context.params()
        outcome = yield from PERFORMERS[verb.name](leg, verb, document, context)
        if outcome is not None:
            return outcome
    return Ending.RAN_OUT


def follow(
    leg: Leg,
    document: Document,
    context: Context,
    *,
    address: str,
    method: str = "",
    params: Pairs = (),
    kind: Kind | None = None,
) -> Goto:
    """Return the way to another document named by this one.

    Raises:
        DocumentFailed: a relative address in a document that has none itself (11100).
    """
    url = document.resolve(address)
    if not url:
        document.warn(Code.NO_URL)
        raise DocumentFailed(Code.NO_URL, url=document.url)
    leg.context_params = context.params()
    return Goto(leg.request(url, method=http_method(method), params=params, kind=kind or context.kind))


def fallback_request(leg: Leg, failure: DocumentFailed) -> WebhookRequest | None:
    """Return the request that asks the fallback address what to do; None if there is none, or it failed itself."""
    call = leg.call
    if not call.fallback_url or failure.url == call.fallback_url:
        return None
    # Connection overrides are between the application and its carrier; no request shows them.
    params = (("ErrorCode", str(failure.code)), ("ErrorUrl", urldefrag(failure.url).url))
    return leg.request(call.fallback_url, method=call.fallback_method, params=params)


def _url(source: Source) -> str:
    if isinstance(source, str):
        return ""
    return source.request.url if isinstance(source, Sent) else source.url


def http_method(given: str) -> str:
    """Return the HTTP method an attribute names: GET if it says so, else POST."""
    return "GET" if given.strip().upper() == "GET" else "POST"


PERFORMERS: dict[str, Performer] = {}
"""What performs each verb; filled by the verbs."""
