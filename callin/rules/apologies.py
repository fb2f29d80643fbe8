"""Who is owed the one apology text; used by the desk whenever a call gets its outcome."""

from __future__ import annotations

from callin.rules.call_states import Outcome

# Nobody is apologised to for what was their own doing, or for a line that was never open.
_NEVER = frozenset({Outcome.BANNED, Outcome.CLOSED, Outcome.DROPPED})


def is_owed(outcome: Outcome, *, waited_s: int, apology_after_s: int) -> bool:
    """Return whether this call is owed an apology: turned away by a full line, or kept waiting too long.

    Args:
        outcome: of the call.
        waited_s: seconds in the line, by Twilio's count, over all queues.
        apology_after_s: the station's limit; waiting exactly so long is still all right.
    """
    if outcome in _NEVER:
        return False
    return outcome == Outcome.BLOCKED or waited_s > apology_after_s
