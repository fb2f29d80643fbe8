"""What the phone doors put on the tape: what changes something, as it came; not the thousand requests that only ask."""

from callin.models import TapeEntry
from tests.webhooks.ringing import ANA, Doors

WAITING = {**ANA, "QueuePosition": "1", "QueueTime": "10", "AvgQueueTime": "10", "CurrentQueueSize": "1"}


def kept(doors: Doors) -> list[str]:
    return [entry.what for entry in doors.rows(TapeEntry) if entry.what.startswith("/")]


def test_wait_requests_are_not_kept(doors: Doors) -> None:
    """However many there are, and whatever they say: nobody needs them to know how it ended."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/listener/join", ANA)
    for queue_time_s in range(0, 300, 10):
        doors.post("/voice/listener/wait", WAITING, QueueTime=str(queue_time_s))

    assert kept(doors) == ["/voice/listener/answer", "/voice/listener/join"]


def test_the_one_that_puts_a_caller_right_is_kept(doors: Doors) -> None:
    """A wait request that tells where a caller is, for their join was never heard, changed something."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/listener/wait", WAITING)
    doors.post("/voice/listener/wait", WAITING, QueueTime="20")

    assert kept(doors) == ["/voice/listener/answer", "/voice/listener/wait"]


def test_what_was_refused_or_meant_nothing_is_not_kept(doors: Doors) -> None:
    """A stranger's request, nonsense, a call that is not over: nothing of it changed anything."""
    doors.open_show()
    doors.send("/voice/listener/answer", b"CallSid=CA1", signature="wrong")
    doors.post("/voice/listener/answer", {"CallSid": "nonsense"})
    doors.post("/voice/status", ANA)

    assert kept(doors) == []
