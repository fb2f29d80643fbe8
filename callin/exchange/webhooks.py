"""Webhooks: what an application is asked, how it goes over the wire, what came back; used through `Exchange.fetch`.

One request may be several on the wire: retries and redirect hops are requests, and log entries, of their own.
Source: sections 4.1 to 4.4 of the facts.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from callin.exchange import overrides, signature
from callin.exchange.cookies import Jar
from callin.exchange.errors import Code
from callin.exchange.log import shown_body, shown_params
from callin.exchange.records import Call, LogEntry
from callin.exchange.transport import Answer, Limits, NoAnswer, NotAnAddress, NotReached

if TYPE_CHECKING:
    from callin.exchange.network import Network

MOST_REDIRECTS = 10
FOLLOWED = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
LARGEST_DOCUMENT = 64 * 1024
LEAST_S = 0.01
"""Real seconds; a try that has less left is not worth making."""
_URL_SAFE = "%/:?@!$&'()*+,;=-._~[]"


class Kind(StrEnum):
    """What a webhook is for."""

    VOICE = "voice"
    WAIT = "wait"
    WHISPER = "whisper"
    ACTION = "action"
    STATUS = "status"
    SMS = "sms"
    PLAY = "play"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One request to an application.

    `params` go into the form or the query, by the method; `url` is absolute and may carry connection overrides.
    """

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    kind: Kind = Kind.VOICE
    call: Call | None = None
    jar: Jar | None = None  # the call's own when there is a call
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))  # the same for every copy of one request


@dataclass(slots=True)
class Reply:
    """What came of a webhook; `error` is the code of whatever went wrong on the wire."""

    url: str
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: int | None = None
    is_late: bool = False
    entry: LogEntry | None = None

    def blame(self, code: int) -> None:
        """The reply's log entry carries this code, the last one said."""
        self.error = code
        if self.entry is not None:
            self.entry.error = int(code)


