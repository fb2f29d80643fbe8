"""Enqueue: facts 1.1 to 1.4 and 15, one test for each."""

from __future__ import annotations

import pytest

from callin.exchange.conversation import APPLICATION_ERROR
from callin.exchange.records import CallStatus
from tests.exchange.script import BASE, WHISPERING, Desk, Says, waiting


def test_a_queue_comes_into_being_with_the_first_caller() -> None:
    """Facts 1.1: created on demand, default size 1000, its name stripped."""
    desk = Desk(waiting(voice='<Enqueue waitUrl="/wait"> line </Enqueue>'))
    desk.dial()
    (queue,) = desk.exchange.queues.values()
    assert (queue.friendly_name, queue.max_size, len(queue.members)) == ("line", 1000, 1)


def test_the_wait_document_is_asked_for_again_and_again() -> None:
    """Facts 1.2: when it runs out it is requested again, for ever."""
    desk = Desk(waiting())
    desk.dial()
    desk.exchange.advance(35)
    assert len(desk.app.requests("/wait")) == 4


def test_wait_requests_carry_the_six_parameters() -> None:
    """Facts 1.2: position, SID, own time, mean time so far, size and limit, as they are at that moment."""
    desk = Desk(waiting())
    desk.dial("+15550111111")
    desk.exchange.advance(4)
    desk.dial("+15550122222")
    desk.exchange.advance(8)
    (queue,) = desk.exchange.queues.values()
    second = desk.app.requests("/wait")[1].params
    last = desk.app.requests("/wait")[-1].params
    assert (second["QueuePosition"], second["QueueTime"], second["AvgQueueTime"]) == ("2", "0", "2")
    assert {name: last[name] for name in ("QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize")} == {
        "QueuePosition": "1",
        "QueueTime": "10",
        "AvgQueueTime": "8",
        "CurrentQueueSize": "2",
    }
    assert (last["QueueSid"], last["MaxQueueSize"]) == (queue.sid, "1000")


def test_requests_from_inside_the_wait_carry_the_six_parameters_too() -> None:
    """Facts 15: Redirect and Gather requests inside the wait are wait requests like any other."""
    desk = Desk(
        waiting(
            wait="<Redirect>/more</Redirect>",
            more='<Gather numDigits="1" action="/key" timeout="20"/>',
            key="<Pause/><Leave/>",
        )
    )
    call = desk.dial()
    desk.exchange.advance(1)
    desk.exchange.press(call, "1")
    six = {"QueuePosition", "QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"}
    assert six <= set(desk.app.requests("/more")[0].params)
    assert six | {"Digits"} <= set(desk.app.requests("/key")[0].params)


def test_the_action_reply_of_a_gather_runs_while_waiting() -> None:
    """Facts 5: a Gather's reply runs in the wait, where a Leave leads out of the queue."""
    desk = Desk(waiting(wait='<Gather numDigits="1" action="/key"/>', key="<Leave/>"))
    call = desk.dial()
    desk.exchange.press(call, "2")
    assert desk.app.results() == ["leave"]
    assert desk.heard(call) == ["After the queue"]


def test_hanging_up_while_waiting_is_told_once_and_its_reply_discarded() -> None:
    """Facts 1.3: `hangup`, at once, CallStatus completed, nothing executed; the status callback comes last."""
    desk = Desk(waiting())
    call = desk.dial()
    desk.exchange.advance(12)
    desk.exchange.hang_up(call)
    (left,) = desk.app.requests("/left")
    assert (left.params["QueueResult"], left.params["QueueTime"], left.params["CallStatus"]) == (
        "hangup",
        "12",
        "completed",
    )
    assert desk.heard(call) == ["silence", "silence"]
    assert desk.app.paths()[-2:] == ["/left", "/status"]
    assert not next(iter(desk.exchange.queues.values())).members


def test_a_hangup_in_the_wait_document_is_a_hangup() -> None:
    """Facts 1.2: Hangup is allowed while waiting, and ends the call before its action is told."""
    desk = Desk(waiting(wait="<Hangup/>"))
    call = desk.dial()
    assert desk.app.results() == ["hangup"]
    assert desk.app.requests("/left")[0].params["CallStatus"] == "completed"
    assert call.status is CallStatus.COMPLETED
    assert call.heard == []


def test_leave_goes_to_the_action_or_else_to_the_next_verb() -> None:
    """Facts 1.3, 1.4: with an action its reply owns the call; without one the verb after Enqueue runs."""
    desk = Desk(waiting(wait="<Leave/>"))
    with_action = desk.dial()
    desk.app.answers["/voice"] = '<Enqueue waitUrl="/wait">line</Enqueue><Say>Fell through</Say>'
    without = desk.dial("+15550122222")
    assert desk.heard(with_action) == ["After the queue"]
    assert desk.heard(without) == ["Fell through"]


def test_leave_outside_a_queue_is_ignored_with_a_warning() -> None:
    """Facts 1.4: undocumented; ignored, and warned about."""
    desk = Desk({"/voice": "<Leave/><Say>Still here</Say>"})
    call = desk.dial()
    assert desk.heard(call) == ["Still here"]
    assert desk.entry("/voice").error == 12200


