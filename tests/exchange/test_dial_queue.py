"""Dial Queue, whispers and bridges: facts 2.1 to 2.4 and 15, each policy under each of its settings."""

from __future__ import annotations

import pytest

from callin.exchange.errors import RestError
from callin.exchange.records import CallStatus
from tests.exchange.script import BASE, DJ_NUMBER, WHISPERING, Desk, Says, waiting


def test_the_front_of_the_queue_is_bridged() -> None:
    """Facts 2.3: FIFO; both phones hear the bridge and know each other."""
    desk = Desk(waiting())
    first, second = desk.dial(), desk.dial("+15550122222")
    dj = desk.dj()
    assert (first.bridged_to, dj.bridged_to) == (dj.sid, first.sid)
    assert desk.heard(dj) == ["bridge"]
    assert desk.heard(first)[-1] == "bridge"
    assert second.queue_sid is not None
    assert desk.exchange.phone("+15550111111").state == "bridged"


def test_the_dequeue_interrupts_at_once() -> None:
    """Facts 1.2: the running verb is not waited for, and the next caller moves up."""
    desk = Desk(waiting(wait="<Pause length='1000'/>"))
    caller = desk.dial()
    desk.exchange.advance(3)
    desk.dj()
    assert caller.bridged_to is not None
    assert caller.heard[-1].at == desk.exchange.now()


def test_a_caller_hanging_up_ends_both_in_order() -> None:
    """Order at one instant: the Enqueue action, the Dial action, the status callback; the DJ goes on."""
    desk = Desk(waiting())
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.advance(42)
    desk.exchange.hang_up(caller)
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/status"]
    left, dialled = desk.app.requests("/left")[0].params, desk.app.requests("/dialled")[0].params
    assert (left["QueueResult"], left["CallStatus"]) == ("bridged", "completed")
    assert (dialled["DialCallStatus"], dialled["DialCallSid"], dialled["DialCallDuration"], dialled["DialBridged"]) == (
        "completed",
        caller.sid,
        "42",
        "true",
    )
    assert desk.heard(dj)[-1] == "After the call"
    assert "After the queue" not in desk.heard(caller)


def test_a_dj_hanging_up_lets_the_caller_go_on() -> None:
    """Facts 2.3, 15: Enqueue action `bridged`, executed; Dial action with CallStatus completed, discarded."""
    desk = Desk(waiting())
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.advance(5)
    desk.exchange.hang_up(dj)
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/djstatus"]
    assert desk.heard(caller)[-1] == "After the queue"
    dialled = desk.app.requests("/dialled")[0].params
    assert (dialled["DialCallStatus"], dialled["CallStatus"]) == ("completed", "completed")
    assert desk.heard(dj) == ["bridge"]


@pytest.mark.parametrize("drops", [False, True])
def test_policy_star_drops_caller(drops: bool) -> None:
    """Facts 2.3: `*` ends the conversation; whether the caller's call ends with it is a policy."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"star_drops_caller": drops})
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.press(dj, "1*")
    assert desk.app.results() == ["bridged"]
    assert [path for path in desk.app.paths() if path in ("/left", "/dialled", "/status")] == [
        "/left",
        "/dialled",
        *(["/status"] if drops else []),
    ]
    assert caller.status.is_over is drops
    assert ("After the queue" in desk.heard(caller)) is not drops
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "completed"
    assert desk.heard(dj)[-1] == "After the call"


def test_no_other_key_and_no_star_without_permission_ends_a_bridge() -> None:
    """Facts 2.1: hangupOnStar is false by default, and `#` never ends anything."""
    desk = Desk(waiting(dj="<Dial><Queue>line</Queue></Dial>"))
    caller, dj = desk.dial(), desk.dj()
    desk.exchange.press(dj, "*")
    desk.exchange.press(dj, "#")
    desk.exchange.press(caller, "*")
    assert caller.bridged_to == dj.sid


def test_the_time_limit_ends_a_bridge_as_the_star_does() -> None:
    """Facts 15: timeLimit, counted from the bridge."""
    desk = Desk(waiting(dj='<Dial timeLimit="60" action="/dialled"><Queue url="/whisper">line</Queue></Dial>'))
    desk.app.answers["/whisper"] = "<Pause length='10'/>"
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.advance(69)
    assert caller.bridged_to == dj.sid
    desk.exchange.advance(1)
    assert desk.app.results() == ["bridged"]
    assert desk.heard(caller)[-1] == "After the queue"
    assert desk.app.requests("/dialled")[0].params["DialCallDuration"] == "60"


def test_the_whisper_is_asked_for_about_the_caller() -> None:
    """Facts 2.2: the queued call's parameters, QueueSid, QueueTime, DequeingCallSid; the caller alone hears it."""
    desk = Desk(waiting(dj=WHISPERING, whisper="<Say>You are going on the air</Say>"))
    caller = desk.dial()
    desk.exchange.advance(15)
    dj = desk.dj()
    asked = desk.app.requests("/whisper")[0].params
    assert (asked["CallSid"], asked["QueueTime"], asked["DequeingCallSid"]) == (caller.sid, "15", dj.sid)
    assert asked["QueueSid"].startswith("QU")
    assert caller.bridged_to is None
    desk.exchange.advance(5)
    assert caller.bridged_to == dj.sid
    assert desk.heard(caller)[-2:] == ["You are going on the air", "bridge"]
    assert desk.heard(dj) == ["bridge"]


