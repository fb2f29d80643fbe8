"""Pretend phones through the control API, each row of its table, and bad input for each (exchange design)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client

Attach = Callable[[str], str]
PHONE = "+15550999111"


def _dial(control: Any, to: str, *, from_: str = PHONE) -> str:
    status, content = control.send("POST", "calls", {"from": from_, "to": to})
    assert status == 201
    assert set(content) == {"sid"}
    control.send("POST", "clock", {"advance_s": 0})
    return str(content["sid"])


def _call(control: Any, sid: str) -> dict[str, Any]:
    status, content = control.send("GET", f"calls/{sid}")
    assert status == 200
    found: dict[str, Any] = content
    return found


def test_a_phone_dials_and_hears(control: Any, attach: Attach) -> None:
    """The call shows both ends, its status, what was heard, and the queue's name."""
    number = attach("/enqueue")

    sid = _dial(control, number)
    call = _call(control, sid)

    assert set(call) == {"sid", "from", "to", "status", "heard", "queue", "bridged_to"}
    assert (call["sid"], call["from"], call["to"], call["status"]) == (sid, PHONE, number, "in-progress")
    assert (call["queue"], call["bridged_to"]) == ("line", None)
    assert call["heard"][0] == {"at": call["heard"][0]["at"], "kind": "say", "text": "you are waiting"}
    assert call["heard"][0]["at"].endswith("Z")


def test_what_is_played_is_heard_by_its_address(control: Any, attach: Attach) -> None:
    """A play has its url and no text."""
    sid = _dial(control, attach("/enqueue"))
    control.send("POST", "clock", {"advance_s": 2})

    played = next(heard for heard in _call(control, sid)["heard"] if heard["kind"] == "play")

    assert set(played) == {"at", "kind", "url"}
    assert played["url"] == "https://station.test/music.wav"


def test_keys_reach_a_gather(control: Any, attach: Attach) -> None:
    """204, and the application's answer is heard."""
    sid = _dial(control, attach("/keys"))

    assert control.send("POST", f"calls/{sid}/digits", {"digits": "1"}) == (204, None)
    control.send("POST", "clock", {"advance_s": 0})

    assert _call(control, sid)["heard"][-1]["text"] == "thank you"


def test_words_reach_a_recording(control: Any, attach: Attach, client: Client) -> None:
    """204, and a recording as long as the words."""
    sid = _dial(control, attach("/record"))

    assert control.send("POST", f"calls/{sid}/speech", {"text": "one two three four five"}) == (204, None)
    control.send("POST", "clock", {"advance_s": 30})

    assert [recording.call_sid for recording in client.recordings.list()] == [sid]


def test_a_phone_hangs_up(control: Any, attach: Attach) -> None:
    """204, the call is completed and in no queue."""
    sid = _dial(control, attach("/enqueue"))

    assert control.send("POST", f"calls/{sid}/hangup") == (204, None)

    call = _call(control, sid)
    assert (call["status"], call["queue"]) == ("completed", None)


@pytest.mark.parametrize(("act", "status"), [("answer", "in-progress"), ("refuse", "busy")])
def test_a_ringing_phone_answers_or_refuses(
    control: Any, attach: Attach, client: Client, act: str, status: str
) -> None:
    """A call that REST made rings at the far end until it is picked up or refused."""
    sid = client.calls.create(to=PHONE, from_=attach("/hold"), url="https://station.test/hold").sid
    control.send("POST", "clock", {"advance_s": 0})

    assert control.send("POST", f"calls/{sid}/{act}") == (204, None)
    control.send("POST", "clock", {"advance_s": 0})

    assert _call(control, str(sid))["status"] == status
    assert control.send("POST", f"calls/{sid}/{act}")[0] == 409


def test_a_dialled_leg_rings_at_its_own_phone(control: Any, attach: Attach) -> None:
    """Dial Number makes a call whose far end is the number dialled."""
    sid = _dial(control, attach("/call"))

    (leg,) = control.send("GET", "phones/+15550109999")[1]["calls"]
    control.send("POST", f"calls/{leg}/answer")
    control.send("POST", "clock", {"advance_s": 1})

    assert _call(control, leg)["bridged_to"] == sid
    assert _call(control, sid)["bridged_to"] == leg


@pytest.mark.parametrize(
    ("act", "content"), [("digits", {"digits": "1"}), ("speech", {"text": "hello"}), ("hangup", None)]
)
def test_a_call_that_is_over_takes_nothing_more(control: Any, attach: Attach, act: str, content: Any) -> None:
    """409."""
    sid = _dial(control, attach("/hold"))
    control.send("POST", f"calls/{sid}/hangup")

    status, refusal = control.send("POST", f"calls/{sid}/{act}", content)

    assert status == 409
    assert set(refusal) == {"error"}


@pytest.mark.parametrize("act", ["answer", "refuse"])
def test_a_call_that_does_not_ring_cannot_be_picked_up(control: Any, attach: Attach, act: str) -> None:
    """409."""
    sid = _dial(control, attach("/hold"))

    assert control.send("POST", f"calls/{sid}/{act}")[0] == 409


