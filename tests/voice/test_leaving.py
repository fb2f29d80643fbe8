"""The nine ways out of a queue, each with and without somebody still on the phone."""

import pytest

from callin.models import Call, Text
from callin.rules.call_states import CallState
from tests.webhooks.ringing import ANA, DJ, Doors

SAYS_THANKS = "Thank you for calling Night Owls."
SAYS_BACK = "putting you back in line"
LEAVING: list[tuple[str, str, str, str | None, int]] = [
    # result, CallStatus, what is said, outcome, texts
    ("bridged", "in-progress", SAYS_THANKS, "aired", 1),
    ("bridged", "completed", SAYS_THANKS, "aired", 1),
    ("bridging-in-process", "in-progress", "you are still next", None, 0),
    ("bridging-in-process", "completed", "", "abandoned", 1),
    ("error", "in-progress", SAYS_BACK, None, 0),
    ("error", "completed", "", "failed", 1),
    ("hangup", "completed", "", "abandoned", 1),
    ("leave", "in-progress", "You have left the line.", "left", 1),
    ("queue-full", "in-progress", "our line is full", "blocked", 1),
    ("redirected", "in-progress", "", "dropped", 0),
    ("redirected-from-bridged", "in-progress", "", "aired", 1),
    ("system-error", "in-progress", SAYS_BACK, None, 0),
    ("system-error", "completed", "", "failed", 1),
]


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize(("result", "status", "says", "outcome", "texts"), LEAVING)
def test_every_way_out_has_its_words_and_one_outcome(
    doors: Doors, result: str, status: str, says: str, outcome: str | None, texts: int, repeats: int
) -> None:
    """Words, outcome, waited seconds and the one text, however often Twilio says it."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/listener/join", ANA)
    if result.endswith("bridged"):
        doors.post("/voice/listener/on_air", ANA, DequeingCallSid=DJ["CallSid"], QueueTime="45")
    form = {"QueueResult": result, "CallStatus": status}
    if result not in ("queue-full", "system-error"):
        form["QueueTime"] = "45"

    replies = [doors.post("/voice/listener/left?stint=1", {**ANA, **form}) for _ in range(repeats)]

    assert {reply.status for reply in replies} == {200}
    assert says in replies[0].said
    (call,) = doors.rows(Call)
    assert call.outcome == outcome
    assert call.waited_s == (45 if "QueueTime" in form else 0)
    assert (call.state == CallState.OVER) >= (status == "completed")
    assert len(doors.rows(Text)) == (texts if "QueueTime" in form or result == "queue-full" else 0)


def test_a_caller_who_did_not_wait_long_is_owed_nothing(doors: Doors) -> None:
    """Thirty seconds are still all right; the limit is the station's."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/listener/join", ANA)

    doors.post("/voice/listener/left?stint=1", ANA, QueueResult="hangup", CallStatus="completed", QueueTime="30")

    assert doors.rows(Text) == []