@pytest.mark.parametrize("result", ["bridging-in-process", "hangup"])
def test_policy_whisper_hangup_result(result: str) -> None:
    """Facts 15: a caller gone during the whisper has one action, reply discarded; the Dial ends `no-answer`."""
    desk = Desk(waiting(dj=WHISPERING, whisper="<Pause length='10'/>"))
    desk.exchange.faults.change({"whisper_hangup_result": result})
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.advance(2)
    desk.exchange.hang_up(caller)
    assert desk.app.results() == [result]
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/status"]
    dialled = desk.app.requests("/dialled")[0].params
    assert dialled["DialCallStatus"] == "no-answer"
    assert not {"DialCallSid", "DialCallDuration"} & set(dialled)
    assert desk.heard(dj) == ["After the call"]


def test_a_dj_gone_during_the_whisper_lets_the_caller_go_on() -> None:
    """Facts 15: `bridging-in-process`, the caller executes the reply; the Dial ends `no-answer`."""
    desk = Desk(waiting(dj=WHISPERING, whisper="<Pause length='10'/>"))
    caller = desk.dial()
    dj = desk.dj()
    desk.exchange.hang_up(dj)
    assert desk.app.results() == ["bridging-in-process"]
    assert desk.heard(caller)[-1] == "After the queue"
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "no-answer"


@pytest.mark.parametrize("whisper", [Says(status=500), "<Gather/>", "<Hangup/>"], ids=["fails", "gather", "hangup"])
@pytest.mark.parametrize(("policy", "is_bridged"), [("error", False), ("bridge", True)])
def test_policy_whisper_failure(whisper: str | Says, policy: str, is_bridged: bool) -> None:
    """Facts 15: a whisper that fails or holds a forbidden verb: `error`, reply executed; the Dial ends `failed`."""
    desk = Desk(waiting(dj=WHISPERING, whisper=whisper))
    desk.exchange.faults.change({"whisper_failure": policy})
    caller = desk.dial()
    desk.dj()
    assert (caller.bridged_to is not None) is is_bridged
    if not is_bridged:
        assert desk.app.results() == ["error"]
        assert desk.app.paths()[-2:] == ["/left", "/dialled"]
        assert desk.heard(caller)[-1] == "After the queue"
        assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "failed"


def test_a_move_during_the_whisper_is_redirected() -> None:
    """Facts 15: REST takes the caller away during the whisper: `redirected`; the DJ got nobody."""
    desk = Desk(waiting(dj=WHISPERING, whisper="<Pause length='10'/>", goodbye="<Say>Goodbye</Say>"))
    caller = desk.dial()
    desk.dj()
    desk.exchange.update_call(caller, url=f"{BASE}/goodbye")
    assert desk.app.results() == ["redirected"]
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/goodbye"]
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "no-answer"
    assert desk.heard(caller)[-1] == "Goodbye"


def test_a_bridged_caller_moved_by_rest() -> None:
    """Facts 1.3: `redirected-from-bridged`, not executed; the DJ's Dial ends; then the redirect's request."""
    desk = Desk(waiting(goodbye="<Say>Goodbye</Say>"))
    caller, dj = desk.dial(), desk.dj()
    desk.exchange.update_call(caller, url=f"{BASE}/goodbye")
    assert desk.app.results() == ["redirected-from-bridged"]
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/goodbye"]
    assert desk.heard(dj)[-1] == "After the call"
    assert desk.heard(caller)[-1] == "Goodbye"


def test_a_bridged_dj_moved_by_rest() -> None:
    """Facts 2.3: the Dial action is requested but not executed; the caller's `bridged` reply is."""
    desk = Desk(waiting(next="<Say>Next caller</Say>"))
    caller, dj = desk.dial(), desk.dj()
    desk.exchange.update_call(dj, url=f"{BASE}/next")
    assert desk.app.paths()[-3:] == ["/left", "/dialled", "/next"]
    assert desk.app.results() == ["bridged"]
    assert desk.heard(caller)[-1] == "After the queue"
    assert desk.heard(dj)[-1] == "Next caller"


