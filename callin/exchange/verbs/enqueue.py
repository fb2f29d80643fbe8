"""Enqueue: a call waits in a queue until a DJ takes it, somebody moves it, or it goes; used by documents.

Source: sections 1.1 to 1.3 and 15 of the facts. Each stay in a queue ends in exactly one action request.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from callin.exchange.documents import (
    WAIT_VERBS,
    WHISPER,
    Context,
    DocumentFailed,
    Ending,
    Goto,
    Performance,
    Sent,
    Source,
    fallback_request,
    http_method,
    play_through,
)
from callin.exchange.errors import Code
from callin.exchange.interpreter import Effect, HungUp, Leg, Listen, Moved
from callin.exchange.queues import LONGEST_NAME, Dequeued, Link, Parted
from callin.exchange.records import CallStatus, HeardKind, Queue
from callin.exchange.twiml import Document, Verb
from callin.exchange.webhooks import Kind

MOST_WAIT_REQUESTS_PER_S: Final = 30
DEFAULT_MUSIC: Final = "http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3"
"""What is heard without a waitUrl; it is never fetched, and plays until the wait ends."""


class QueueResult(StrEnum):
    """How a stay in a queue ended, in Twilio's words (facts 1.3)."""

    BRIDGED = "bridged"
    BRIDGING_IN_PROCESS = "bridging-in-process"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    REDIRECTED_FROM_BRIDGED = "redirected-from-bridged"
    QUEUE_FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


