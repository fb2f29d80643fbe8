"""Five thousand waiting callers in one process on a clock that goes by itself: the exchange's promise of scale."""

from __future__ import annotations

import threading
import time

from callin.exchange import Exchange, RealClock
from tests.exchange.script import DJ_NUMBER, NUMBER, Asked, Script, waiting

CALLERS = 5000
PATIENCE_S = 60
LOOP_S = 5


def until(claim: object, *, is_so: object) -> None:
    """Wait, in real time, until something is so."""
    assert callable(claim)
    deadline = time.monotonic() + PATIENCE_S
    tick = threading.Event()
    while claim() != is_so:
        assert time.monotonic() < deadline, f"{claim()} instead of {is_so} after {PATIENCE_S} s"
        tick.wait(0.02)


def test_five_thousand_callers_wait_at_once() -> None:
    """Exchange rules, Scale: each asks its wait document every five seconds, and a DJ still gets the first at once."""
    waits: dict[str, list[float]] = {}

    def wait(asked: Asked) -> str:
        waits.setdefault(asked.params["CallSid"], []).append(time.monotonic())
        return f'<Pause length="{LOOP_S}"/>'

    app = Script(waiting(voice='<Enqueue waitUrl="/wait">line</Enqueue>', wait=wait))
    exchange = Exchange(clock=RealClock(), apps={"https://app.test": app})
    try:
        exchange.add_number(NUMBER, voice_url="https://app.test/voice")
        exchange.add_number(DJ_NUMBER, voice_url="https://app.test/dj")
        queue = exchange.create_queue("line", max_size=CALLERS)
        first = exchange.dial("+15551000000", NUMBER)
        until(lambda: len(queue.members), is_so=1)
        for i in range(1, CALLERS):
            exchange.dial(f"+1555{1000000 + i}", NUMBER)
        until(lambda: len(queue.members), is_so=CALLERS)
        # Everybody has been through the loop once: what was due in time has come in time.
        until(lambda: sum(len(times) >= 2 for times in list(waits.values())), is_so=CALLERS)
        late = sorted(times[1] - times[0] - LOOP_S for times in waits.values())
        dj = exchange.dial("+15550199999", DJ_NUMBER)
        until(lambda: dj.bridged_to, is_so=first.sid)
        assert len(queue.members) == CALLERS - 1
        assert late[CALLERS // 2] < 2, "half of the callers wait far beyond their five seconds"
    finally:
        exchange.close()