@pytest.mark.parametrize("haunted", [False, True])
def test_policy_ghost_fetch(haunted: bool) -> None:
    """Facts 2.3: a Redirect after an action-less Dial may still be requested when REST moves the DJ."""
    desk = Desk(waiting(dj="<Dial><Queue>line</Queue></Dial><Redirect>/ghost</Redirect>", next="<Say>Next</Say>"))
    desk.app.answers["/ghost"] = "<Say>Boo</Say>"
    desk.exchange.faults.change({"ghost_fetch": haunted})
    desk.dial()
    dj = desk.dj()
    desk.exchange.update_call(dj, url=f"{BASE}/next")
    assert ("/ghost" in desk.app.paths()) is haunted
    assert desk.heard(dj)[-1] == "Next"


@pytest.mark.parametrize("status", ["no-answer", "failed"])
def test_policy_empty_queue_status(status: str) -> None:
    """Facts 2.1, 2.3: on an empty queue Dial waits for its timeout, 30 s by default; its status then is a policy."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"empty_queue_status": status})
    desk.exchange.create_queue("line")
    dj = desk.dj()
    desk.exchange.advance(29)
    assert desk.app.requests("/dialled") == []
    desk.exchange.advance(1)
    dialled = desk.app.requests("/dialled")[0].params
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == (status, "false")
    assert not {"DialCallSid", "DialCallDuration"} & set(dialled)
    assert desk.heard(dj) == ["After the call"]


@pytest.mark.parametrize("status", ["failed", "no-answer"])
def test_policy_missing_queue_status(status: str) -> None:
    """Facts 2.3: a queue that does not exist ends the Dial at once, with a policy's status."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"missing_queue_status": status})
    desk.dj()
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == status
    assert not desk.exchange.queues


@pytest.mark.parametrize("extras", [False, True])
def test_policy_dial_queue_extras(extras: bool) -> None:
    """Facts 2.3: whether the Dial action of a queue carries QueueSid and QueueTime is a policy."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"dial_queue_extras": extras})
    caller = desk.dial()
    desk.exchange.advance(3)
    desk.dj()
    desk.exchange.hang_up(caller)
    dialled = desk.app.requests("/dialled")[0].params
    assert ({"QueueSid", "QueueTime"} <= set(dialled)) is extras
    if extras:
        assert dialled["QueueTime"] == "3"


def test_a_dj_waiting_on_an_empty_queue_gets_the_first_who_rings() -> None:
    """Facts 2.1: Dial waits for a joiner, who is connected before the first note."""
    desk = Desk(waiting())
    desk.exchange.create_queue("line")
    dj = desk.dj()
    desk.exchange.advance(20)
    caller = desk.dial()
    assert caller.bridged_to == dj.sid
    assert "/wait" not in desk.app.paths()


def test_the_longest_waiting_dj_gets_the_front() -> None:
    """Facts 15: two DJs on one queue; each gets a caller of their own, first come first served."""
    desk = Desk(waiting())
    desk.exchange.create_queue("line")
    one, two = desk.dj("+15550199991"), desk.dj("+15550199992")
    first, second = desk.dial(), desk.dial("+15550122222")
    assert (first.bridged_to, second.bridged_to) == (one.sid, two.sid)


def test_a_dj_who_hangs_up_on_an_empty_queue_was_canceled() -> None:
    """Facts 15: Dial action `canceled` if nobody was bridged, reply discarded; the next caller waits."""
    desk = Desk(waiting())
    desk.exchange.create_queue("line")
    dj = desk.dj()
    desk.exchange.hang_up(dj)
    dialled = desk.app.requests("/dialled")[0].params
    assert (dialled["DialCallStatus"], dialled["CallStatus"]) == ("canceled", "completed")
    assert desk.dial().queue_sid is not None


def test_deleting_the_queue_a_dj_waits_on_ends_the_dial() -> None:
    """Facts 15: the Dial ends `failed`."""
    desk = Desk(waiting())
    queue = desk.exchange.create_queue("line")
    desk.dj()
    desk.exchange.delete_queue(queue)
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "failed"


@pytest.mark.parametrize("status", [400, 409])
def test_policy_delete_nonempty_status(status: int) -> None:
    """Facts 3.1: only empty queues can be deleted; the refusal's status is a policy."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"delete_nonempty_status": status})
    desk.dial()
    (queue,) = desk.exchange.queues.values()
    with pytest.raises(RestError) as refused:
        desk.exchange.delete_queue(queue)
    assert refused.value.status == status
    assert queue.sid in desk.exchange.queues


