"""One call's SID leads through the whole log: web, courier and Twilio, from the first ring to the last receipt."""

from __future__ import annotations

import io
import json

from callin.courier import Courier
from callin.logs import configure_logs
from tests.cli.conftest import LISTENERS, Studio


def test_one_sid_tells_the_whole_story(on_air: Studio) -> None:
    """Each webhook but the endless waiting, the text that was owed for it, its way to Twilio, and its receipts."""
    log = io.StringIO()
    configure_logs(level="INFO", form="json", stream=log)
    phone = on_air.exchange.phone("+15550010001")
    call = phone.dial(LISTENERS)
    on_air.exchange.advance(90)
    phone.hang_up()
    on_air.exchange.advance(1)
    Courier(on_air.station).round()
    on_air.exchange.advance(1)

    lines = [json.loads(line) for line in log.getvalue().splitlines() if call.sid in line]
    story = [(line["event"], line.get("route") or line.get("resource")) for line in lines]
    assert story[:5] == [
        ("webhook answered", "/voice/listener/answer"),
        ("webhook answered", "/voice/listener/join"),
        ("webhook answered", "/voice/listener/left"),
        ("webhook answered", "/voice/status"),
        ("asked Twilio", "Messages"),
    ]
    # A receipt may be faster than the note of what was sent.
    assert sorted(story[5:], key=str) == [("text sent", None), *[("webhook answered", "/sms/receipts")] * 3]
    assert {line["call_sid"] for line in lines} == {call.sid}
    assert all(line["ms"] >= 0 for line in lines if line["event"] != "text sent")
    assert lines[4]["status"] == 201
    assert "5550010001" not in log.getvalue()


def test_a_request_about_a_call_names_it(on_air: Studio) -> None:
    """Moving a caller out of the queue is told with the caller's SID, whoever asked for it."""
    (call_sid,) = on_air.ring(1)
    log = io.StringIO()
    configure_logs(level="INFO", form="json", stream=log)
    queue = on_air.station.carrier.find_queue("radio-callin-queue")
    assert queue is not None
    on_air.station.carrier.move_member(queue.sid, call_sid, url="https://station.test/voice/listener/goodbye")
    line = json.loads(log.getvalue().splitlines()[-1])
    assert (line["resource"], line["method"], line["call_sid"]) == ("Queues/Members", "POST", call_sid)


def test_a_command_for_people_keeps_its_log_short(on_air: Studio) -> None:
    """At the terminal the answer is enough; whoever wants all of it says LOG_LEVEL=DEBUG, or reads JSON."""
    on_air.monkeypatch.setenv("LOG_LEVEL", "INFO")
    assert "asked Twilio" not in on_air.callin("numbers", "sync").err
    on_air.monkeypatch.setenv("LOG_FORMAT", "json")
    assert '"asked Twilio"' in on_air.callin("numbers", "sync").err
