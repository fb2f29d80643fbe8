"""The courier's signs of life: left while it works, however long Twilio keeps it waiting."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from callin.desk import beats
from tests.courier.conftest import EIGHT, Round


def seen(round_: Round) -> object:
    with round_.station.transaction() as session:
        return beats.last_beat(session)


def test_a_round_leaves_a_sign_of_life(round_: Round) -> None:
    """The first round at once, later ones every quarter of a minute: not every second, for each one is a write."""
    assert seen(round_) is None
    round_.courier.round()
    assert seen(round_) == EIGHT
    round_.later(beats.BEAT_EVERY_S - 1)
    round_.courier.round()
    assert seen(round_) == EIGHT
    round_.later(1)
    round_.courier.round()
    assert seen(round_) == round_.now


def test_a_slow_twilio_is_no_dead_courier(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """While texts are being sent, signs of life go on."""
    monkeypatch.setattr(beats, "BEAT_EVERY_S", 0.01)
    slow: Future[None] = Future()

    def beat(*args: object, **more: object) -> None:
        record(*args, **more)  # type: ignore[arg-type]
        slow.set_result(None)

    record = beats.record_beat
    monkeypatch.setattr(beats, "record_beat", beat)
    round_.courier._await([slow])
    assert seen(round_) == EIGHT


def test_two_couriers_share_one_sign(round_: Round) -> None:
    """The second one's beat is the same row."""
    for seconds in (0, 20):
        round_.later(seconds)
        with round_.station.transaction() as session:
            beats.record_beat(session, now=round_.now)
    assert seen(round_) == round_.now
