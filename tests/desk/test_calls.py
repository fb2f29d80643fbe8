"""A listener's call at the desk: ringing, the line, the air, the end."""

import pytest

from callin.desk import calls, joining, screening, shows
from callin.desk.calls import KeyAnswer, WelcomeKind
from callin.models import Call, Caller
from callin.rules.call_states import CallState, Outcome, QueueResult

from .conftest import Desk


def test_caller_of_an_open_show_is_welcomed_with_the_notice_on_record(open_desk: Desk) -> None:
    """The notice about airing and recording is on the call's record, with its time."""
    welcome = open_desk.ring("CA1")
    assert (welcome.kind, welcome.show_name) == (WelcomeKind.OPEN, "Night Owls")
    assert open_desk.call("CA1").noticed_at == open_desk.now


def test_caller_of_no_show_is_closed_and_not_a_failure(desk: Desk) -> None:
    """Ringing while nothing is open ends as «closed», and owes nothing."""
    assert desk.ring("CA1").kind == WelcomeKind.CLOSED
    desk.end("CA1", 40)
    call = desk.call("CA1")
    assert (call.state, call.outcome) == (CallState.OVER, Outcome.CLOSED)
    assert desk.texts() == []


def test_banned_caller_is_told_so_until_the_ban_ends(open_desk: Desk) -> None:
    """A ban holds for its time and not longer."""
    open_desk.do(
        screening.ban,
        now=open_desk.now,
        phone_number="+15550100001",
        reason="shouting",
        until=open_desk.now.replace(hour=22),
    )
    open_desk.numbers["CA0001"] = "+15550100001"
    open_desk.numbers["CA0002"] = "+15550100001"
    assert open_desk.ring("CA0001").kind == WelcomeKind.BANNED
    assert open_desk.call("CA0001").outcome == Outcome.BANNED
    open_desk.later(2 * 3600)
    assert open_desk.ring("CA0002").kind == WelcomeKind.OPEN


def test_lifted_ban_lets_the_caller_in(open_desk: Desk) -> None:
    """A lifted ban leaves nothing behind."""
    open_desk.numbers["CA0001"] = "+15550100001"
    open_desk.do(screening.ban, now=open_desk.now, phone_number="+15550100001", reason="mistaken")
    open_desk.do(screening.lift_ban, now=open_desk.now, phone_number="+15550100001")
    assert open_desk.ring("CA0001").kind == WelcomeKind.OPEN


def test_repeated_webhooks_make_one_call_with_one_place(open_desk: Desk) -> None:
    """Ringing and joining twice is one call, one stint, one place."""
    first = open_desk.join("CA0001")
    place = open_desk.call("CA0001").joined_at
    open_desk.later(5)
    assert open_desk.join("CA0001") == first
    assert open_desk.count(Call) == 1
    assert (open_desk.call("CA0001").stints, open_desk.call("CA0001").joined_at) == (1, place)


def test_withheld_callers_are_nobody(open_desk: Desk) -> None:
    """Two withheld callers are served, and are not one person."""
    open_desk.numbers |= {"CA0001": None, "CA0002": None}
    assert open_desk.join("CA0001").queue_name == "line"
    assert open_desk.join("CA0002").queue_name == "line"
    assert open_desk.count(Caller) == 0


def test_nobody_joins_a_line_that_is_closing(open_desk: Desk) -> None:
    """Between greeting and line the show may close; `<Enqueue>` would re-create the queue."""
    open_desk.ring("CA0001")
    open_desk.do(shows.begin_closing, now=open_desk.now)
    assert open_desk.join("CA0001").queue_name is None
    assert open_desk.call("CA0001").outcome == Outcome.CLOSED


def test_a_join_whose_answer_webhook_was_lost_is_entered(open_desk: Desk) -> None:
    """A call first heard of at the line is served like any other."""
    joined = open_desk.do(joining.join_line, now=open_desk.now, arrival=open_desk.arrival("CA0009"))
    assert joined.queue_name == "line"
    assert open_desk.call("CA0009").state == CallState.WAITING


@pytest.mark.parametrize(
    ("key", "answer"), [("1", KeyAnswer.MESSAGE), ("*", KeyAnswer.LEAVE), ("7", KeyAnswer.AGAIN), ("", KeyAnswer.AGAIN)]
)
def test_keys_while_waiting(open_desk: Desk, key: str, answer: KeyAnswer) -> None:
    """One takes a message, star leaves, anything else hears the keys again."""
    open_desk.join("CA0001")
    assert open_desk.do(calls.press_key, now=open_desk.now, call_sid="CA0001", key=key) == answer


def test_the_whisper_records_who_met_whom(open_desk: Desk) -> None:
    """The pair of listener and DJ, and the wait, are kept at the one moment Twilio tells them."""
    open_desk.join("CA0001")
    notice = open_desk.on_air("CA0001", 75, dj="CAdj")
    call = open_desk.call("CA0001")
    assert notice.show_name == "Night Owls"
    assert (call.state, call.dj_call_sid, call.waited_s) == (CallState.ON_AIR, "CAdj", 75)


def test_a_late_whisper_does_not_revive_a_call(open_desk: Desk) -> None:
    """A whisper that arrives after the end changes nothing."""
    open_desk.join("CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 12, is_over=True)
    open_desk.on_air("CA0001", 12)
    assert (open_desk.call("CA0001").state, open_desk.call("CA0001").outcome) == (CallState.OVER, Outcome.ABANDONED)


def test_status_callback_concludes_when_the_queue_never_spoke(open_desk: Desk) -> None:
    """With the queue's action lost, the number's callback gives outcome, wait and apology."""
    open_desk.join("CA0001")
    open_desk.hold("CA0001", 1, 0)
    open_desk.end("CA0001", 95)
    call = open_desk.call("CA0001")
    assert (call.state, call.outcome, call.waited_s) == (CallState.OVER, Outcome.ABANDONED, 95)
    assert len(open_desk.texts()) == 1


def test_late_queue_action_corrects_and_withdraws(open_desk: Desk) -> None:
    """The queue's own count replaces the conclusion, and takes back an apology that was not owed."""
    open_desk.join("CA0001")
    open_desk.end("CA0001", 45)
    open_desk.leave("CA0001", QueueResult.HANGUP, 20, is_over=True, stint=1)
    assert open_desk.call("CA0001").waited_s == 20
    assert [text.state for text in open_desk.texts()] == ["withheld"]


def test_aired_seconds_without_the_dial_action_come_from_the_call(open_desk: Desk) -> None:
    """With the Dial action lost, the talk is the call less its wait."""
    open_desk.join("CA0001")
    open_desk.on_air("CA0001", 40)
    open_desk.leave("CA0001", QueueResult.BRIDGED, 40, is_over=True)
    open_desk.end("CA0001", 140)
    assert (open_desk.call("CA0001").aired_s, open_desk.show().talks, open_desk.show().talk_s) == (100, 1, 100)


def test_unknown_call_in_a_callback_is_noted(open_desk: Desk) -> None:
    """A callback about a call nobody knows leaves a line in the log and no row."""
    open_desk.end("CAff", 5)
    open_desk.leave("CAff", QueueResult.HANGUP, 5, is_over=True)
    assert open_desk.count(Call) == 0
    assert [what for what in open_desk.log() if "never heard of" in what] == [
        "ended, and was never heard of",
        "left a queue, and was never heard of",
    ]
