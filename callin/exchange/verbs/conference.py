"""Dial Conference: any number of calls in one room; used by Dial.

Source: section 6 of the facts: it starts with two, its wait document is not looped, and its Dial ends `answered`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from callin.exchange.documents import CONFERENCE_WAIT, DocumentFailed, http_method, play_through
from callin.exchange.interpreter import Effect, Interruption, Keys, Leg, Listen, TimedOut
from callin.exchange.records import HeardKind, new_sid
from callin.exchange.twiml import Document, Verb
from callin.exchange.verbs.dial_terms import Dialled, Terms
from callin.exchange.webhooks import Kind, WebhookRequest

LARGEST_ROOM = 250
LAST_LEFT = "last-participant-left"
MODERATOR_LEFT = "participant-with-end-conference-on-exit-left"


class Started(Interruption):
    """The conference has begun: whoever waits for it waits no longer."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The news that a participant whose leaving ends the conference has left."""

    room_sid: str


@dataclass(eq=False)
class Room:
    """One conference; its events go where its first participant said."""

    name: str
    callback: str
    callback_method: str
    events: tuple[str, ...]
    sid: str = field(default_factory=lambda: new_sid("CF"))
    present: list[Leg] = field(default_factory=list)
    has_started: bool = False
    may_start: bool = False
    sequence: int = 0
    reason: str = LAST_LEFT


def confer(leg: Leg, noun: Verb, document: Document, *, terms: Terms, dialled: Dialled) -> Generator[Effect, Any, None]:
    """The call has been in the conference."""
    rooms = leg.exchange.rooms
    dialled.is_conference = True
    room = rooms.get(noun.text) or _open(noun, document)
    if not noun.text or len(room.present) >= noun.number("maxParticipants", LARGEST_ROOM, least=1):
        dialled.status = "failed"
        return
    dialled.status = "answered"
    rooms[room.name] = room
    room.present.append(leg)
    room.may_start |= noun.get("startConferenceOnEnter", "true").strip().lower() != "false"
    ends = noun.is_true("endConferenceOnExit")
    is_muted = noun.is_true("muted")
    try:
        _tell(room, "join", leg, is_muted=is_muted)
        if not room.has_started and (len(room.present) < 2 or not room.may_start):
            yield from _wait(leg, noun, document)
        elif not room.has_started:
            _start(room, leg)
        leg.hear(HeardKind.BRIDGE)
        yield from _talk(leg, room, terms)
    except Interruption:
        _leave(leg, room, ends=ends, is_muted=is_muted)
        raise
    _leave(leg, room, ends=ends, is_muted=is_muted)


def _open(noun: Verb, document: Document) -> Room:
    callback = noun.get("statusCallback").strip()
    return Room(
        name=noun.text,
        callback=document.resolve(callback) if callback else "",
        callback_method=http_method(noun.get("statusCallbackMethod")),
        events=tuple(noun.get("statusCallbackEvent", "start end").split()),
    )


def _start(room: Room, last: Leg) -> None:
    room.has_started = True
    _tell(room, "start", last)
    for leg in room.present:
        if leg is not last:
            leg.interrupt(Started())


def _wait(leg: Leg, noun: Verb, document: Document) -> Generator[Effect, Any, None]:
    """The wait document plays once, then there is silence, until the conference starts."""
    address = noun.get("waitUrl").strip()
    try:
        if address:
            request = leg.request(document.resolve(address), method=http_method(noun.get("waitMethod")), kind=Kind.WAIT)
            try:
                yield from play_through(leg, request, CONFERENCE_WAIT)
            except DocumentFailed:
                leg.hear(HeardKind.SILENCE)
        while True:
            yield Listen()
    except Started:
        leg.context_params = ()


def _talk(leg: Leg, room: Room, terms: Terms) -> Generator[Effect, Any, None]:
    ends_at = leg.exchange.now() + timedelta(seconds=terms.time_limit_s)
    while True:
        left_s = (ends_at - leg.exchange.now()).total_seconds()
        news = yield Listen(left_s, keys=terms.hangs_up_on_star, news=True)
        is_ended = isinstance(news, Ended) and news.room_sid == room.sid
        if is_ended or isinstance(news, TimedOut) or (isinstance(news, Keys) and "*" in news.digits):
            return


def _leave(leg: Leg, room: Room, *, ends: bool, is_muted: bool) -> None:
    room.present.remove(leg)
    _tell(room, "leave", leg, is_muted=is_muted)
    if ends:
        room.reason = MODERATOR_LEFT
        # A copy: each of them leaves, and so shortens the list, while it hears the news.
        for other in tuple(room.present):
            # Whoever still waits for the start stops waiting first, and then hears that it is over.
            if not room.has_started:
                other.interrupt(Started())
            other.signal(Ended(room.sid))
    # Whoever leaves last turns off the light, once, even if it left in the middle of somebody else's leaving.
    if not room.present and leg.exchange.rooms.get(room.name) is room:
        del leg.exchange.rooms[room.name]
        _tell(room, "end", leg)


def _tell(room: Room, event: str, leg: Leg, *, is_muted: bool = False) -> None:
    room.sequence += 1
    if not room.callback or event not in room.events:
        return
    name = f"participant-{event}" if event in ("join", "leave") else f"conference-{event}"
    params = [
        ("AccountSid", leg.call.account_sid),
        ("ConferenceSid", room.sid),
        ("FriendlyName", room.name),
        ("StatusCallbackEvent", name),
        ("SequenceNumber", str(room.sequence)),
        ("Timestamp", leg.exchange.now().strftime("%a, %d %b %Y %H:%M:%S +0000")),
    ]
    if event in ("join", "leave"):
        muted = "true" if is_muted else "false"
        params += [("CallSid", leg.call.sid), ("Muted", muted), ("Hold", "false"), ("Coaching", "false")]
    if event == "end":
        params += [("CallSidEndingConference", leg.call.sid), ("ReasonConferenceEnded", room.reason)]
    leg.exchange.notify(
        WebhookRequest(
            url=room.callback, method=room.callback_method, params=tuple(params), kind=Kind.STATUS, call=leg.call
        )
    )
