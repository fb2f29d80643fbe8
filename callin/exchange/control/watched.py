"""Everything that the phones page shows but the wire, as one value; used by the control API's stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from callin.exchange import voice
from callin.exchange.clock import ManualClock
from callin.exchange.control.captions import shown_captions
from callin.exchange.control.crowd import shown_crowd
from callin.exchange.control.numbers import shown_number
from callin.exchange.control.shown import iso_8601
from callin.exchange.phone import far_end
from callin.exchange.records import Call, CallStatus, Direction, Message
from callin.exchange.sounds import WORDS_PER_S

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

MOST_TEXTS = 50
_RINGING = (CallStatus.QUEUED, CallStatus.RINGING)


def watched(exchange: Exchange, numbers: Iterable[str]) -> dict[str, Any]:
    """Return the exchange as it is now, with these phones; the time itself apart, so that nothing changes at rest."""
    calls, texts = _by_phone(exchange, set(numbers))
    return {
        "era": exchange.era,
        "account_sid": exchange.account.sid,
        "api_url": exchange.api_base_url,
        "clock": shown_clock(exchange),
        "words_per_s": WORDS_PER_S,
        "has_voice": voice.program() is not None,
        "numbers": [shown_number(number) for number in exchange.numbers.values()],
        "layout": exchange.layout,
        "queues": [
            {"name": queue.friendly_name, "size": len(queue.members), "max_size": queue.max_size}
            for queue in exchange.queues.values()
        ],
        "crowd": shown_crowd(exchange.crowd),
        "faults": exchange.faults.shown(),
        "phones": [_phone(exchange, number, calls=calls[number], texts=texts[number]) for number in numbers],
    }


def shown_clock(exchange: Exchange) -> dict[str, Any]:
    """Return the time and what kind of clock tells it; a clock moved by hand has no speed."""
    is_manual = isinstance(exchange.clock, ManualClock)
    shown = {"is_manual": is_manual, "speed": None if isinstance(exchange.clock, ManualClock) else exchange.clock.speed}
    # A clock that goes by itself would make every look at it another one.
    return {**shown, "now": iso_8601(exchange.now())} if is_manual else shown


def _by_phone(exchange: Exchange, numbers: set[str]) -> tuple[dict[str, list[Call]], dict[str, list[Message]]]:
    """Return the calls and texts of these phones, each oldest first, in one pass."""
    calls: defaultdict[str, list[Call]] = defaultdict(list)
    texts: defaultdict[str, list[Message]] = defaultdict(list)
    for call in exchange.calls.values():
        if (number := far_end(call)) in numbers:
            calls[number].append(call)
    for message in exchange.messages.values():
        number = message.from_ if message.direction is Direction.INBOUND else message.to
        if number in numbers:
            texts[number].append(message)
    return calls, texts


def _phone(exchange: Exchange, number: str, *, calls: list[Call], texts: list[Message]) -> dict[str, Any]:
    ringing = [call for call in calls if call.status in _RINGING and call.direction is not Direction.INBOUND]
    others = [call for call in calls if call not in ringing]
    call = next((call for call in reversed(others) if not call.status.is_over), others[-1] if others else None)
    return {
        "number": number,
        "calls": len(calls),
        "call": _call(exchange, call) if call else None,
        "ringing": [{"sid": call.sid, "from": call.from_} for call in ringing],
        "texts": [_text(message) for message in texts[-MOST_TEXTS:]],
    }


def _call(exchange: Exchange, call: Call) -> dict[str, Any]:
    queue = exchange.queues.get(call.queue_sid) if call.queue_sid else None
    members = queue.members if queue else []
    other = exchange.calls.get(call.bridged_to or "")
    return {
        "sid": call.sid,
        "with": call.to if call.direction is Direction.INBOUND else call.from_,
        "status": call.status.value,
        "is_over": call.status.is_over,
        "began": iso_8601(call.date_created),
        "ended": iso_8601(call.end_time) if call.end_time else None,
        "queue": queue.friendly_name if queue else None,
        "place": next((place for place, member in enumerate(members, 1) if member.call is call), None),
        "bridged_to": far_end(other) if other else None,
        "captions": shown_captions(call, sounds=exchange.sounds),
    }


def _text(message: Message) -> dict[str, Any]:
    is_in = message.direction is not Direction.INBOUND  # into the phone, that is
    return {
        "sid": message.sid,
        "at": iso_8601(message.date_created),
        "is_in": is_in,
        "with": message.from_ if is_in else message.to,
        "body": message.body,
        "status": message.status,
        "pictures": len(message.media),
    }
