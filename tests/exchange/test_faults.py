"""Every callback fault and the settings themselves: facts 12.6 and the exchange's own rules, under several seeds."""

from __future__ import annotations

from typing import Any

import pytest

from callin.exchange.errors import BadFault
from callin.exchange.faults import Faults
from tests.exchange.script import Desk, waiting


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such_fault": 1},
        {"webhook_lose": 1.5},
        {"webhook_lose": -1},
        {"webhook_lose": True},
        {"webhook_lose": {"wait": 1}},
        {"rest_429": "often"},
        {"rest_429": {"status": 1}},
        {"webhook_delay_s": float("nan")},
        {"system_error_enqueues": 1.5},
        {"lagging_current_size": -1},
        {"landlines": "+15550100"},
        {"landlines": [1]},
        {"star_drops_caller": 1},
        {"star_drops_caller": "yes"},
        {"empty_queue_status": "bored"},
        {"delete_nonempty_status": 200},
        {"media_auth": None},
        {"signature_algorithm": "md5"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(wrong: dict[str, Any]) -> None:
    """Control API: 400 for an unknown name or an impossible value."""
    faults = Faults()
    before = faults.shown()
    with pytest.raises(BadFault):
        faults.change({"ghost_fetch": True, **wrong})
    assert faults.shown() == before


def test_every_setting_has_its_documented_default() -> None:
    """Exchange rules, Faults and Policies: names and defaults."""
    assert Faults().shown() == {
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


def test_settings_add_up_until_they_are_reset() -> None:
    """Exchange rules: a change keeps what it does not name."""
    faults = Faults()
    faults.change({"rest_429": 0.5})
    faults.change({"webhook_lose": {"status": 1}})
    assert (faults.settings.rest_429, faults.shown()["webhook_lose"]) == (0.5, {"status": 1})
    faults.reset()
    assert faults.shown() == Faults().shown()


def test_the_same_seed_throws_the_same_dice() -> None:
    """Exchange rules: seeded, so a failure replays."""
    throws = [[faults.strikes(0.5) for _ in range(50)] for faults in (Faults(4), Faults(4), Faults(5))]
    assert throws[0] == throws[1] != throws[2]


def hung_up(faults: dict[str, Any]) -> Desk:
    """A caller who waited ten seconds and hung up, with these faults in force."""
    desk = Desk(waiting())
    desk.exchange.faults.change(faults)
    call = desk.dial()
    desk.exchange.advance(10)
    desk.exchange.hang_up(call)
    return desk


def test_late_callbacks_come_late_by_kind() -> None:
    """Fault webhook_delay_s: exchange seconds, one value or one per kind; wait requests are never late."""
    desk = hung_up({"webhook_delay_s": {"status": 5, "action": 2}})
    assert desk.app.paths() == ["/voice", "/wait", "/wait"]
    desk.exchange.advance(2)
    assert desk.app.paths()[-1] == "/left"
    desk.exchange.advance(3)
    assert desk.app.paths()[-1] == "/status"


@pytest.mark.parametrize("share", [1, {"action": 1, "status": 1}])
def test_doubled_callbacks_come_twice_with_one_token(share: Any) -> None:
    """Fault webhook_duplicate: the copy has the same idempotency token."""
    desk = hung_up({"webhook_duplicate": share})
    for path in ("/left", "/status"):
        tokens = [asked.headers["i-twilio-idempotency-token"] for asked in desk.app.requests(path)]
        assert len(tokens) == 2
        assert len(set(tokens)) == 1
    assert len(desk.app.requests("/wait")) == 2


def test_the_reply_of_the_second_copy_is_not_executed() -> None:
    """Fault webhook_duplicate: the call runs one document."""
    desk = Desk(waiting(wait="<Leave/>"))
    desk.exchange.faults.change({"webhook_duplicate": {"action": 1}})
    call = desk.dial()
    desk.exchange.advance(10)
    assert desk.app.results() == ["leave", "leave"]
    assert desk.heard(call) == ["After the queue"]


def test_lost_callbacks_never_come() -> None:
    """Fault webhook_lose, by kind: they are not sent, so the log has none."""
    desk = hung_up({"webhook_lose": {"action": 1}})
    assert desk.app.paths() == ["/voice", "/wait", "/wait", "/status"]
    assert len(desk.exchange.log.entries) == 4


def test_reordered_callbacks_overtake_each_other() -> None:
    """Fault webhook_reorder_s: each is late by a chance of its own, so that some arrive in another order."""
    desk = Desk(waiting())
    desk.exchange.faults.change({"webhook_reorder_s": 30})
    for i in range(20):
        desk.exchange.hang_up(desk.dial(f"+155501100{i:02}"))
    desk.exchange.advance(30)
    order = [asked.path for asked in desk.app.asked if asked.path in ("/left", "/status")]
    assert sorted(order) == ["/left"] * 20 + ["/status"] * 20
    assert order != ["/left", "/status"] * 20


def test_reset_forgets_everything_but_the_time() -> None:
    """Control API, reset: numbers, calls, queues, texts, log and settings gone; nothing of them happens later."""
    desk = Desk(waiting())
    desk.dial()
    desk.dj()
    desk.exchange.advance(7)
    now = desk.exchange.now()
    asked = len(desk.app.asked)
    desk.exchange.faults.change({"rest_429": 1})
    desk.exchange.reset()
    desk.exchange.advance(0)
    assert desk.exchange.now() == now
    desk.exchange.advance(100)
    assert len(desk.app.asked) == asked
    kept = (desk.exchange.numbers, desk.exchange.calls, desk.exchange.queues, desk.exchange.log.entries)
    assert not any(kept)
    assert desk.exchange.faults.settings.rest_429 == 0
