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
        # One value, replaced as a whole: the clock is read without a lock.
        self._since = (datetime.now(UTC), time.monotonic(), speed)

    @property
    def speed(self) -> float:
        """Exchange seconds per real second; 0 while it stands still."""
        return self._since[2]

    def now(self) -> datetime:
        """Return the exchange's time, aware, in UTC."""
        start, started, speed = self._since
        return start + timedelta(seconds=(time.monotonic() - started) * speed)

    def go_at(self, speed: float) -> None:
        """The clock goes on from where it is, so many times as fast as life; at 0 it stands still."""
        self._since = (self.now(), time.monotonic(), speed)


Clock = ManualClock | RealClock