def test_a_number_that_is_nobodys_is_not_found(control: Any) -> None:
    """404 for dialling and for texting, and nothing is left behind."""
    assert control.send("POST", "calls", {"from": PHONE, "to": "+15550100099"})[0] == 404
    assert control.send("POST", "messages", {"from": PHONE, "to": "+15550100099", "body": "hi"})[0] == 404
    assert control.send("GET", f"phones/{PHONE}")[1]["calls"] == []


@pytest.mark.parametrize("path", ["calls/CA0", "calls/CA0/digits", "calls/CA0/hangup", "calls/CA0/answer", "nothing"])
def test_what_is_not_there_is_not_found(control: Any, path: str) -> None:
    """404 with an error in JSON."""
    method = "GET" if path in ("calls/CA0", "nothing") else "POST"

    status, refusal = control.send(method, path, {"digits": "1"} if path.endswith("digits") else None)

    assert status == 404
    assert set(refusal) == {"error"}


def test_a_text_goes_in_and_its_answer_comes_back(control: Any, attach: Attach) -> None:
    """201 with its SID; the phone's inbox shows what it received, with when."""
    number = attach("/hold")

    status, content = control.send("POST", "messages", {"from": PHONE, "to": number, "body": "HELP"})
    control.send("POST", "clock", {"advance_s": 0})
    _, phone = control.send("GET", f"phones/{PHONE}")

    assert status == 201
    assert content["sid"].startswith("SM")
    assert set(phone) == {"number", "calls", "inbox"}
    (text,) = phone["inbox"]
    assert set(text) == {"sid", "from", "body", "at"}
    assert (text["from"], text["at"]) == (number, "2026-01-05T18:00:00.000Z")


def test_a_phone_shows_its_calls_oldest_first(control: Any, attach: Attach) -> None:
    """Those where it is the far end, whoever called; its number may be percent-encoded."""
    number = attach("/hold")
    sids = [_dial(control, number) for _ in range(3)]

    assert control.send("GET", f"phones/{PHONE}")[1]["calls"] == sids
    assert control.send("GET", f"phones/{PHONE.replace('+', '%2B')}")[1]["calls"] == sids


def test_a_phone_never_used_is_empty(control: Any) -> None:
    """Lists without anything, not an error."""
    assert control.send("GET", "phones/+15550123123") == (200, {"number": "+15550123123", "calls": [], "inbox": []})


def test_a_withheld_caller_may_dial(control: Any, attach: Attach) -> None:
    """From may be a word (facts 4.6)."""
    sid = _dial(control, attach("/hold"), from_="anonymous")

    assert _call(control, sid)["from"] == "anonymous"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[]",
        b"null",
        b'{"from": "+15550999111"}',
        b'{"from": 5, "to": "+15550100001"}',
        b'{"from": true, "to": "+15550100001"}',
        b'{"from": "", "to": "+15550100001"}',
        b'{"from": "+1 555", "to": "+15550100001"}',
        b'{"from": "+15550999111", "to": ["+15550100001"]}',
        b'{"from": "+15550999111", "to": "+15550100001", "when": "now"}',
        b'{"from": "\\ud800", "to": "+15550100001"}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_dialling_with_nonsense_is_refused(control: Any, attach: Attach, body: bytes) -> None:
    """400 with an error, and no call."""
    attach("/hold")

    status, refusal = control.send("POST", "calls", body=body)

    assert status == 400
    assert set(refusal) == {"error"}
    assert control.send("GET", f"phones/{PHONE}")[1]["calls"] == []


@pytest.mark.parametrize(
    ("act", "content"),
    [
        ("digits", {"digits": ""}),
        ("digits", {"digits": "hello"}),
        ("digits", {"digits": 1}),
        ("digits", {}),
        ("speech", {"text": "  "}),
        ("speech", {"text": None}),
        ("speech", {"words": "hello"}),
        ("hangup", {"now": True}),
    ],
)
def test_nonsense_for_a_call_is_refused(control: Any, attach: Attach, act: str, content: Any) -> None:
    """400, and the call goes on."""
    sid = _dial(control, attach("/hold"))

    assert control.send("POST", f"calls/{sid}/{act}", content)[0] == 400
    assert _call(control, sid)["status"] != "completed"


@pytest.mark.parametrize("content", [{}, {"from": PHONE, "to": "+15550100001"}, {"from": PHONE, "to": "x", "body": 1}])
def test_texting_nonsense_is_refused(control: Any, content: Any) -> None:
    """400."""
    assert control.send("POST", "messages", content)[0] == 400


def test_another_method_is_refused(control: Any) -> None:
    """405, with the one that works: GET never changes anything."""
    assert control.send("GET", "calls")[0] == 405
    assert control.send("GET", "reset")[0] == 405
    assert control.send("DELETE", "faults")[0] == 405


def test_a_number_without_an_application_apologises(control: Any, client: Client) -> None:
    """The caller hears that something is wrong, the call ends, and the log says 11200 (facts 4.3)."""
    client.incoming_phone_numbers.create(phone_number="+15550100001")

    sid = _dial(control, "+15550100001")

    assert _call(control, sid)["status"] == "completed"
    assert "application error" in _call(control, sid)["heard"][0]["text"]
    assert control.send("GET", "log?after=1")[1][0]["error"] == 11200