@pytest.mark.parametrize("status", [404, 400])
def test_policy_second_member_post(status: int) -> None:
    """Facts 3.1: a second POST for the same member fails; its status is a policy, and an unknown call is always 404."""
    desk = Desk(waiting(goodbye="<Pause/>"))
    desk.exchange.faults.change({"second_member_post": status})
    call = desk.dial()
    (queue,) = desk.exchange.queues.values()
    desk.exchange.dequeue(queue, call.sid, url=f"{BASE}/goodbye")
    with pytest.raises(RestError) as again:
        desk.exchange.dequeue(queue, call.sid, url=f"{BASE}/goodbye")
    with pytest.raises(RestError) as unknown:
        desk.exchange.dequeue(queue, "CA" + "0" * 32, url=f"{BASE}/goodbye")
    assert (again.value.status, unknown.value.status, unknown.value.code) == (status, 404, 20404)


def test_front_takes_the_next_one_every_time() -> None:
    """Facts 3.1: a repeated POST to Front pops the next member; on an empty queue it is 404 / 20404."""
    desk = Desk(waiting(goodbye="<Pause/>"))
    first, second = desk.dial(), desk.dial("+15550122222")
    (queue,) = desk.exchange.queues.values()
    taken = [desk.exchange.dequeue(queue, "Front", url=f"{BASE}/goodbye").call for _ in range(2)]
    assert taken == [first, second]
    with pytest.raises(RestError) as empty:
        desk.exchange.dequeue(queue, "Front", url=f"{BASE}/goodbye")
    assert (empty.value.status, empty.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("queue", "code"),
    [
        ("<Queue/>", 14212),
        (f"<Queue>{'q' * 65}</Queue>", 14213),
        ('<Queue method="PUT">line</Queue>', 14210),
        ('<Queue url="ftp://app.test/whisper">line</Queue>', 14211),
    ],
)
def test_a_bad_queue_noun_fails_the_dial(queue: str, code: int) -> None:
    """Facts 2.1: 14210 to 14213; the Dial ends `failed` and takes nobody."""
    desk = Desk(waiting(dj=f'<Dial action="/dialled">{queue}</Dial>'))
    caller = desk.dial()
    desk.dj()
    assert caller.queue_sid is not None
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "failed"
    assert desk.entry("/dj").error == code


def test_a_dj_can_take_one_caller_after_the_other() -> None:
    """Facts 2.4: an action that dials again takes the next; what follows the Dial is unreachable."""
    desk = Desk(waiting(dialled='<Dial hangupOnStar="true" action="/dialled"><Queue>line</Queue></Dial>'))
    callers = [desk.dial(f"+1555011000{i}") for i in range(3)]
    dj = desk.dj()
    for caller in callers:
        assert caller.bridged_to == dj.sid
        desk.exchange.press(dj, "*")
    assert desk.app.results() == ["bridged"] * 3
    assert "No action" not in desk.heard(dj)


@pytest.mark.parametrize(
    ("record", "channels"), [("true", 1), ("record-from-answer", 1), ("record-from-answer-dual", 2)]
)
def test_a_recorded_bridge_has_a_recording(record: str, channels: int) -> None:
    """Facts 2.1, 2.3: `true` is record-from-answer; dual has two channels; RecordingUrl comes with the action."""
    desk = Desk(
        waiting(
            dj=f'<Dial record="{record}" action="/dialled" recordingStatusCallback="/recorded">'
            "<Queue>line</Queue></Dial>",
            recorded=Says(status=204, content_type=None),
        )
    )
    caller = desk.dial()
    desk.dj()
    desk.exchange.advance(9)
    desk.exchange.hang_up(caller)
    (recording,) = desk.exchange.recordings.values()
    assert (recording.duration_s, recording.channels, recording.source, recording.status) == (
        9,
        channels,
        "DialVerb",
        "completed",
    )
    assert desk.app.requests("/dialled")[0].params["RecordingUrl"].endswith(recording.sid)
    assert desk.app.requests("/recorded")[0].params["RecordingStatus"] == "completed"


def test_an_unrecorded_bridge_has_none() -> None:
    """Facts 2.3: RecordingUrl only if `record` is set."""
    desk = Desk(waiting())
    caller = desk.dial()
    desk.dj()
    desk.exchange.hang_up(caller)
    assert not desk.exchange.recordings
    assert "RecordingUrl" not in desk.app.requests("/dialled")[0].params


def test_a_dj_can_ring_before_anybody_and_the_queue_must_exist() -> None:
    """Facts 2.3: after the queue was deleted a DJ's Dial fails; one made by REST is waited on."""
    desk = Desk(waiting())
    early = desk.exchange.dial("+15550199999", DJ_NUMBER)
    assert desk.heard(early) == ["After the call"]
    desk.exchange.advance(60)
    assert early.status is CallStatus.COMPLETED
