"""How long a caller may still wait."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callin.rules.estimate import (
    Pace,
    WaitRange,
    abandonment_rate,
    expected_wait_s,
    mean_talk_s,
    spoken_range,
)


@pytest.mark.parametrize(
    ("this_show", "past", "mean_s"),
    [
        (Pace(), Pace(), None),
        (Pace(talks=2, talk_s=240), Pace(), None),
        (Pace(talks=3, talk_s=360), Pace(), 120),
        (Pace(), Pace(talks=3, talk_s=360), 120),
        # Past shows weigh as much as five talks of this one, however many they were …
        (Pace(talks=5, talk_s=5 * 60), Pace(talks=100, talk_s=100 * 180), 120),
        # … and less when there were fewer.
        (Pace(talks=5, talk_s=5 * 60), Pace(talks=1, talk_s=180), 80),
    ],
)
def test_mean_talk_is_this_shows_shrunk_towards_past_ones(this_show: Pace, past: Pace, mean_s: float | None) -> None:
    """Fewer than three talks known give no figure; past shows steady a young one."""
    assert mean_talk_s(this_show, past) == (None if mean_s is None else pytest.approx(mean_s))


@pytest.mark.parametrize(
    ("ahead", "someone_on_air", "theta", "djs", "seconds"),
    [
        (0, False, 0.0, 1, 0),
        (0, True, 0.0, 1, 120),
        (3, False, 0.0, 1, 360),
        (3, True, 0.0, 1, 480),
        (3, True, 0.0, 2, 240),
        (2, False, 1 / 120, 1, 120 / 2 + 120 / 3),
    ],
)
def test_expected_wait_counts_those_ahead(
    ahead: int, someone_on_air: bool, theta: float, djs: int, seconds: float
) -> None:
    """Each caller ahead costs one talk, less what giving up and further DJs save."""
    told = expected_wait_s(ahead=ahead, someone_on_air=someone_on_air, mean_talk_s=120, abandonment_rate=theta, djs=djs)
    assert told == pytest.approx(seconds)


@given(
    ahead=st.integers(0, 5000),
    mean_talk_s=st.floats(5, 3600),
    theta=st.just(0.0) | st.floats(1e-15, 1.0),
    djs=st.integers(1, 5),
)
def test_a_long_line_is_summed_as_exactly_as_a_short_one(
    ahead: int, mean_talk_s: float, theta: float, djs: int
) -> None:
    """However many are ahead, the forecast is the sum over all of them to a thousandth."""
    told = expected_wait_s(ahead=ahead, someone_on_air=False, mean_talk_s=mean_talk_s, abandonment_rate=theta, djs=djs)
    assert told == pytest.approx(sum(1 / (djs / mean_talk_s + i * theta) for i in range(1, ahead + 1)), rel=1e-3)


def test_nobody_gave_up_when_nobody_waited() -> None:
    """The abandonment rate of an empty history is nought, not an error."""
    assert abandonment_rate(Pace(), Pace()) == 0
    assert abandonment_rate(Pace(abandonments=2, waited_s=600), Pace(abandonments=1, waited_s=300)) == 3 / 900


@pytest.mark.parametrize(
    ("expected_min", "before", "spoken"),
    [
        (0.2, None, WaitRange(0, 2)),
        (1.5, None, WaitRange(1, 3)),
        (7.0, None, WaitRange(3, 10)),
        (7.5, None, WaitRange(5, 15)),
        (20.0, None, WaitRange(10, 30)),
        (90.0, None, None),
        # What was said stands while it is still true,
        (4.0, WaitRange(3, 10), WaitRange(3, 10)),
        # gives way when the line has moved on,
        (2.0, WaitRange(3, 10), WaitRange(1, 3)),
        # and when it has grown.
        (12.0, WaitRange(3, 10), WaitRange(5, 20)),
    ],
)
def test_spoken_range_is_wide_round_and_steady(
    expected_min: float, before: WaitRange | None, spoken: WaitRange | None
) -> None:
    """A caller hears a wide range of round minutes, and not another one without cause."""
    assert spoken_range(expected_min * 60, before=before) == spoken


def test_forecast_beats_the_average_wait_so_far() -> None:
    """On random shows the forecast errs by less than half of what the tutorials' AvgQueueTime errs."""
    dice = random.Random(7)
    ours: list[float] = []
    tutorials: list[float] = []
    for _ in range(400):
        mean_s, theta, ahead = dice.uniform(60, 240), dice.uniform(0, 1 / 600), dice.randint(2, 15)
        waits_so_far = [dice.uniform(0, ahead * mean_s) for _ in range(ahead)]
        # The truth: talks and patience are drawn, those who give up cost nothing.
        now_s = dice.expovariate(1 / mean_s)
        for _ in range(ahead):
            if dice.expovariate(theta) > now_s if theta else True:
                now_s += dice.expovariate(1 / mean_s)
        told_s = expected_wait_s(ahead=ahead, someone_on_air=True, mean_talk_s=mean_s, abandonment_rate=theta)
        ours.append(abs(told_s - now_s) / now_s)
        tutorials.append(abs(statistics.mean(waits_so_far) - now_s) / now_s)
    assert statistics.median(ours) < 0.4
    assert statistics.median(ours) < 0.75 * statistics.median(tutorials)
