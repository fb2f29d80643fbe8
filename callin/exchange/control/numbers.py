"""The numbers and the applications behind them, without REST's credentials; routed to by the control API's app."""

from __future__ import annotations

from typing import Any, Final

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Number
from callin.exchange.rest.parameters import is_phone_number, is_web_address
from callin.exchange.rest.render import formatted

ADDRESSES: Final = ("voice_url", "voice_fallback_url", "status_callback", "sms_url", "sms_fallback_url")
LONGEST_NAME, LONGEST_ADDRESS = 64, 2_000


def shown_number(number: Number) -> dict[str, Any]:
    """Return a number and where its calls and texts go."""
    return {
        "number": number.phone_number,
        "name": number.friendly_name,
        **{address: getattr(number, address) for address in ADDRESSES},
    }


def show_all(asked: Asked) -> HttpAnswer:
    """Show every number, oldest first."""
    with asked.exchange.lock:
        return json_answer(200, [shown_number(number) for number in asked.exchange.numbers.values()])


def attach(asked: Asked) -> HttpAnswer:
    """Point a number at these addresses; one that does not exist comes to life. What is not named stays."""
    phone_number = asked.names["number"]
    if not is_phone_number(phone_number):
        raise Refused(400, "a number has a plus sign and 2 to 15 digits, such as +15550100001")
    changes = _changes(asked.json_object())
    with asked.exchange.lock:
        number = asked.exchange.numbers.get(phone_number)
        is_new = number is None
        if number is None:
            number = asked.exchange.add_number(phone_number, friendly_name=formatted(phone_number))
        for name, value in changes.items():
            setattr(number, name, value)
        number.date_updated = asked.exchange.now()
        return json_answer(201 if is_new else 200, shown_number(number))


def give_back(asked: Asked) -> HttpAnswer:
    """Let a number be nobody's."""
    asked.fields()
    with asked.exchange.lock:
        if asked.exchange.numbers.pop(asked.names["number"], None) is None:
            raise Refused(404, f"{asked.names['number'][:40]} is not a number of this exchange")
    return HttpAnswer(204)


def _changes(content: dict[str, Any]) -> dict[str, str]:
    """Return what is to change, by the record's own names, all of it checked."""
    names = ("name", *ADDRESSES)
    if unknown := sorted(set(content) - set(names)):
        raise Refused(400, f"unknown: {', '.join(unknown)}; this takes {', '.join(names)}")
    for name, value in content.items():
        if not isinstance(value, str):
            raise Refused(400, f"{name} must be a string")
        if name == "name" and not 1 <= len(value.strip()) <= LONGEST_NAME:
            raise Refused(400, f"name must have 1 to {LONGEST_NAME} characters")
        if name != "name" and value and (len(value) > LONGEST_ADDRESS or not is_web_address(value)):
            raise Refused(400, f"{name} must be a whole address, such as http://127.0.0.1:5000/voice")
    return {"friendly_name" if name == "name" else name: value.strip() for name, value in content.items()}