def test_a_full_queue_turns_the_caller_away() -> None:
    """Facts 1.3: `queue-full` without QueueSid and QueueTime, 14207 on the document's entry, the reply executed."""
    desk = Desk(waiting())
    desk.exchange.create_queue("line", max_size=1)
    desk.dial()
    late = desk.dial("+15550122222")
    (told,) = desk.app.requests("/left")
    assert told.params["QueueResult"] == "queue-full"
    assert not {"QueueSid", "QueueTime"} & set(told.params)
    assert desk.entry("/voice").error == 14207
    assert desk.heard(late) == ["After the queue"]


def test_a_smaller_queue_ejects_nobody() -> None:
    """Facts 1.1: lowering the size below what waits rejects new calls only."""
    desk = Desk(waiting())
    for number in ("+15550111111", "+15550122222"):
        desk.dial(number)
    (queue,) = desk.exchange.queues.values()
    desk.exchange.update_queue(queue, max_size=1)
    desk.dial("+15550133333")
    assert len(queue.members) == 2
    assert desk.app.results() == ["queue-full"]


@pytest.mark.parametrize(
    ("enqueue", "code"),
    [
        ('<Enqueue action="/left"/>', 14204),
        (f'<Enqueue action="/left">{"q" * 65}</Enqueue>', 14205),
        ('<Enqueue action="/left" waitUrlMethod="PUT">line</Enqueue>', 14206),
        ('<Enqueue action="/left" method="PUT">line</Enqueue>', 14201),
        ('<Enqueue action="/left" waitUrl="mailto:x">line</Enqueue>', 14202),
    ],
)
def test_a_bad_enqueue_is_an_error_that_never_queued(enqueue: str, code: int) -> None:
    """Facts 1.1, 1.3: `error`, without QueueSid; the reply is executed, the code logged."""
    desk = Desk(waiting(voice=enqueue))
    call = desk.dial()
    (told,) = desk.app.requests("/left")
    assert told.params["QueueResult"] == "error"
    assert "QueueSid" not in told.params
    assert desk.entry("/voice").error == code
    assert desk.heard(call) == ["After the queue"]


@pytest.mark.parametrize(
    "failing",
    [
        Says(status=500),
        Says("<Response>", status=200),
        Says("hm", content_type="image/png"),
        Says("", content_type=None),
    ],
    ids=["status", "xml", "type", "no type"],
)
def test_a_wait_document_that_fails_ends_the_wait(failing: Says) -> None:
    """Facts 1.2, 15: `error`, reply executed, the fallback not asked."""
    desk = Desk(waiting(wait=failing, fallback="<Say>Fallback</Say>"), voice_fallback_url=f"{BASE}/fallback")
    call = desk.dial()
    assert desk.app.results() == ["error"]
    assert desk.heard(call) == ["After the queue"]
    assert "/fallback" not in desk.app.paths()


@pytest.mark.parametrize(("uses_fallback", "expected"), [(False, []), (True, ["/fallback"])])
def test_policy_wait_failure_uses_fallback(uses_fallback: bool, expected: list[str]) -> None:
    """Facts 1.2: whether the fallback is tried for a failed waitUrl is a policy; its reply then goes on waiting."""
    answers = waiting(wait=Says(status=500), fallback="<Pause length='60'/>")
    desk = Desk(answers, voice_fallback_url=f"{BASE}/fallback")
    desk.exchange.faults.change({"wait_failure_uses_fallback": uses_fallback})
    call = desk.dial()
    assert [path for path in desk.app.paths() if path == "/fallback"] == expected
    assert (call.queue_sid is not None) is uses_fallback
    if uses_fallback:
        asked = desk.app.requests("/fallback")[0].params
        assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{BASE}/wait")


@pytest.mark.parametrize(
    "verb", ["<Record/>", "<Dial>+15550100</Dial>", "<Enqueue>x</Enqueue>", "<Reject/>", "<Sms>x</Sms>"]
)
def test_a_verb_that_may_not_wait_ends_the_wait(verb: str) -> None:
    """Facts 1.2: Enqueue, Dial, Record, Sms, Reject in a wait document: `error`, and the log says so."""
    desk = Desk(waiting(wait=f"<Say>First</Say>{verb}"))
    call = desk.dial()
    desk.exchange.advance(5)
    assert desk.app.results() == ["error"]
    assert desk.entry("/wait").error == 12200
    assert call.queue_sid is None


def test_an_empty_wait_document_cannot_run_hot() -> None:
    """Exchange rules: more than 30 wait requests of one call in one second end in an error."""
    desk = Desk(waiting(wait=""))
    call = desk.dial()
    assert len(desk.app.requests("/wait")) == 30
    assert desk.app.results() == ["error"]
    assert desk.heard(call) == ["After the queue"]


