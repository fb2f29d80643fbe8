"""How many answers one number gets: enough for people, and an end for machines that answer each other; pure.

Used by the text line for every text that comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WINDOW_S = 600
MOST_ANSWERS = 10  # in a window; beyond it people have had every answer twice
DAY_S = 86_400
MOST_ANSWERS_A_DAY = 60  # a machine that takes a minute for each of its answers must find an end too


class Answering(StrEnum):
    """Whether a text is answered."""

    ANSWER = "answer"
    SAY_SO = "say_so"  # the last answer for a while, which says just that
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Lately:
    """What has passed between us and a number.

    Attributes:
        quiet_s: seconds since the text before this one, or None if there was none.
        was_limited: whether that text was beyond the limit.
        answers: how many answers it got in the last window.
        answers_today: how many it got in the last 24 hours.
    """

    quiet_s: float | None = None
    was_limited: bool = False
    answers: int = 0
    answers_today: int = 0


def answering(lately: Lately) -> Answering:
    """Return whether to answer; whatever is said here, the text is kept and what it asks for is done.

    Silence lasts until the number itself has been quiet for a window: whoever answers automatically gets nothing
    more to answer, and one more answer after each window would keep two machines talking for ever.
    """
    if lately.quiet_s is None or lately.quiet_s >= WINDOW_S:
        return Answering.ANSWER
    if lately.was_limited:
        return Answering.SILENT
    is_enough = lately.answers >= MOST_ANSWERS or lately.answers_today >= MOST_ANSWERS_A_DAY
    return Answering.SAY_SO if is_enough else Answering.ANSWER
