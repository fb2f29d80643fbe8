"""What pretend phones do, through the control API; routed to by its app."""

from __future__ import annotations

import re

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.control.shown import shown_call, shown_text
from callin.exchange.http_messages import HttpAnswer, json_answer

MAX_TEXT_LENGTH = 10_000
_KEYS = re.compile(r"[0-9A-D*#]{1,200}")


def dial(asked: Asked) -> HttpAnswer:
    """Let a phone dial one of the numbers."""
    fields = asked.fields(**{"from": str, "to": str})
    call = asked.exchange.dial(_number("from", fields["from"]), _number("to", fields["to"]))
    return json_answer(201, {"sid": call.sid})


def show_call(asked: Asked) -> HttpAnswer:
    """Show a call, and what its phone heard."""
    with asked.exchange.lock:
        call = asked.call()
        queue = asked.exchange.queues.get(call.queue_sid) if call.queue_sid else None
        return json_answer(200, shown_call(call, queue_name=queue.friendly_name if queue else None))


def press(asked: Asked) -> HttpAnswer:
    """Let the phone press keys."""
    digits = asked.fields(digits=str)["digits"]
    if not _KEYS.fullmatch(digits):
        raise Refused(400, "digits must be keys: 0 to 9, * and #")
    asked.exchange.press(asked.call(), digits)
    return HttpAnswer(204)


def speak(asked: Asked) -> HttpAnswer:
    """Let the phone speak, for as long as the words last."""
    text = asked.fields(text=str)["text"]
    if not text.strip() or len(text) > MAX_TEXT_LENGTH:
        raise Refused(400, f"text must be 1 to {MAX_TEXT_LENGTH} characters, not all blank")
    asked.exchange.speak(asked.call(), text)
    return HttpAnswer(204)


def hang_up(asked: Asked) -> HttpAnswer:
    """Let the phone hang up."""
    asked.fields()
    asked.exchange.hang_up(asked.call())
    return HttpAnswer(204)


def pick_up(asked: Asked) -> HttpAnswer:
    """Let the far phone answer a call that rings there."""
    asked.fields()
    asked.exchange.answer(asked.call())
    return HttpAnswer(204)


def refuse(asked: Asked) -> HttpAnswer:
    """Let the far phone be busy for a call that rings there."""
    asked.fields()
    asked.exchange.refuse(asked.call())
    return HttpAnswer(204)


def text(asked: Asked) -> HttpAnswer:
    """Let a phone text one of the numbers."""
    fields = asked.fields(**{"from": str, "to": str, "body": str})
    if len(fields["body"]) > MAX_TEXT_LENGTH:
        raise Refused(400, f"body may have {MAX_TEXT_LENGTH} characters")
    message = asked.exchange.receive_text(_number("from", fields["from"]), _number("to", fields["to"]), fields["body"])
    return json_answer(201, {"sid": message.sid})


def show_phone(asked: Asked) -> HttpAnswer:
    """Show a phone: the calls whose far end it is, and the texts it got; one never used has neither."""
    number = asked.names["number"]
    with asked.exchange.lock:
        phone = asked.exchange.phone(number)
        content = {
            "number": number,
            "calls": [call.sid for call in phone.calls],
            "inbox": [shown_text(message) for message in phone.inbox],
        }
    return json_answer(200, content)


def _number(name: str, text: str) -> str:
    """Return the address of a phone; a withheld one may be a word, so only nonsense is refused."""
    if not text or len(text) > 100 or any(character <= " " for character in text):
        raise Refused(400, f"{name} must be a number, or a word such as anonymous")
    return text
