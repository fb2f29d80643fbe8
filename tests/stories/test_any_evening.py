"""Any evening at all: people ring, hang up, press keys and are put next up in any order, and the record is true."""

import contextlib
import random

import pytest

from callin.errors import CarrierError, NotWaiting
from callin.models import Call, DjCall, Show, Text
from callin.rules.apologies import is_owed
from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.conftest import Build
from tests.stories.studio import DJ_PHONE, Studio

DJS = (DJ_PHONE, "+14155550198")
LISTENERS = [f"+14155550{number}" for number in range(400, 412)]
STEPS = 60
NOT_OWED = "not owed after all"


def step(studio: Studio, dice: random.Random) -> str:
    """Let somebody do something, and return what it was."""
    number = dice.choice(LISTENERS)
    phone, dj = studio.phone(number), studio.phone(dice.choice(DJS))
    deed = dice.choice(["ring", "ring", "ring", "hang up", "key", "speak", "next up", "dj", "dj", "star", "dj leaves"])
    match deed:
        case "ring" if phone.state == "idle":
            studio.rings(number)
        case "hang up" if phone.state != "idle":
            phone.hang_up()
        case "key" if phone.state != "idle":
            phone.press(dice.choice("1*27"))
        case "speak" if phone.state == "talking":
            phone.say("What I wanted to say is this")
        case "next up" if phone.state == "queued":
            try:
                put_next_up(studio.station, call_sid=phone.calls[-1].sid, actor="producer")
            except NotWaiting:
                deed = "next up (refused)"
        case "dj" if dj.state == "idle":
            studio.dj_rings(dj.number)
        case "star" if dj.state == "bridged":
            dj.press("*")
        case "dj leaves" if dj.state != "idle":
            dj.hang_up()
        case _:
            deed = "nothing"
    studio.later(dice.choice([0, 1, 3, 10, 25, 70]))
    return f"{deed} {number}"


def queue_seconds(studio: Studio, call_sid: str) -> int:
    """Seconds a call spent in queues, by what the exchange told at the end of each stint."""
    stints = {
        entry.url: int(entry.params["QueueTime"])
        for entry in studio.requests("/voice/listener/left")
        if entry.call_sid == call_sid and "QueueTime" in entry.params
    }
    return sum(stints.values())


@pytest.mark.parametrize("seed", range(4))
def test_any_evening_ends_with_a_true_record(build: Build, seed: int) -> None:
    """Every call has one outcome that fits what was heard, its waiting to the second, and a text if one is owed."""
    dice = random.Random(seed)
    studio = build(dj_numbers=DJS)
    studio.open_show(max_queue_size=4)
    deeds = [step(studio, dice) for _ in range(STEPS)]
    studio.close_show()
    studio.settle()
    for number in (*LISTENERS, *DJS):
        if studio.phone(number).state != "idle":
            studio.phone(number).hang_up()
    studio.settle()

    assert [show.state for show in studio.rows(Show)] == ["closed"]
    assert studio.exchange.queues == {}
    assert all(dj.ended_at is not None for dj in studio.rows(DjCall))
    texts = {text.call_id: text for text in studio.rows(Text, Text.purpose == "apology")}
    calls = studio.rows(Call)
    assert {call.call_sid for call in calls} == {
        call.sid for call in studio.exchange.calls.values() if call.from_ in LISTENERS
    }
    for call in calls:
        story = (deeds, call.call_sid, spoken_in(studio, call.call_sid), call.outcome)
        assert call.state == CallState.OVER, story
        assert call.waited_s == queue_seconds(studio, call.call_sid), story
        assert (call.outcome == Outcome.AIRED) == ("(bridge)" in story[2]), story
        assert (call.outcome == Outcome.BLOCKED) == any("our line is full" in said for said in story[2]), story
        owed = is_owed(Outcome(call.outcome), waited_s=call.waited_s, apology_after_s=30)
        # A wait that was first only known by its upper bound may have owed one for a moment.
        fate = (texts[call.id].state, texts[call.id].why) if call.id in texts else ("withheld", NOT_OWED)
        assert fate == (("delivered", None) if owed else ("withheld", NOT_OWED)), story


def spoken_in(studio: Studio, call_sid: str) -> list[str]:
    """What was heard in one call."""
    call = studio.exchange.calls[call_sid]
    return [heard.text or f"({heard.kind})" for heard in call.heard]


def test_the_walk_meets_everything(build: Build) -> None:
    """The evenings above are worth their time: together they meet every usual outcome."""
    studio = build(dj_numbers=DJS)
    studio.open_show(max_queue_size=4)
    dice = random.Random(99)
    for _ in range(4 * STEPS):
        step(studio, dice)
    met = {call.outcome for call in studio.rows(Call) if call.outcome}

    assert met >= {Outcome.AIRED, Outcome.ABANDONED, Outcome.BLOCKED, Outcome.LEFT}


STORM = {
    "webhook_lose": 0.1,
    "webhook_duplicate": 0.3,
    "webhook_reorder_s": 6,
    "rest_429": 0.2,
    "rest_500": 0.05,
    "rest_timeout_after_work": 0.1,
    "member_gone": 0.2,
    "system_error_enqueues": 3,
    "lagging_current_size": 2,
    "star_drops_caller": True,
    "dial_queue_extras": True,
    "ghost_fetch": True,
    "wait_failure_uses_fallback": True,
    "empty_queue_status": "completed",
    "delete_nonempty_status": 409,
    "second_member_post": 400,
}


@pytest.mark.parametrize("seed", range(4))
def test_the_worst_evening_still_ends(database_url: str, seed: int) -> None:
    """Everything goes wrong at once: the show still closes, nobody hangs in a queue or is texted twice a call."""
    dice = random.Random(seed)
    studio = Studio(database_url, dj_numbers=DJS)
    studio.open_show(max_queue_size=4)
    studio.exchange.faults.change(STORM)
    for _ in range(STEPS):
        with contextlib.suppress(CarrierError):
            step(studio, dice)
    report = studio.close_show()
    studio.settle()

    assert not report.left_a_queue
    assert studio.exchange.queues == {}
    assert [show.state for show in studio.rows(Show)] == ["closed"]
    assert {studio.phone(number).state for number in LISTENERS} <= {"idle", "bridged"}
    sent = [text.body for number in LISTENERS for text in studio.phone(number).inbox]
    assert len(sent) <= len({text.call_id for text in studio.rows(Text)})
    assert [call.outcome for call in studio.rows(Call) if call.state == CallState.OVER and call.outcome is None] == []
    assert studio.complaints() == []
    studio.close()
