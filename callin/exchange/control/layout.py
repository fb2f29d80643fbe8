"""Which phones the page lays out when its address names none; routed to by the control API's app.

Whoever starts an exchange for others (a rehearsal, a test bench) knows which phones the application lets in.
"""

from __future__ import annotations

import json
from typing import Any, Final

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.http_messages import HttpAnswer, json_answer

FIELDS: Final = ("name", "number", "to")
MOST_PHONES, LONGEST = 50, 100


def show(asked: Asked) -> HttpAnswer:
    """Show the phones that were laid out."""
    with asked.exchange.lock:
        return json_answer(200, asked.exchange.layout)


def lay_out(asked: Asked) -> HttpAnswer:
    """Let these phones stand there, in this order, instead of any before."""
    phones = _read(asked.request.body)
    with asked.exchange.lock:
        asked.exchange.layout = phones
        return json_answer(200, phones)


def _read(body: bytes) -> list[dict[str, str]]:
    try:
        phones: Any = json.loads(body)
        json.dumps(phones, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the body is not JSON: {error}") from error
    if not isinstance(phones, list) or len(phones) > MOST_PHONES or not all(map(_is_phone, phones)):
        raise Refused(400, f"the body must be a list of at most {MOST_PHONES} phones, each with {', '.join(FIELDS)}")
    if len({phone["number"] for phone in phones}) < len(phones):
        raise Refused(400, "two phones have the same number")
    # In one order, so that a page sees no change where there is none.
    return [{field: phone[field] for field in FIELDS} for phone in phones]


def _is_phone(phone: Any) -> bool:
    return (
        isinstance(phone, dict)
        and set(phone) == set(FIELDS)
        and all(isinstance(text, str) and 0 < len(text.strip()) <= LONGEST for text in phone.values())
    )
