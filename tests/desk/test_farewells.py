"""Leaving the line by each of the nine ways, once however often it is told."""

import pytest

from callin.desk import farewells, line, shows
from callin.desk.calls import MOST_STINTS, press_key
from callin.desk.farewells import FarewellKind
from callin.desk.joining import arrive_next_up
from callin.rules.call_states import CallState, Outcome, QueueResult

from .conftest import Desk


@pytest.mark.parametrize(
    ("result", "is_over", "kind", "outcome", "state"),
    [
        (QueueResult.BRIDGED, True, FarewellKind.THANKS, Outcome.AIRED, CallState.OVER),
        (QueueResult.BRIDGED, False, FarewellKind.THANKS, Outcome.AIRED, CallState.OVER),
        (QueueResult.REDIRECTED_FROM_BRIDGED, False, FarewellKind.THANKS, Outcome.AIRED, CallState.OVER),
        (QueueResult.HANGUP, True, FarewellKind.LEFT, Outcome.ABANDONED, CallState.OVER),
        (QueueResult.LEAVE, False, FarewellKind.LEFT, Outcome.LEFT, CallState.OVER),
        (QueueResult.QUEUE_FULL, False, FarewellKind.BLOCKED, Outcome.BLOCKED, CallState.LEAVING_MESSAGE),
        (QueueResult.REDIRECTED, False, FarewellKind.ELSEWHERE, Outcome.DROPPED, CallState.OVER),
        (QueueResult.BRIDGING_IN_PROCESS, True, FarewellKind.LEFT, Outcome.ABANDONED, CallState.OVER),
        (QueueResult.BRIDGING_IN_PROCESS, False, FarewellKind.BACK_NEXT_UP, None, CallState.ANSWERED),
        (QueueResult.ERROR, False, FarewellKind.BACK_IN_LINE, None, CallState.ANSWERED),
        (QueueResult.SYSTEM_ERROR, False, FarewellKind.BACK_IN_LINE, None, CallState.ANSWERED),
        (QueueResult.SYSTEM_ERROR, True, FarewellKind.FAILED, Outcome.FAILED, CallState.OVER),
    ],
)
def test_each_result_is_one_farewell_and_one_outcome(
    open_desk: Desk,
    result: QueueResult,
    is_over: bool,
    kind: FarewellKind,
    outcome: Outcome | None,
    state: CallState,
) -> None:
    """Told twice, it is still one outcome, one wait and at most one text."""
    open_desk.join("CA0001")
    for _ in range(2):
        assert open_desk.leave("CA0001", result, 45, is_over=is_over, stint=1).kind == kind
    call = open_desk.call("CA0001")
    assert (call.outcome, call.state, call.waited_s) == (outcome, state, 45)
    owes_nothing = outcome in (None, Outcome.DROPPED)
    assert len(open_desk.texts()) == (0 if owes_nothing else 1)


def test_key_one_leads_to_a_message(open_desk: Desk) -> None:
    """The way out of the queue leads where the caller asked to go."""
    open_desk.join("CA0001")
    open_desk.do(press_key, now=open_desk.now, call_sid="CA0001", key="1")
    assert open_desk.leave("CA0001", QueueResult.LEAVE, 10).kind == FarewellKind.MESSAGE
    call = open_desk.call("CA0001")
    assert (call.outcome, call.state) == (Outcome.LEFT, CallState.LEAVING_MESSAGE)


def test_short_wait_owes_nothing(open_desk: Desk) -> None:
    """Thirty seconds are all right."""
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 30, is_over=True)
    assert open_desk.texts() == []


def test_blocked_caller_gets_one_apology_without_having_waited(open_desk: Desk) -> None:
    """A full line is owed a text; Twilio sends neither QueueSid nor QueueTime then."""
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.QUEUE_FULL, None)
    open_desk.leave("CA0001", QueueResult.QUEUE_FULL, None)
    (text,) = open_desk.texts()
    assert (text.kind, text.state) == ("apology_for_full_line", "owed")
    assert "Night Owls" in text.body


def test_withheld_caller_is_never_texted(open_desk: Desk) -> None:
    """Nobody can be texted without a number."""
    open_desk.numbers["CA0001"] = None
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 300, is_over=True)
    assert open_desk.texts() == []


