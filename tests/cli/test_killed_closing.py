"""`callin show close` in a process of its own: killed in the middle, and met by another one."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from callin.desk.closing_duty import LEASE_S
from callin.drain import finish_closing
from callin.models import ShowState
from tests.cli.conftest import Studio

CLOSE = [sys.executable, "-m", "callin", "show", "close", "--yes"]
WITHIN_S = 120
# Enough that a closing, seen at the fifth, is not at its end yet.
CALLERS = 40


def until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def sent_home(studio: Studio) -> Counter[str]:
    """How often each caller was asked to go, and was moved."""
    posts = [entry for entry in studio.exchange.log.entries if entry.kind == "rest" and entry.method == "POST"]
    return Counter(entry.call_sid for entry in posts if "/Members/" in entry.url and entry.status == 200)


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
def test_a_killed_closing_is_finished_by_the_courier(on_air: Studio) -> None:
    """Kill -9 in the middle: the courier goes on when the lease has ended, and everybody was sent home once."""
    callers = on_air.ring(CALLERS)
    with subprocess.Popen(CLOSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as closing:
        until(lambda: len(sent_home(on_air)) >= 5)
        closing.send_signal(signal.SIGKILL)
    assert on_air.show().state == ShowState.CLOSING
    assert len(sent_home(on_air)) < CALLERS

    assert not finish_closing(on_air.station)
    clock = on_air.station.clock
    assert finish_closing(replace(on_air.station, clock=lambda: clock() + timedelta(seconds=LEASE_S + 1)))

    assert on_air.show().state == ShowState.CLOSED
    assert on_air.queue_names() == set()
    assert sent_home(on_air) == Counter(callers)


def test_a_second_closing_waits_for_the_first(on_air: Studio) -> None:
    """It says who is at it, and ends well with it, having asked nobody a second time to go."""
    callers = on_air.ring(CALLERS)
    with subprocess.Popen(CLOSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        until(lambda: len(sent_home(on_air)) >= 5)
        os.kill(first.pid, signal.SIGSTOP)  # a machine that is busy: the first does not end before the second comes
        with subprocess.Popen(CLOSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as second:
            assert second.stderr
            told = second.stderr.readline()
            os.kill(first.pid, signal.SIGCONT)
            answer, _rest = second.communicate(timeout=WITHIN_S)
    assert f"is being closed already, by callin show close on {os.uname().nodename}, process {first.pid}" in told
    assert (second.returncode, first.returncode) == (0, 0)
    assert f"is closed; {CALLERS} of {CALLERS} callers were sent home." in answer
    assert sent_home(on_air) == Counter(callers)
