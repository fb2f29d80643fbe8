"""A crowd of callers: so many over so long, some of whom lose patience; started and stopped through the control API.

Source: arrivals spread evenly at random over a time are those of a Poisson process with that many of them; patience is
exponential, as in the Erlang A model of call centres.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from callin.exchange.errors import UnknownNumber
from callin.exchange.records import Call
from callin.exchange.timetable import Handle

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

FIRST_NUMBER: Final = 15_559_000_001
LEAST_PATIENCE_S: Final = 3.0
MEAN_PATIENCE_S: Final = 45.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a crowd.

    Attributes:
        to: the number that everybody rings.
        callers: how many.
        over_s: exchange seconds in which they all have come.
        hang_up_share: share of them, 0 to 1, who hang up while they wait.
    """

    to: str
    callers: int
    over_s: float
    hang_up_share: float


class Crowd:
    """The callers of the latest plan; everything under the exchange's lock."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.clear()

    def clear(self) -> None:
        """Nobody has been asked for; the dice fall as they did at first."""
        self.plan: Plan | None = None
        self.calls: list[Call] = []
        self.lost_patience = 0
        self._dice = random.Random(0)  # noqa: S311 (reproducible on purpose)
        self._to_come: list[float] = []
        self._next: Handle | None = None
        self._dialled = 0

    @property
    def is_coming(self) -> bool:
        """Whether somebody is still to ring."""
        return self._next is not None

    def start(self, plan: Plan) -> None:
        """The plan's callers are on their way, and nobody of an earlier plan is.

        Raises:
            UnknownNumber: there is no such number to ring.
        """
        if plan.to not in self._exchange.numbers:
            raise UnknownNumber(f"{plan.to} is not a number of this exchange")
        self.stop()
        self.plan, self.calls, self.lost_patience = plan, [], 0
        began = 0.0
        for at in sorted(self._dice.uniform(0, plan.over_s) for _ in range(plan.callers)):
            self._to_come.append(at - began)
            began = at
        self._to_come.reverse()
        self._await_next()

    def stop(self) -> None:
        """Nobody more comes, and whoever of the crowd is on the phone has hung up."""
        if self._next is not None:
            self._next.cancel()
        self._next, self._to_come = None, []
        for call in self.calls:
            if not call.status.is_over:
                self._exchange.hang_up(call)

    def _await_next(self) -> None:
        self._next = self._exchange.schedule(self._to_come.pop(), self._arrive) if self._to_come else None

    def _arrive(self) -> None:
        assert self.plan is not None
        self._dialled += 1
        try:
            call = self._exchange.dial(f"+{FIRST_NUMBER + self._dialled - 1}", self.plan.to)
        except UnknownNumber:  # it was given back meanwhile
            self._next, self._to_come = None, []
            return
        self.calls.append(call)
        if self._dice.random() < self.plan.hang_up_share:
            patience_s = LEAST_PATIENCE_S + self._dice.expovariate(1 / MEAN_PATIENCE_S)
            self._exchange.schedule(patience_s, lambda: self._lose_patience(call))
        self._await_next()

    def _lose_patience(self, call: Call) -> None:
        """Hang up, unless somebody is talking with the caller already."""
        if not call.status.is_over and call.bridged_to is None:
            self.lost_patience += 1
            self._exchange.hang_up(call)
