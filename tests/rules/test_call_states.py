"""How each of Twilio's nine queue results becomes an outcome."""

import pytest

from callin.rules.apologies import is_owed
from callin.rules.call_states import CallState, Outcome, QueueResult, outcome_of, outcome_when_over

OPEN, SHUT = True, False


@pytest.mark.parametrize(
    ("result", "state", "is_over", "show_is_open", "outcome"),
    [
        (QueueResult.BRIDGED, CallState.ON_AIR, True, OPEN, Outcome.AIRED),
        (QueueResult.BRIDGED, CallState.ON_AIR, False, SHUT, Outcome.AIRED),
        (QueueResult.REDIRECTED_FROM_BRIDGED, CallState.ON_AIR, False, OPEN, Outcome.AIRED),
        (QueueResult.HANGUP, CallState.WAITING, True, OPEN, Outcome.ABANDONED),
        (QueueResult.LEAVE, CallState.WAITING, False, OPEN, Outcome.LEFT),
        (QueueResult.LEAVE, CallState.WAITING, False, SHUT, Outcome.SENT_HOME),
        (QueueResult.QUEUE_FULL, CallState.WAITING, False, OPEN, Outcome.BLOCKED),
        (QueueResult.REDIRECTED, CallState.MOVING, False, OPEN, None),
        (QueueResult.REDIRECTED, CallState.NEXT_UP, False, OPEN, None),
        (QueueResult.REDIRECTED, CallState.WAITING, False, OPEN, Outcome.DROPPED),
        (QueueResult.REDIRECTED, CallState.WAITING, False, SHUT, Outcome.SENT_HOME),
        (QueueResult.BRIDGING_IN_PROCESS, CallState.ON_AIR, True, OPEN, Outcome.ABANDONED),
        (QueueResult.BRIDGING_IN_PROCESS, CallState.ON_AIR, False, OPEN, None),
        (QueueResult.BRIDGING_IN_PROCESS, CallState.ON_AIR, False, SHUT, Outcome.SENT_HOME),
        (QueueResult.ERROR, CallState.WAITING, False, OPEN, None),
        (QueueResult.ERROR, CallState.WAITING, True, OPEN, Outcome.FAILED),
        (QueueResult.ERROR, CallState.WAITING, False, SHUT, Outcome.FAILED),
        (QueueResult.SYSTEM_ERROR, CallState.WAITING, False, OPEN, None),
        (QueueResult.SYSTEM_ERROR, CallState.WAITING, True, OPEN, Outcome.FAILED),
    ],
)
def test_every_queue_result_has_its_outcome(
    result: QueueResult, state: CallState, is_over: bool, show_is_open: bool, outcome: Outcome | None
) -> None:
    """None means that the caller is still ours to serve."""
    assert outcome_of(result, state=state, is_over=is_over, show_is_open=show_is_open) == outcome


def test_a_key_pressed_before_the_close_counts_as_leaving() -> None:
    """Whoever asked to leave has left, even if the show closes that very second."""
    told = outcome_of(QueueResult.LEAVE, state=CallState.WAITING, has_wish=True, is_over=False, show_is_open=False)
    assert told == Outcome.LEFT


@pytest.mark.parametrize(
    ("state", "show_is_open", "outcome"),
    [
        (CallState.ANSWERED, OPEN, Outcome.ABANDONED),
        (CallState.WAITING, OPEN, Outcome.ABANDONED),
        (CallState.NEXT_UP, SHUT, Outcome.SENT_HOME),
        (CallState.ON_AIR, OPEN, Outcome.AIRED),
        (CallState.ON_AIR, SHUT, Outcome.AIRED),
    ],
)
def test_a_call_that_ended_without_a_word_is_judged_by_its_last_state(
    state: CallState, show_is_open: bool, outcome: Outcome
) -> None:
    """A lost queue action leaves the number's status callback to conclude."""
    assert outcome_when_over(state, show_is_open=show_is_open) == outcome


@pytest.mark.parametrize(
    ("outcome", "waited_s", "owed"),
    [
        (Outcome.AIRED, 30, False),
        (Outcome.AIRED, 31, True),
        (Outcome.ABANDONED, 31, True),
        (Outcome.SENT_HOME, 31, True),
        (Outcome.LEFT, 31, True),
        (Outcome.FAILED, 31, True),
        (Outcome.BLOCKED, 0, True),
        (Outcome.BANNED, 999, False),
        (Outcome.CLOSED, 999, False),
        (Outcome.DROPPED, 999, False),
    ],
)
def test_an_apology_is_owed_for_a_long_wait_or_a_full_line(outcome: Outcome, waited_s: int, owed: bool) -> None:
    """Waiting exactly as long as the limit is still all right."""
    assert is_owed(outcome, waited_s=waited_s, apology_after_s=30) is owed
