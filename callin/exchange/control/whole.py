"""The exchange as a whole, through the control API: queues, log, clock, faults, reset; routed to by its app."""

from __future__ import annotations

import re

from callin.exchange.clock import ManualClock
from callin.exchange.control.asked import Asked, Refused
from callin.exchange.control.shown import iso_8601, shown_entry, shown_queue
from callin.exchange.control.watched import shown_clock
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.network import FASTEST

MAX_ADVANCE_S = 366 * 86_400


def show_queues(asked: Asked) -> HttpAnswer:
    """Show every queue and who waits in it."""
    with asked.exchange.lock:
        return json_answer(200, [shown_queue(queue) for queue in asked.exchange.queues.values()])


def show_log(asked: Asked) -> HttpAnswer:
    """Show the log from after the entry that the query names."""
    after = next((value for name, value in asked.request.query if name == "after"), "0")
    if not re.fullmatch(r"\d{1,12}", after):
        raise Refused(400, "after must be a whole number, 0 or more")
    with asked.exchange.lock:
        return json_answer(200, [shown_entry(entry) for entry in asked.exchange.log.after(int(after))])


def advance(asked: Asked) -> HttpAnswer:
    """Move a manual clock, and answer when all that fell due has happened."""
    seconds = asked.fields(advance_s=float)["advance_s"]
    if not 0 <= seconds <= MAX_ADVANCE_S:
        raise Refused(400, f"advance_s must be 0 to {MAX_ADVANCE_S} seconds")
    if not isinstance(asked.exchange.clock, ManualClock):
        raise Refused(409, "this exchange has no manual clock; start it with --manual-clock")
    asked.exchange.advance(float(seconds))
    return json_answer(200, {"now": iso_8601(asked.exchange.now())})


def show_clock(asked: Asked) -> HttpAnswer:
    """Show the time, and whether it goes by itself and how fast."""
    return json_answer(200, {**shown_clock(asked.exchange), "now": iso_8601(asked.exchange.now())})


def set_speed(asked: Asked) -> HttpAnswer:
    """Let a clock that goes by itself do so at another speed; 0 stops it."""
    speed = asked.fields(speed=float)["speed"]
    if not 0 <= speed <= FASTEST:
        raise Refused(400, f"speed must be 0 to {FASTEST}")
    asked.exchange.go_at(float(speed))
    return show_clock(asked)


def show_faults(asked: Asked) -> HttpAnswer:
    """Show every fault and policy."""
    with asked.exchange.lock:
        return json_answer(200, asked.exchange.faults.shown())


def set_faults(asked: Asked) -> HttpAnswer:
    """Set the faults and policies that the body names, all or none; the others stay."""
    wanted = asked.json_object()
    with asked.exchange.lock:
        asked.exchange.faults.change(wanted)
        return json_answer(200, asked.exchange.faults.shown())


def reset(asked: Asked) -> HttpAnswer:
    """Forget everything but the time."""
    asked.fields()
    asked.exchange.reset()
    return HttpAnswer(204)