@pytest.mark.parametrize(
    "voice",
    [
        '<Enqueue waitUrl="/wait" action="/voice">line</Enqueue>',
        '<Enqueue waitUrl="/wait">line</Enqueue><Redirect/>',
    ],
)
def test_going_in_and_out_of_a_queue_cannot_run_hot(voice: str) -> None:
    """Exchange rules: the requests of a call are counted, not those of one stay; the loop ends in an apology."""
    desk = Desk(waiting(voice=voice, wait="<Leave/>"))
    call = desk.dial()
    assert desk.heard(call)[-1] == APPLICATION_ERROR
    assert call.status is CallStatus.COMPLETED
    assert len(desk.app.requests("/wait")) == 30
    assert not desk.exchange.queue_book.named("line").members


def test_thirty_wait_requests_a_second_are_allowed() -> None:
    """Exchange rules: a document of a twentieth of a second is no hot loop."""
    desk = Desk(waiting(wait='<Pause length="0.05"/>'))
    desk.dial()
    desk.exchange.advance(5)
    assert desk.app.results() == []
    assert len(desk.app.requests("/wait")) == 101


def test_music_can_be_a_sound_file() -> None:
    """Facts 1.1: the waitUrl may answer with sound, which is played and asked for again."""
    desk = Desk(waiting(wait=Says(b"x" * 80_000, content_type="audio/basic")))
    call = desk.dial()
    desk.exchange.advance(25)
    assert len(desk.app.requests("/wait")) == 3
    assert call.heard[0].url == f"{BASE}/wait"
    assert call.queue_sid is not None


@pytest.mark.parametrize(("attribute", "kind"), [("", "play"), ('waitUrl=""', "silence")])
def test_without_a_wait_url_there_is_music_and_with_an_empty_one_silence(attribute: str, kind: str) -> None:
    """Facts 1.1: default classical music, never fetched; an empty waitUrl is silence."""
    desk = Desk(waiting(voice=f"<Enqueue {attribute}>line</Enqueue>"))
    call = desk.dial()
    desk.exchange.advance(100)
    assert [heard.kind.value for heard in call.heard] == [kind]
    assert desk.app.paths() == ["/voice"]


def test_system_errors_are_spent_one_by_one() -> None:
    """Facts 1.3 and the fault system_error_enqueues: `system-error`, not really enqueued, reply executed."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"system_error_enqueues": 1})
    unlucky = desk.dial()
    lucky = desk.dial("+15550122222")
    assert desk.app.results() == ["system-error"]
    assert "QueueSid" not in desk.app.requests("/left")[0].params
    assert desk.heard(unlucky) == ["After the queue"]
    assert lucky.queue_sid is not None


def test_a_call_moved_by_rest_tells_its_action_first() -> None:
    """Facts 1.3, Order at one instant: `redirected`, reply not executed, then the redirect's own request."""
    desk = Desk(waiting(goodbye="<Say>Goodbye</Say>"))
    call = desk.dial()
    desk.exchange.advance(12)
    (queue,) = desk.exchange.queues.values()
    desk.exchange.dequeue(queue, call.sid, url=f"{BASE}/goodbye")
    assert desk.app.paths()[-2:] == ["/left", "/goodbye"]
    assert desk.app.results() == ["redirected"]
    assert desk.app.requests("/left")[0].params["CallStatus"] == "in-progress"
    assert "QueueSid" not in desk.app.requests("/goodbye")[0].params
    assert desk.heard(call)[-1] == "Goodbye"


def test_updating_a_queued_calls_url_is_a_move_too() -> None:
    """Facts 3.3: a Calls update of a queued call acts like a member dequeue."""
    desk = Desk(waiting())
    call = desk.dial()
    desk.exchange.update_call(call, twiml="<Response><Say>Moved</Say></Response>")
    assert desk.app.results() == ["redirected"]
    assert desk.heard(call)[-1] == "Moved"
    assert call.queue_sid is None


def test_queue_time_stands_still_after_the_dequeue() -> None:
    """Facts 15: QueueTime is frozen at the dequeue, the same in whisper and action."""
    desk = Desk(waiting(dj=WHISPERING, whisper="<Pause length='7'/>"))
    caller = desk.dial()
    desk.exchange.advance(20)
    desk.dj()
    desk.exchange.advance(60)
    desk.exchange.hang_up(caller)
    assert desk.app.requests("/whisper")[0].params["QueueTime"] == "20"
    assert desk.app.requests("/left")[0].params["QueueTime"] == "20"


def test_a_queue_made_again_has_a_new_sid() -> None:
    """Facts 3.2: deleted and re-created under the same name, a queue is another."""
    desk = Desk(waiting())
    call = desk.dial()
    (first,) = desk.exchange.queues.values()
    desk.exchange.hang_up(call)
    desk.exchange.delete_queue(first)
    desk.dial()
    (second,) = desk.exchange.queues.values()
    assert second.sid != first.sid


def test_an_enqueue_without_action_falls_through_silently() -> None:
    """Facts 1.3: no action, no request; the call goes on with the next verb."""
    desk = Desk(waiting(voice='<Enqueue waitUrl="/wait">line</Enqueue><Say>Fell through</Say>', wait=Says(status=500)))
    call = desk.dial()
    assert desk.app.paths() == ["/voice", "/wait"]
    assert desk.heard(call) == ["Fell through"]