def test_waited_time_counts_from_the_first_enqueue(open_desk: Desk) -> None:
    """A caller who was put next up keeps the seconds waited before."""
    open_desk.join("CA0001")
    open_desk.hold("CA0001", 2, 0)
    open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    open_desk.leave("CA0001", QueueResult.REDIRECTED, 50, stint=1)
    open_desk.do(arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0001"))
    open_desk.hold("CA0001", 1, 5, is_next_queue=True)
    assert open_desk.call("CA0001").state == CallState.NEXT_UP
    open_desk.on_air("CA0001", 12)
    open_desk.leave("CA0001", QueueResult.BRIDGED, 12, is_over=True, stint=2)
    call = open_desk.call("CA0001")
    assert (call.outcome, call.waited_s) == (Outcome.AIRED, 62)
    assert len(open_desk.texts()) == 1


def test_redirect_told_after_everything_else_still_counts_its_seconds(open_desk: Desk) -> None:
    """The action of the first queue may come last of all; the sum is the same."""
    open_desk.join("CA0001")
    open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    open_desk.do(arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0001"))
    open_desk.on_air("CA0001", 12)
    open_desk.leave("CA0001", QueueResult.BRIDGED, 12, is_over=True, stint=2)
    assert open_desk.leave("CA0001", QueueResult.REDIRECTED, 50, stint=1).kind == FarewellKind.ELSEWHERE
    call = open_desk.call("CA0001")
    assert (call.outcome, call.waited_s) == (Outcome.AIRED, 62)
    assert len(open_desk.texts()) == 1


def test_repeated_fault_of_an_old_stint_does_not_pull_the_caller_out(open_desk: Desk) -> None:
    """A doubled callback about the first stint changes nothing in the second."""
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.ERROR, 10, stint=1)
    assert open_desk.join("CA0001").stint == 2
    open_desk.leave("CA0001", QueueResult.ERROR, 10, stint=1)
    call = open_desk.call("CA0001")
    assert (call.state, call.waited_before_s) == (CallState.WAITING, 10)


def test_a_caller_falls_out_of_the_line_only_so_often(open_desk: Desk) -> None:
    """After some faults in a row it is kinder to take a message."""
    kinds = []
    for stint in range(1, MOST_STINTS + 1):
        open_desk.join("CA0001")
        kinds.append(open_desk.leave("CA0001", QueueResult.ERROR, 1, stint=stint).kind)
    assert kinds == [FarewellKind.BACK_IN_LINE] * (MOST_STINTS - 1) + [FarewellKind.FAILED]
    assert open_desk.call("CA0001").outcome == Outcome.FAILED


@pytest.mark.parametrize("order", ["goodbye first", "action first", "action only", "goodbye only"])
def test_everyone_sent_home_is_sent_home_in_any_order(open_desk: Desk, order: str) -> None:
    """The move and the queue's word race; outcome, wait and text come out the same."""
    open_desk.join("CA0001")
    open_desk.do(shows.begin_closing, now=open_desk.now)

    def goodbye() -> None:
        told = open_desk.do(
            farewells.say_goodbye, now=open_desk.now, call_sid="CA0001", waited_s=95, apology_after_s=30
        )
        assert (told.kind, told.waited_min, told.show_name) == (FarewellKind.SENT_HOME, 1, "Night Owls")

    def action() -> None:
        open_desk.leave("CA0001", QueueResult.REDIRECTED, 95, stint=1)

    for step in {
        "goodbye first": (goodbye, action),
        "action first": (action, goodbye),
        "action only": (action,),
        "goodbye only": (goodbye,),
    }[order]:
        step()
    call = open_desk.call("CA0001")
    assert (call.outcome, call.waited_s, call.state) == (Outcome.SENT_HOME, 95, CallState.LEAVING_MESSAGE)
    assert len(open_desk.texts()) == 1


def test_pace_of_the_show_is_counted_once(open_desk: Desk) -> None:
    """Doubled callbacks do not make people seem to give up more often."""
    open_desk.join("CA0001")
    for _ in range(3):
        open_desk.leave("CA0001", QueueResult.HANGUP, 40, is_over=True, stint=1)
    open_desk.end("CA0001", 55)
    show = open_desk.show()
    assert (show.abandonments, show.waited_s) == (1, 40)


@pytest.mark.parametrize("goodbye_first", [True, False])
def test_somebody_next_up_is_sent_home_with_every_second_counted_once(open_desk: Desk, goodbye_first: bool) -> None:
    """Two queues, one wait: whichever of the closing and the queue speaks first."""
    open_desk.join("CA0001")
    open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="producer")
    open_desk.leave("CA0001", QueueResult.REDIRECTED, 62, stint=1)
    open_desk.do(arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0001"))
    open_desk.do(shows.begin_closing, now=open_desk.now)

    if not goodbye_first:
        open_desk.leave("CA0001", QueueResult.REDIRECTED, 26, stint=2)
    open_desk.do(farewells.say_goodbye, now=open_desk.now, call_sid="CA0001", waited_s=26, apology_after_s=30)
    if goodbye_first:
        open_desk.leave("CA0001", QueueResult.REDIRECTED, 26, stint=2)

    call = open_desk.call("CA0001")
    assert (call.outcome, call.waited_s) == (Outcome.SENT_HOME, 88)
