"""How long a caller may still wait, as a wide rounded range; used by the wait verb and, later, the board.

AvgQueueTime, which the tutorials speak, is the mean wait *so far* of those now waiting: about 60 % too low as a
forecast. With n people ahead who may also give up (rate θ each) and talks that end at rate μ, the time until the
turn is the rest of the talk on air plus the sum of 1/(mμ + iθ) for i = 1..n.

Source: Whitt, «Predicting queueing delays» (1999), and Ibrahim & Whitt (2009) for lines that people abandon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FEWEST_TALKS = 3  # with fewer, only the place is spoken
PRIOR_TALKS = 5  # how many talks of past shows weigh as much as those of this one
# Beyond them the sum is taken as an integral: five thousand terms would cost the last in line half a millisecond.
COUNTED_ONE_BY_ONE = 50
_STEPS_MIN = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120)


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of talking and giving up, in this show or in past ones.

    Attributes:
        talks: talks on the air that have ended.
        talk_s: their seconds together.
        abandonments: callers who hung up while waiting.
        waited_s: seconds waited by everyone together.
    """

    talks: int = 0
    talk_s: float = 0.0
    abandonments: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WaitRange:
    """A spoken forecast: «about LOW to HIGH minutes»; low 0 means «less than HIGH»."""

    low_min: int
    high_min: int


def mean_talk_s(this_show: Pace, past: Pace) -> float | None:
    """Return the mean talk in seconds, this show's shrunk towards past shows', or None if too little is known.

    Args:
        this_show: what this show has seen.
        past: what past shows have seen.
    """
    if this_show.talks + past.talks < FEWEST_TALKS:
        return None
    if past.talks == 0:
        return max(1.0, this_show.talk_s / this_show.talks)
    weight = min(past.talks, PRIOR_TALKS)
    prior = past.talk_s / past.talks
    return max(1.0, (this_show.talk_s + weight * prior) / (this_show.talks + weight))


def abandonment_rate(this_show: Pace, past: Pace) -> float:
    """Return θ, give-ups a second of waiting, over this show and the past ones together.

    Args:
        this_show: what this show has seen.
        past: what past shows have seen.
    """
    waited_s = this_show.waited_s + past.waited_s
    return (this_show.abandonments + past.abandonments) / waited_s if waited_s > 0 else 0.0


def expected_wait_s(
    *, ahead: int, someone_on_air: bool, mean_talk_s: float, abandonment_rate: float, djs: int = 1
) -> float:
    """Return the expected seconds until the turn of somebody with `ahead` people before them.

    Args:
        ahead: people before them in the line, ≥ 0.
        someone_on_air: whether a talk must end first (talks are taken as memoryless: its rest is a whole one).
        mean_talk_s: 1/μ in seconds, > 0.
        abandonment_rate: θ in 1/s, ≥ 0.
        djs: how many DJs take callers at once, ≥ 1.
    """
    talk_rate = max(1, djs) / mean_talk_s
    rest_s = 1 / talk_rate if someone_on_air else 0.0
    near = min(ahead, COUNTED_ONE_BY_ONE)
    near_s = math.fsum(1 / (talk_rate + i * abandonment_rate) for i in range(1, near + 1))
    return rest_s + near_s + _far_s(near, ahead, talk_rate=talk_rate, abandonment_rate=abandonment_rate)


def _far_s(near: int, ahead: int, *, talk_rate: float, abandonment_rate: float) -> float:
    """Return the sum over the people from `near` + 1 to `ahead`: by its integral, which costs the same for any number.

    The midpoint rule; beyond the near ones it differs from the sum by less than a thousandth.
    """
    if abandonment_rate == 0:
        return (ahead - near) / talk_rate
    first = talk_rate + (near + 0.5) * abandonment_rate
    return math.log1p((ahead - near) * abandonment_rate / first) / abandonment_rate


def spoken_range(expected_s: float, *, before: WaitRange | None = None) -> WaitRange | None:
    """Return the range to speak for an expectation, wide enough to be right about as often as not.

    Never shorter than said before without cause: a range that still holds the expectation is kept.

    Args:
        expected_s: seconds until the turn.
        before: what this caller heard last.

    Returns:
        The range, or None when it would be beyond the longest step (nobody should be promised that).
    """
    expected_min = expected_s / 60
    if before is not None and before.low_min <= expected_min <= before.high_min:
        return before
    low = max((step for step in _STEPS_MIN if step <= 0.7 * expected_min), default=0)
    # «Less than a minute» is a promise nobody can keep.
    high = next((step for step in _STEPS_MIN[1:] if step >= 1.4 * expected_min), None)
    return None if high is None else WaitRange(low_min=low, high_min=high)
