"""Letting a page of waiting callers go, in their order, as fast as Twilio allows; used by the closing.

Twilio limits requests at the same time, not per second, and answers 429 to what it has not processed (error 20429):
start at sixteen, double with each round while there has been none, halve on 429, and from then on grow by one for each
full round that went well; never beyond forty-eight.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from callin.carrier import MemberCard
from callin.drain.report import Fate

FIRST_AT_ONCE = 16
# Held at sixteen, five thousand callers took 50 s at Twilio's usual tenth of a second; the carrier's pool has 64 lines.
MOST_AT_ONCE = 48
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 8.0

Pause = Callable[[float], None]
# What became of the caller; None means 429: not processed, so to be asked again.
Move = Callable[[MemberCard], Fate | None]


@dataclass(slots=True)
class Pace:
    """How many requests may be under way at once."""

    most: int = MOST_AT_ONCE
    limit: int = FIRST_AT_ONCE
    wave: int = 0
    refused_waves: int = 0
    good: int = 0

    def refused(self, *, wave: int) -> float:
        """The limit is halved once for all requests of a wave; return the seconds to pause.

        Args:
            wave: the one in which the refused request began.
        """
        if wave != self.wave:
            return 0.0
        self.wave += 1
        self.refused_waves += 1
        self.good = 0
        self.limit = max(1, self.limit // 2)
        return float(min(FIRST_PAUSE_S * 2 ** (self.refused_waves - 1), LONGEST_PAUSE_S))

    def went_well(self) -> None:
        """One more may run at once: for each success until the first refusal, then for each full round of them."""
        self.refused_waves = 0
        self.good += 1
        if self.good >= self.limit or self.wave == 0:
            self.good = 0
            self.limit = min(self.most, self.limit + 1)


def release(
    members: list[MemberCard], *, move: Move, pace: Pace, pause: Pause, tell: Callable[[MemberCard, Fate], None]
) -> None:
    """Every caller of the page was asked to leave, those in front first.

    Args:
        members: front first.
        move: asks Twilio for one of them; runs in a worker. What it raises ends the release after those under way.
        pace: kept from page to page.
        pause: waits for so many seconds.
        tell: hears what became of each, in this thread.
    """
    waiting = list(enumerate(members))  # sorted, so it is a heap already; numbers are unique, so cards never compare
    running: dict[Future[Fate | None], tuple[int, MemberCard, int]] = {}
    with ThreadPoolExecutor(pace.most, thread_name_prefix="drain") as pool:
        while waiting or running:
            while waiting and len(running) < pace.limit:
                place, member = heapq.heappop(waiting)
                running[pool.submit(move, member)] = (place, member, pace.wave)
            done, _others = wait(running, return_when=FIRST_COMPLETED)
            pause_s = 0.0
            for future in done:
                place, member, wave = running.pop(future)
                fate = future.result()
                if fate is None:
                    heapq.heappush(waiting, (place, member))
                    pause_s = max(pause_s, pace.refused(wave=wave))
                else:
                    pace.went_well()
                    tell(member, fate)
            if pause_s:
                pause(pause_s)
