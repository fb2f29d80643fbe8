"""The time of day, as a value that can be replaced; used by doors, which hand `now` to the desk.

How long somebody waited never comes from here: Twilio says it (QueueTime), so that a rehearsal at twenty
times the speed tells the same story.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