@dataclass(frozen=True, slots=True)
class _Wire:
    """One request exactly as it is sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


def open_entry(network: Network, request: WebhookRequest) -> LogEntry:
    """A log entry says that the request is being sent."""
    url = overrides.split(request.url)[0]
    pairs = list(request.params)
    if request.method == "GET":
        url = _with_query(url, request.params)
        pairs = signature.query_pairs(url)
    return network.log.open(
        kind="webhook",
        method=request.method,
        url=url,
        params=shown_params(pairs),
        call=request.call,
        purpose=request.kind.value,
    )


def deliver(network: Network, request: WebhookRequest, *, entry: LogEntry) -> Reply:
    """Return what came of the request, after retries and redirects. Takes real time; never called under the lock.

    Args:
        entry: the log entry of the first time it is sent.
    """
    first: LogEntry | None = entry
    for _ in range(MOST_REDIRECTS + 1):
        reply = _deliver_here(network, request, first=first)
        target = _next_address(reply)
        if not target:
            return _judged(reply, kind=request.kind)
        if reply.status in KEEPS_METHOD:
            request = replace(request, url=target)
        else:
            # As HTTP clients do: the hop is a GET, and its parameters are those of its own URL.
            request = replace(request, url=target, method="GET", params=())
        first = None
    reply.blame(Code.TOO_MANY_REDIRECTS)
    return reply


def _next_address(reply: Reply) -> str:
    """Return where a reply redirects to; "" if nowhere, or to nonsense."""
    if reply.status not in FOLLOWED or "location" not in reply.headers:
        return ""
    try:
        target = urljoin(reply.url, reply.headers["location"])
        is_web = urlsplit(target).port != 0  # reading a port that is none raises
    except ValueError:
        return ""
    return target if is_web and target.startswith(("http://", "https://")) else ""


def _deliver_here(network: Network, request: WebhookRequest, *, first: LogEntry | None) -> Reply:
    """Send the request to this address, as often as its overrides say."""
    url, over = overrides.split(request.url)
    reply = Reply(url=url)
    ends_at = time.monotonic() + over.limits.total_s
    for attempt in range(over.retries + 1):
        if first is None or attempt:
            with network.lock:
                reply.entry = open_entry(network, request)
        else:
            reply.entry = first
        # `tt` is for all the tries together.
        limits = replace(over.limits, total_s=max(ends_at - time.monotonic(), LEAST_S))
        outcome = _send(network, request, url=url, limits=limits, reply=reply)
        if outcome is None or not over.retries_after(outcome) or time.monotonic() + LEAST_S > ends_at:
            break
        if attempt < over.retries:
            reply = Reply(url=url)
    return reply


def _send(network: Network, request: WebhookRequest, *, url: str, limits: Limits, reply: Reply) -> str | None:
    """Send once and fill in the reply; return how it failed, in the words of the overrides; None: no more tries."""
    began = time.monotonic()
    try:
        wire = _on_the_wire(network, request, url=url)
        if reply.entry is not None:
            reply.entry.headers = wire.headers
        answer = network.transport.send(wire.method, wire.url, headers=wire.headers, body=wire.body, limits=limits)
    except (NotReached, NoAnswer) as failure:
        reply.is_late = isinstance(failure, NoAnswer) and failure.is_timeout
        with network.lock:
            reply.blame(Code.RETRIEVAL)
        if isinstance(failure, NotAnAddress):
            return None
        return "rt" if isinstance(failure, NoAnswer) else "ct"
    with network.lock:
        _fill(reply, answer, took_s=time.monotonic() - began)
        jar = request.call.cookies if request.call else request.jar
        if jar is not None and answer.set_cookies:
            jar.store(url, answer.set_cookies)
    return f"{answer.status // 100}xx" if answer.status >= 400 else None


def _on_the_wire(network: Network, request: WebhookRequest, *, url: str) -> _Wire:
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    # What is signed is what is sent: anything that may not stand in a URL is encoded before both.
    path, query = (quote(part, safe=_URL_SAFE) for part in (parts.path or "/", parts.query))
    bare = urlunsplit((parts.scheme, host, path, query, ""))
    headers = {
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "I-Twilio-Idempotency-Token": request.token,
        **request.headers,
    }
    if userinfo:
        headers["Authorization"] = "Basic " + base64.b64encode(unquote(userinfo).encode()).decode()
    jar = request.call.cookies if request.call else request.jar
    cookies = jar.header(url) if jar is not None else None
    if cookies:
        headers["Cookie"] = cookies
    body: bytes | None = None
    form: tuple[tuple[str, str], ...] = ()
    if request.method == "GET":
        bare = _with_query(bare, request.params)
    else:
        form = request.params
        body = urlencode(form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    algorithm = network.faults.settings.signature_algorithm
    headers["X-Twilio-Signature"] = signature.sign(
        network.account.auth_token,
        url=signature.signed_url(bare, is_voice=request.kind is not Kind.SMS),
        form=form,
        algorithm=algorithm,
    )
    if algorithm != "sha1":
        headers[signature.SETTINGS_HEADER] = f"algorithm=HMAC_{algorithm.upper()}"
    return _Wire(request.method, bare, headers, body)


def _with_query(url: str, params: tuple[tuple[str, str], ...]) -> str:
    if not params:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(params)}"


def _fill(reply: Reply, answer: Answer, *, took_s: float) -> None:
    reply.status = answer.status
    reply.headers = answer.headers
    reply.body = answer.body
    reply.content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if reply.entry is not None:
        reply.entry.status = answer.status
        reply.entry.body = shown_body(answer.body, content_type=reply.content_type)
        reply.entry.content_type = reply.content_type
        reply.entry.took_s = took_s


def _judged(reply: Reply, *, kind: Kind) -> Reply:
    """Return the reply with the code that its status, size or shape calls for."""
    if reply.status is None or kind is Kind.STATUS:
        return reply
    is_text = not reply.content_type.startswith("audio/") and kind is not Kind.PLAY
    if reply.status == 304 and kind is Kind.PLAY:
        return reply
    if not 200 <= reply.status < 300:
        reply.blame(Code.RETRIEVAL)
    elif is_text and len(reply.body) > LARGEST_DOCUMENT:
        reply.blame(Code.TOO_LARGE)
    elif not reply.body and "chunked" in reply.headers.get("transfer-encoding", ""):
        reply.blame(Code.EMPTY_CHUNKED)
    elif not reply.content_type:
        reply.blame(Code.RETRIEVAL)
    return reply
