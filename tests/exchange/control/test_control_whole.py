"""The exchange as a whole through the control API: queues, log, clock, faults, reset, and bad input for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.rest import Client

from callin.exchange.clock import RealClock
from callin.exchange.exchange import Exchange
from callin.exchange.server import ExchangeServer

Attach = Callable[[str], str]
FAULTS = {
    "webhook_delay_s": 0,
    "webhook_duplicate": 0,
    "webhook_reorder_s": 0,
    "webhook_lose": 0,
    "rest_429": 0,
    "rest_500": 0,
    "rest_timeout": 0,
    "rest_timeout_after_work": 0,
    "member_gone": 0,
    "lagging_current_size": 0,
    "landlines": [],
    "unreachable": [],
    "system_error_enqueues": 0,
}
POLICIES = {
    "wait_failure_uses_fallback": False,
    "whisper_hangup_result": "bridging-in-process",
    "whisper_failure": "error",
    "star_drops_caller": False,
    "empty_queue_status": "no-answer",
    "missing_queue_status": "failed",
    "dial_queue_extras": False,
    "ghost_fetch": False,
    "delete_nonempty_status": 400,
    "second_member_post": 404,
    "media_auth": True,
    "signature_algorithm": "sha1",
}


def test_queues_show_who_waits_front_first(control: Any, attach: Attach) -> None:
    """Each queue with its size and its members' calls."""
    number = attach("/enqueue")
    sids = [control.send("POST", "calls", {"from": f"+155509990{n}", "to": number})[1]["sid"] for n in range(3)]
    control.send("POST", "clock", {"advance_s": 0})

    _, (queue,) = control.send("GET", "queues")

    assert set(queue) == {"sid", "friendly_name", "current_size", "max_size", "members"}
    assert (queue["friendly_name"], queue["current_size"], queue["max_size"]) == ("line", 3, 1000)
    assert queue["members"] == sids


def test_the_log_has_every_request_and_can_be_read_from_a_place(control: Any, attach: Attach) -> None:
    """Webhooks and REST in order; `after` leaves out what was read before."""
    number = attach("/enqueue")
    sid = control.send("POST", "calls", {"from": "+15550999111", "to": number})[1]["sid"]
    control.send("POST", "clock", {"advance_s": 0})

    _, entries = control.send("GET", "log")
    _, later = control.send("GET", f"log?after={entries[0]['n']}")

    assert [entry["n"] for entry in entries] == list(range(1, len(entries) + 1))
    assert later == entries[1:]
    assert all(
        set(entry) == {"n", "at", "kind", "method", "url", "params", "status", "body", "error", "call_sid"}
        for entry in entries
    )
    assert (entries[0]["kind"], entries[0]["status"]) == ("rest", 201)
    webhook = entries[1]
    assert (webhook["kind"], webhook["method"], webhook["url"]) == ("webhook", "POST", "https://station.test/enqueue")
    assert (webhook["status"], webhook["error"], webhook["call_sid"]) == (200, None, sid)
    assert webhook["params"]["CallSid"] == sid
    assert webhook["body"].startswith("<Response>")


@pytest.mark.parametrize("after", ["x", "-1", "1.5", ""])
def test_a_place_in_the_log_is_a_number(control: Any, after: str) -> None:
    """400 otherwise."""
    assert control.send("GET", f"log?after={after}")[0] == 400


def test_the_clock_moves_as_far_as_told(control: Any) -> None:
    """The answer is the time it is then; fractions count."""
    assert control.send("POST", "clock", {"advance_s": 90}) == (200, {"now": "2026-01-05T18:01:30.000Z"})
    assert control.send("POST", "clock", {"advance_s": 0.25}) == (200, {"now": "2026-01-05T18:01:30.250Z"})
    assert control.send("POST", "clock", {"advance_s": 0}) == (200, {"now": "2026-01-05T18:01:30.250Z"})


@pytest.mark.parametrize(
    "body",
    [
        b'{"advance_s": -1}',
        b'{"advance_s": "30"}',
        b'{"advance_s": null}',
        b'{"advance_s": true}',
        b'{"advance_s": NaN}',
        b'{"advance_s": Infinity}',
        b'{"advance_s": 1e300}',
        b'{"advance_s": 1' + b"0" * 400 + b"}",
        b'{"seconds": 3}',
        b"{}",
        b"30",
        b"{",
    ],
)
def test_the_clock_refuses_nonsense(control: Any, body: bytes) -> None:
    """400, and the time stays."""
    assert control.send("POST", "clock", body=body)[0] == 400
    assert control.send("POST", "clock", {"advance_s": 0})[1]["now"] == "2026-01-05T18:00:00.000Z"


