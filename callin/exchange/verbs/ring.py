"""Dial Number and Dial Client: other phones ring, the first to answer is put through; used by Dial.

Source: section 2.1 and 15 of the facts; https://www.twilio.com/docs/voice/twiml/number.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from callin.exchange import new_calls
from callin.exchange.conversation import live
from callin.exchange.documents import SCREENING, DocumentFailed, Ending, http_method, play_through
from callin.exchange.interpreter import Effect, HungUp, Keys, Leg, Listen, Moved, Script, TimedOut
from callin.exchange.records import CallStatus, HeardKind
from callin.exchange.twiml import Document, Verb
from callin.exchange.verbs.dial_terms import Dialled, Terms


@dataclass(eq=False)
class Party:
    """The call that dials and the phones it rings."""

    parent: Leg
    ringing: list[Leg] = field(default_factory=list)
    partner: Leg | None = None  # who is put through, now or before
    is_over: bool = False
    status: str = "no-answer"  # of the last phone that did not answer

    def connect(self, child: Leg) -> None:
        """The phone is put through; the others stop ringing."""
        self.partner = child
        self.ringing.remove(child)
        for other in tuple(self.ringing):
            other.exchange.switchboard.end(other.call, CallStatus.CANCELED)
        for leg, far in ((self.parent, child), (child, self.parent)):
            leg.hear(HeardKind.BRIDGE)
            leg.call.bridged_to = far.call.sid
        self.parent.signal(self)

    def lose(self, child: Leg) -> None:
        """The phone is gone; the call that dialled knows."""
        if child in self.ringing:
            self.ringing.remove(child)
            self.status = child.call.status.value if child.call.status.is_over else "no-answer"
        elif child is self.partner:
            self.part()
        self.parent.signal(self)

    def part(self) -> None:
        """Nobody is bridged any more."""
        self.is_over = True
        if self.partner is not None:
            self.parent.call.bridged_to = self.partner.call.bridged_to = None

    def end(self, unanswered: CallStatus) -> None:
        """Every phone is hung up."""
        self.is_over = True
        for child in tuple(self.ringing):
            child.exchange.switchboard.end(child.call, unanswered)
        if self.partner is not None:
            self.part()
            if not self.partner.call.status.is_over:
                self.partner.exchange.switchboard.end(self.partner.call, CallStatus.COMPLETED)


def ring(leg: Leg, verb: Verb, document: Document, *, terms: Terms, dialled: Dialled) -> Generator[Effect, Any, None]:
    """Somebody has been talked to, or nobody answered; `dialled` says which."""
    nouns = [child for child in verb.children if child.name in ("Number", "Client")]
    targets = [(_address(noun), noun) for noun in nouns] or [(verb.text, Verb("Number"))]
    targets = [(address, noun) for address, noun in targets if address]
    if not targets:
        dialled.status = "failed"
        return
    rounds = [[target] for target in targets] if verb.is_true("sequential") else [targets]
    for each in rounds:
        party = Party(leg)
        try:
            yield from _ring_round(party, each, document, terms=terms, dialled=dialled)
        except (HungUp, Moved):
            party.end(CallStatus.CANCELED)
            raise
        if party.partner is not None:
            return


def _address(noun: Verb) -> str:
    if noun.name == "Number":
        return noun.text
    identity = noun.text or next((child.text for child in noun.children if child.name == "Identity"), "")
    return f"client:{identity}" if identity else ""


def _ring_round(
    party: Party, targets: list[tuple[str, Verb]], document: Document, *, terms: Terms, dialled: Dialled
) -> Generator[Effect, Any, None]:
    leg = party.parent
    dialled.status = "canceled"
    legs = [_child(party, address, noun=noun, document=document, terms=terms) for address, noun in targets]
    party.ringing.extend(legs)
    for child, (_, noun) in zip(legs, targets, strict=True):
        child.start(live(child, _far_end(child, party, noun=noun, document=document)))
        leg.exchange.switchboard.progress(child.call, "initiated")
        leg.exchange.switchboard.progress(child.call, "ringing")
    ends_at = leg.exchange.now() + timedelta(seconds=terms.timeout_s)
    while not party.is_over:
        if party.partner is not None and dialled.bridged_at is None:
            ends_at = leg.exchange.now() + timedelta(seconds=terms.time_limit_s)
            dialled.bridged(leg, party.partner.call.sid, terms=terms)
        if party.partner is None and not party.ringing:
            dialled.status = party.status
            return
        left_s = (ends_at - leg.exchange.now()).total_seconds()
        keys = terms.hangs_up_on_star and party.partner is not None
        news = yield Listen(left_s, keys=keys, news=True)
        if isinstance(news, TimedOut) or (isinstance(news, Keys) and "*" in news.digits):
            if party.partner is None:
                dialled.status = "no-answer"
            party.end(CallStatus.NO_ANSWER)


def _child(party: Party, address: str, *, noun: Verb, document: Document, terms: Terms) -> Leg:
    exchange = party.parent.exchange
    callback = noun.get("statusCallback").strip()
    call = new_calls.dialled(
        exchange,
        party.parent.call,
        to=address,
        caller_id=terms.caller_id,
        status_callback=document.resolve(callback) if callback else "",
        status_callback_method=noun.get("statusCallbackMethod", "POST"),
        status_callback_events=tuple(noun.get("statusCallbackEvent", "completed").replace(",", " ").split()),
    )
    exchange.calls[call.sid] = call
    call.leg = Leg(exchange, call)
    return call.leg


def _far_end(leg: Leg, party: Party, *, noun: Verb, document: Document) -> Script:
    """The dialled phone: rings, hears its own whisper if there is one, talks."""
    try:
        yield Listen(news=True)
        address = noun.get("url").strip()
        is_willing = True
        if address:
            request = leg.request(document.resolve(address), method=http_method(noun.get("method")))
            is_willing = (yield from play_through(leg, request, SCREENING)) is not Ending.HANG_UP
        while is_willing and not party.is_over:
            if party.partner is None:
                party.connect(leg)
            yield Listen()
    except (HungUp, Moved):
        party.lose(leg)
        raise
    except DocumentFailed:
        # A screening that fails is a phone that was never put through.
        is_willing = False
    party.lose(leg)
