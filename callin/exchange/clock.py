"""The two clocks of an exchange: one moved by hand, one that goes by itself; chosen by whoever makes an exchange."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the exchange's time, aware, in UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """The clock shows `moment`, unless it is past it already: it never goes back."""
        self._now = max(self._now, moment)


class RealClock:
    """A clock that goes by itself.

    Args:
        speed: exchange seconds per real second, > 0.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"speed is {speed}: it must be more than 0")
        self.speed = speed
        self._start = datetime.now(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        """Return the exchange's time, aware, in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self.speed)


Clock = ManualClock | RealClock
