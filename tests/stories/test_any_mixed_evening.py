"""Any evening on which people ring and text in any order: one line, one place a person, one answer a text."""

import contextlib
import random

import pytest

from callin.desk import lineup_reading, places, turns
from callin.desk.lineup import PlaceKind, PlaceState
from callin.desk.standing import standing_of
from callin.errors import NotWaiting
from callin.models import Call, Caller, Text, Texter, TextKind, TextState
from callin.rules.call_states import IN_LINE
from callin.rules.lineup import TEXTERS_IN_LINE
from callin.usher import put_next_up
from tests.stories.conftest import Build
from tests.stories.studio import DJ_PHONE, LISTENER_NUMBER, Studio

PEOPLE = [f"+14155550{number}" for number in range(500, 508)]
BODIES = [
    "hi",
    "hi",
    "hi",
    "hello there",
    "status",
    "leave",
    "topic owls",
    "my cat",
    "?",
    "",
    "👍",
    "stop",
    "start",
    "help",
]
DEEDS = ["text"] * 5 + [
    "ring",
    "ring",
    "hang up",
    "key",
    "notify",
    "remove",
    "move",
    "next up",
    "dj",
    "star",
    "dj leaves",
]
STEPS = 50


def step(studio: Studio, dice: random.Random) -> str:
    """Let somebody do something, and return what it was."""
    number, deed = dice.choice(PEOPLE), dice.choice(DEEDS)
    phone, dj = studio.phone(number), studio.phone(DJ_PHONE)
    match deed:
        case "text":
            deed = f"text {(body := dice.choice(BODIES))}"
            phone.text(LISTENER_NUMBER, body)
        case "ring" if phone.state == "idle":
            studio.rings(number)
        case "hang up" if phone.state != "idle":
            phone.hang_up()
        case "key" if phone.state == "queued":
            phone.press(dice.choice("1*"))
        case "next up" if phone.state == "queued":
            with contextlib.suppress(NotWaiting):
                put_next_up(studio.station, call_sid=phone.calls[-1].sid, actor="paula")
        case "notify" | "remove" | "move":
            _by_hand(studio, dice, deed)
        case "dj" if dj.state == "idle":
            studio.dj_rings()
        case "star" if dj.state == "bridged":
            dj.press("*")
        case "dj leaves" if dj.state != "idle":
            dj.hang_up()
        case _:
            deed = "nothing"
    studio.later(dice.choice([0, 1, 5, 20, 60, 200]))
    return f"{deed} {number}"


def _by_hand(studio: Studio, dice: random.Random, deed: str) -> None:
    held = studio.rows(Texter)
    waiting = studio.rows(Call, Call.state == "waiting")
    if not held or (deed == "move" and not waiting):
        return
    place_id, call_id, now = dice.choice(held).id, dice.choice(waiting).id if waiting else 0, studio.exchange.now()
    with contextlib.suppress(NotWaiting), studio.station.moving_line() as session:
        if deed == "notify":
            turns.notify(session, now=now, texter_id=place_id, actor="paula", turn_s=300)
        elif deed == "remove":
            turns.remove(session, now=now, texter_id=place_id, actor="paula")
        else:
            steps = dice.choice([-2, -1, 1, 3])
            places.move_by(session, now=now, kind=PlaceKind.CALL, place_id=call_id, steps=steps, actor="paula")


def check_line(studio: Studio, deeds: list[str]) -> None:
    """Everybody who waits has a number of their own, from one on, the same by text as on the board."""
    calls = studio.rows(Call, Call.state.in_(IN_LINE))
    held = studio.rows(Texter, Texter.state.in_(TEXTERS_IN_LINE))
    by_text = [texter.caller_id for texter in held]
    assert len(set(by_text)) == len(by_text), deeds
    assert not set(by_text) & {call.caller_id for call in calls}, deeds
    with studio.station.reading() as session:
        lineup = lineup_reading.read_lineup(session, now=studio.exchange.now())
        assert [row.number for row in lineup.line] == list(range(1, len(calls) + len(held) + 1)), deeds
        for row in lineup.line:
            if row.state != PlaceState.MOVING:  # on the way to the front: no longer where it was, not yet there
                holder = session.get_one(Call if row.kind == PlaceKind.CALL else Texter, row.place_id)
                standing = standing_of(session, show_id=holder.show_id, holder=holder)
                assert (standing.place, standing.size) == (row.number, len(lineup.line)), deeds


@pytest.mark.parametrize("seed", range(2))
def test_any_mixed_evening_keeps_everybodys_place(build: Build, seed: int) -> None:
    """However people ring, text and are moved: one place each, every text kept, none answered twice."""
    dice = random.Random(seed)
    studio = build()
    studio.open_show(max_queue_size=6)
    deeds: list[str] = []
    for _ in range(STEPS):
        deeds.append(step(studio, dice))
        check_line(studio, deeds)
    studio.close_show()
    studio.settle()

    received = studio.rows(Text, Text.kind == TextKind.INBOUND)
    answers = [text.answers_id for text in studio.rows(Text, Text.answers_id.is_not(None))]
    assert len(received) == sum(deed.startswith("text ") for deed in deeds)
    assert len(set(answers)) == len(answers)
    assert studio.rows(Texter, Texter.state.in_(TEXTERS_IN_LINE)) == []
    assert studio.rows(Text, Text.state.in_((TextState.OWED, TextState.SENDING))) == []
    out = {caller.id: caller.opted_out_at for caller in studio.rows(Caller) if caller.opted_out_at}
    sent = [text for text in studio.rows(Text, Text.message_sid.is_not(None)) if text.kind != TextKind.INBOUND]
    assert [text.body for text in sent if text.caller_id in out and text.created_at > out[text.caller_id]] == []