def enqueue(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The call waits; what follows is the action's document, or the next verb when there is no action."""
    leg.answer()
    stay = Stay(leg, verb, document)
    problem = _problem(verb, document)
    if problem is not None:
        document.warn(problem)
        return stay.go_on(QueueResult.ERROR)
    if leg.exchange.faults.take_system_error():
        return stay.go_on(QueueResult.SYSTEM_ERROR)
    queues = leg.exchange.queue_book
    queue = queues.named(verb.text) or queues.create(verb.text)
    if len(queue.members) >= queue.max_size:
        document.warn(Code.QUEUE_FULL)
        return stay.go_on(QueueResult.QUEUE_FULL)
    return (yield from stay.run(queue))


def _problem(verb: Verb, document: Document) -> Code | None:
    if not verb.text:
        return Code.ENQUEUE_NO_NAME
    if len(verb.text) > LONGEST_NAME:
        return Code.ENQUEUE_LONG_NAME
    for name, code in (("method", Code.ENQUEUE_METHOD), ("waitUrlMethod", Code.ENQUEUE_WAIT_METHOD)):
        if verb.get(name, "POST").strip().upper() not in ("GET", "POST"):
            return code
    for name, code in (("waitUrl", Code.ENQUEUE_WAIT_URL), ("action", Code.ENQUEUE_ACTION)):
        address = verb.get(name).strip()
        if address and not document.resolve(address).startswith(("http://", "https://")):
            return code
    return None


class Stay:
    """One call's stay in one queue, from the Enqueue to the action request."""

    def __init__(self, leg: Leg, verb: Verb, document: Document) -> None:
        self._leg = leg
        self._verb = verb
        self._document = document
        self._queue: Queue | None = None
        self._link: Link | None = None
        self._has_failed_whisper = False

    def run(self, queue: Queue) -> Performance:
        """The call stays in the queue until something ends that."""
        leg, queues = self._leg, self._leg.exchange.queue_book
        self._queue = queue
        self._member = queues.join(queue, leg.call)
        try:
            result = yield from self._stay(queue)
        except HungUp:
            queues.remove(queue, self._member)
            self._conclude(self._result_of_hanging_up())
            raise
        except Moved:
            queues.remove(queue, self._member)
            was_bridged = self._link is not None and self._link.is_bridged
            self._conclude(QueueResult.REDIRECTED_FROM_BRIDGED if was_bridged else QueueResult.REDIRECTED)
            raise
        queues.remove(queue, self._member)
        if result is QueueResult.HANGUP:
            # The wait document hung up: the call is over before its action is asked for.
            leg.exchange.switchboard.mark_over(leg.call, CallStatus.COMPLETED)
            self._conclude(result)
            return Ending.HANG_UP
        return self.go_on(result)

    def go_on(self, result: QueueResult) -> Goto | None:
        """The action's document has the call from now on; the next verb, where there is no action."""
        sent = self._conclude(result)
        return None if sent is None else Goto(sent)

    def _conclude(self, result: QueueResult) -> Sent | None:
        """The action request is on its way, and after it the DJ knows."""
        leg, link = self._leg, self._link
        leg.context_params = ()
        action = self._document.resolve(self._verb.get("action")) if self._verb.get("action").strip() else ""
        sent = None
        if action:
            params = [("QueueResult", result.value)]
            if self._queue is not None:
                params += [("QueueSid", self._queue.sid), ("QueueTime", str(leg.call.queue_time_s or 0))]
            request = leg.request(
                action, method=http_method(self._verb.get("method")), params=tuple(params), kind=Kind.ACTION
            )
            sent = Sent(request, leg.send(request))
        if link is not None:
            unbridged = "failed" if self._has_failed_whisper else "no-answer"
            link.end_by_caller("completed" if link.is_bridged else unbridged)
        return sent

    def _result_of_hanging_up(self) -> QueueResult:
        if self._link is None:
            return QueueResult.HANGUP
        if self._link.is_bridged:
            return QueueResult.BRIDGED
        return QueueResult(self._leg.exchange.faults.settings.whisper_hangup_result)

    def _stay(self, queue: Queue) -> Generator[Effect, Any, QueueResult]:
        try:
            if not queue.waiting_djs:
                return (yield from self._wait(queue))
            # The DJ who has waited longest takes the caller before it has heard a note.
            self._link = self._leg.exchange.queue_book.match(queue)
        except Dequeued as dequeued:
            self._link = dequeued.link
        return (yield from self._meet(self._link))

    def _wait(self, queue: Queue) -> Generator[Effect, Any, QueueResult]:
        leg = self._leg
        address = self._verb.attributes.get("waitUrl", DEFAULT_MUSIC).strip()
        if address in ("", DEFAULT_MUSIC):
            leg.hear(HeardKind.PLAY if address else HeardKind.SILENCE, url=address or None)
            while True:
                yield Listen()
        context = Context(
            "wait",
            WAIT_VERBS,
            Kind.WAIT,
            params=lambda: leg.exchange.queue_book.parameters(queue, self._member),
            most_requests_per_s=MOST_WAIT_REQUESTS_PER_S,
        )
        source = self._wait_request(context)
        while True:
            try:
                ending = yield from play_through(leg, source, context)
            except DocumentFailed as failure:
                fallback = self._fallback(failure, context)
                if fallback is None:
                    return QueueResult.ERROR
                source = fallback
                continue
            if ending is not Ending.RAN_OUT:
                return QueueResult.LEAVE if ending is Ending.LEFT else QueueResult.HANGUP
            source = self._wait_request(context)

    def _wait_request(self, context: Context) -> Source:
        self._leg.context_params = context.params()
        return self._leg.request(
            self._document.resolve(self._verb.get("waitUrl")),
            method=http_method(self._verb.get("waitUrlMethod")),
            kind=Kind.WAIT,
        )

    def _fallback(self, failure: DocumentFailed, context: Context) -> Source | None:
        if not self._leg.exchange.faults.settings.wait_failure_uses_fallback:
            return None
        self._leg.context_params = context.params()
        return fallback_request(self._leg, failure)

    def _meet(self, link: Link) -> Generator[Effect, Any, QueueResult]:
        """The caller hears the whisper and is bridged, until either side has had enough."""
        leg = self._leg
        try:
            try:
                yield from self._whisper(link)
            except DocumentFailed:
                if leg.exchange.faults.settings.whisper_failure == "error":
                    self._has_failed_whisper = True
                    return QueueResult.ERROR
            link.bridge()
            while True:
                yield Listen()
        except Parted:
            return QueueResult.BRIDGED if link.is_bridged else QueueResult.BRIDGING_IN_PROCESS

    def _whisper(self, link: Link) -> Generator[Effect, Any, None]:
        if not link.whisper:
            return
        params = (
            ("QueueSid", link.queue_sid),
            ("QueueTime", str(link.queue_time_s)),
            ("DequeingCallSid", link.dj.call.sid),  # Twilio's spelling
        )
        context = replace(WHISPER, params=lambda: params)
        self._leg.context_params = params
        request = self._leg.request(link.whisper, method=link.whisper_method, kind=Kind.WHISPER)
        yield from play_through(self._leg, request, context)
