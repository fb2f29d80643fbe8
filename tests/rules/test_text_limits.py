"""How many answers a number gets."""

import pytest

from callin.rules.text_limits import DAY_S, MOST_ANSWERS, MOST_ANSWERS_A_DAY, WINDOW_S, Answering, Lately, answering


@pytest.mark.parametrize(
    ("lately", "expected"),
    [
        (Lately(), Answering.ANSWER),
        (Lately(quiet_s=1, answers=MOST_ANSWERS - 1), Answering.ANSWER),
        (Lately(quiet_s=1, answers=MOST_ANSWERS), Answering.SAY_SO),
        (Lately(quiet_s=90, answers=6, answers_today=MOST_ANSWERS_A_DAY), Answering.SAY_SO),
        (Lately(quiet_s=1, was_limited=True, answers=MOST_ANSWERS + 1), Answering.SILENT),
        # The answers are older than the window, but the texts never paused.
        (Lately(quiet_s=WINDOW_S - 1, was_limited=True, answers=0), Answering.SILENT),
        (Lately(quiet_s=WINDOW_S, was_limited=True, answers=0), Answering.ANSWER),
    ],
)
def test_enough_is_said_once_and_then_nothing_until_it_is_quiet(lately: Lately, expected: Answering) -> None:
    """Ten answers in ten minutes, one that says so, then silence until the number has been quiet for ten minutes."""
    assert answering(lately) == expected


def test_two_machines_that_answer_each_other_fall_silent() -> None:
    """However fast or slowly the other one answers, it gets a handful of answers in all, and then none for ever."""
    for pause_s, most in ((1, MOST_ANSWERS), (30, MOST_ANSWERS), (59, MOST_ANSWERS), (599, MOST_ANSWERS_A_DAY)):
        answers: list[float] = []
        was_limited = False
        for text in range(1000):
            now = text * pause_s
            recent = sum(1 for at in answers if at > now - WINDOW_S)
            today = sum(1 for at in answers if at > now - DAY_S)
            quiet_s = pause_s if text else None
            how = answering(Lately(quiet_s, was_limited=was_limited, answers=recent, answers_today=today))
            if how != Answering.SILENT:
                answers.append(now)
            was_limited = how != Answering.ANSWER
        assert len(answers) == most + 1, pause_s
