"""Dial Queue: a DJ takes the front of a queue, waiting for somebody to come if there is nobody; used by Dial.

Source: sections 2.1 to 2.3 and 15 of the facts.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from callin.exchange.documents import http_method
from callin.exchange.errors import Code
from callin.exchange.interpreter import Effect, HungUp, Keys, Leg, Listen, Moved, TimedOut
from callin.exchange.queues import LONGEST_NAME, Link, LinkEvent, QueueGone, WaitingDj
from callin.exchange.records import CallStatus, Queue
from callin.exchange.twiml import Document, Verb
from callin.exchange.verbs.dial_terms import Dialled, Terms


def dial_queue(
    leg: Leg, noun: Verb, document: Document, *, terms: Terms, dialled: Dialled
) -> Generator[Effect, Any, None]:
    """The DJ has talked to the front of the queue, or there was nobody; `dialled` says which."""
    problem = _problem(noun, document)
    if problem is not None:
        document.warn(problem)
        dialled.status = "failed"
        return
    queues = leg.exchange.queue_book
    queue = queues.named(noun.text)
    if queue is None:
        dialled.status = leg.exchange.faults.settings.missing_queue_status
        return
    address = noun.get("url").strip()
    dj = WaitingDj(leg, document.resolve(address) if address else "", http_method(noun.get("method")))
    link = queues.take_front(queue, dj) or (yield from _wait(queue, dj, terms=terms, dialled=dialled))
    if link is not None:
        # Until it is bridged, whatever ends it leaves nobody bridged.
        dialled.status = "no-answer"
        try:
            yield from _talk(leg, link, terms=terms, dialled=dialled)
        except (HungUp, Moved):
            link.end_by_dj()
            raise


def _problem(noun: Verb, document: Document) -> Code | None:
    if not noun.text:
        return Code.QUEUE_NO_NAME
    if len(noun.text) > LONGEST_NAME:
        return Code.QUEUE_LONG_NAME
    if noun.get("method", "POST").strip().upper() not in ("GET", "POST"):
        return Code.QUEUE_METHOD
    address = noun.get("url").strip()
    return Code.QUEUE_URL if address and not document.resolve(address) else None


def _wait(queue: Queue, dj: WaitingDj, *, terms: Terms, dialled: Dialled) -> Generator[Effect, Any, Link | None]:
    """Return the link to the first caller who comes, None when nobody does."""
    queue.waiting_djs.append(dj)
    try:
        news = yield Listen(terms.timeout_s, news=True)
        while isinstance(news, LinkEvent) and news.link.is_over:
            news = yield Listen(terms.timeout_s, news=True)
    finally:
        if dj in queue.waiting_djs:
            queue.waiting_djs.remove(dj)
    if isinstance(news, LinkEvent):
        return news.link
    is_gone = isinstance(news, QueueGone)
    dialled.status = "failed" if is_gone else dj.leg.exchange.faults.settings.empty_queue_status
    return None


def _talk(leg: Leg, link: Link, *, terms: Terms, dialled: Dialled) -> Generator[Effect, Any, None]:
    """The whisper and the bridge, from the DJ's side."""
    ends_at = None
    while not link.is_over:
        if link.is_bridged and ends_at is None:
            ends_at = leg.exchange.now() + timedelta(seconds=terms.time_limit_s)
            dialled.bridged(leg, link.caller.call.sid, terms=terms)
            if leg.exchange.faults.settings.dial_queue_extras:
                dialled.extras = (("QueueSid", link.queue_sid), ("QueueTime", str(link.queue_time_s)))
        left_s = None if ends_at is None else (ends_at - leg.exchange.now()).total_seconds()
        news = yield Listen(left_s, keys=link.is_bridged and terms.hangs_up_on_star, news=True)
        if isinstance(news, TimedOut) or (isinstance(news, Keys) and "*" in news.digits):
            _end(leg, link)
            return
    if not link.is_bridged:
        dialled.status = link.dial_status


def _end(leg: Leg, link: Link) -> None:
    """The DJ, or the time limit, ends the bridge; by policy the caller's call ends with it."""
    if leg.exchange.faults.settings.star_drops_caller:
        leg.exchange.switchboard.end(link.caller.call, CallStatus.COMPLETED)
    else:
        link.end_by_dj()
