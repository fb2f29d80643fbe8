"""The crowd, through the control API: asked for, watched, sent home; routed to by its app."""

from __future__ import annotations

from typing import Any

from callin.exchange.control.asked import Asked, Refused
from callin.exchange.crowd import Crowd, Plan
from callin.exchange.http_messages import HttpAnswer, json_answer

MOST_CALLERS, LONGEST_S = 5_000, 86_400


def shown_crowd(crowd: Crowd) -> dict[str, Any]:
    """Return the plan, and where its callers are now; `to` is null when nobody was ever asked for."""
    # Of thousands, twenty times a second: an attribute is cheaper to look at than a status.
    plan, calls = crowd.plan, [call for call in crowd.calls if call.end_time is None]
    return {
        "to": plan.to if plan else None,
        "callers": plan.callers if plan else 0,
        "over_s": plan.over_s if plan else 0,
        "hang_up_share": plan.hang_up_share if plan else 0,
        "is_coming": crowd.is_coming,
        "came": len(crowd.calls),
        "on_the_phone": len(calls),
        "waiting": sum(call.queue_sid is not None for call in calls),
        "bridged": sum(call.bridged_to is not None for call in calls),
        "lost_patience": crowd.lost_patience,
    }


def show(asked: Asked) -> HttpAnswer:
    """Show the crowd."""
    with asked.exchange.lock:
        return json_answer(200, shown_crowd(asked.exchange.crowd))


def start(asked: Asked) -> HttpAnswer:
    """Send a crowd; an earlier one goes home first."""
    fields = asked.fields(to=str, callers=int, over_s=float, hang_up_share=float)
    if not 1 <= fields["callers"] <= MOST_CALLERS:
        raise Refused(400, f"callers must be 1 to {MOST_CALLERS}")
    if not 0 <= fields["over_s"] <= LONGEST_S:
        raise Refused(400, f"over_s must be 0 to {LONGEST_S} seconds")
    if not 0 <= fields["hang_up_share"] <= 1:
        raise Refused(400, "hang_up_share is a share: 0 to 1")
    with asked.exchange.lock:
        asked.exchange.crowd.start(Plan(**fields))
        return json_answer(200, shown_crowd(asked.exchange.crowd))


def stop(asked: Asked) -> HttpAnswer:
    """Let nobody more come, and let all who came hang up."""
    asked.fields()
    with asked.exchange.lock:
        asked.exchange.crowd.stop()
        return json_answer(200, shown_crowd(asked.exchange.crowd))