def test_faults_and_policies_are_shown_with_their_defaults(control: Any) -> None:
    """Exactly the names of the design, all faults off."""
    assert control.send("GET", "faults") == (200, FAULTS | POLICIES)


def test_faults_are_set_one_by_one(control: Any) -> None:
    """What is not named stays; the answer is what is in force."""
    control.send("PUT", "faults", {"rest_429": 0.25, "landlines": ["+15550999111"]})
    status, shown = control.send("PUT", "faults", {"webhook_lose": {"status": 0.5}, "media_auth": False})

    assert status == 200
    expected = {"rest_429": 0.25, "landlines": ["+15550999111"], "webhook_lose": {"status": 0.5}, "media_auth": False}
    assert shown == FAULTS | POLICIES | expected
    assert control.send("GET", "faults")[1] == shown


@pytest.mark.parametrize(
    "content",
    [
        {"rest_418": 1},
        {"rest_429": 2},
        {"rest_429": -0.1},
        {"rest_429": "often"},
        {"rest_429": {"status": 1}},
        {"webhook_lose": {"wedding": 1}},
        {"webhook_delay_s": -1},
        {"landlines": "+15550999111"},
        {"landlines": [1]},
        {"lagging_current_size": 1.5},
        {"system_error_enqueues": -1},
        {"star_drops_caller": 1},
        {"second_member_post": 500},
        {"empty_queue_status": "asleep"},
        {"rest_500": 0.5, "rest_418": 1},
        ["rest_429"],
    ],
)
def test_a_fault_that_is_none_changes_nothing(control: Any, content: Any) -> None:
    """400 for an unknown name or an impossible value, and not even the good ones beside it are set."""
    status, refusal = control.send("PUT", "faults", content)

    assert status == 400
    assert set(refusal) == {"error"}
    assert control.send("GET", "faults")[1] == FAULTS | POLICIES


def test_a_reset_forgets_everything_but_the_time(control: Any, attach: Attach, client: Client) -> None:
    """Numbers, calls, queues, texts, log and settings are gone."""
    number = attach("/enqueue")
    sid = control.send("POST", "calls", {"from": "+15550999111", "to": number})[1]["sid"]
    control.send("POST", "messages", {"from": "+15550999111", "to": number, "body": "HELP"})
    control.send("PUT", "faults", {"rest_timeout": 0.5, "webhook_lose": 1})
    control.send("POST", "clock", {"advance_s": 100})

    assert control.send("POST", "reset") == (204, None)

    assert control.send("GET", "log") == (200, [])
    assert control.send("GET", "queues") == (200, [])
    assert control.send("GET", f"calls/{sid}")[0] == 404
    assert control.send("GET", "phones/+15550999111")[1] == {"number": "+15550999111", "calls": [], "inbox": []}
    assert control.send("GET", "faults")[1] == FAULTS | POLICIES
    assert control.send("POST", "clock", {"advance_s": 0})[1]["now"] == "2026-01-05T18:01:40.000Z"
    assert client.incoming_phone_numbers.list() == []
    assert client.calls.list() == client.messages.list() == client.recordings.list() == []


def test_nothing_of_before_a_reset_happens_after_it(control: Any, attach: Attach) -> None:
    """Timers of calls that are gone do not fire."""
    number = attach("/enqueue")
    control.send("POST", "calls", {"from": "+15550999111", "to": number})
    control.send("POST", "clock", {"advance_s": 0})
    control.send("POST", "reset")

    control.send("POST", "clock", {"advance_s": 300})

    assert control.send("GET", "log") == (200, [])


@pytest.fixture
def real_server() -> Iterator[ExchangeServer]:
    """A served exchange whose clock goes by itself."""
    exchange = Exchange(clock=RealClock(speed=100), account_sid="AC" + "1" * 32, auth_token="t")
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    yield server
    server.close()


def test_a_clock_that_goes_by_itself_cannot_be_moved(real_server: ExchangeServer, control: Any) -> None:
    """409."""
    moving = type(control)(real_server.url, control.pool)

    assert moving.send("POST", "clock", {"advance_s": 1})[0] == 409
    assert moving.send("POST", "clock", {"advance_s": -1})[0] == 400
