"""`callin serve` with several processes that answer, and several stations on one database."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

WITHIN_S = 120


class Serving:
    """One `callin serve` of several workers."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callin", "serve", "--port", "0", *words],
            env=os.environ | {"LOG_LEVEL": "INFO"},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.said, found = "", None
        while found is None:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
            found = re.search(r"listening on (http://[0-9.:]+) ", line)
        self.url = found.group(1)

    def answers(self) -> bool:
        """Whether a new connection is answered, by whichever worker."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=10) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False

    def workers(self) -> set[int]:
        """The processes that answer; Linux says which were forked by the parent."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(child) for child in children}

    def stop(self, number: int = signal.SIGTERM) -> str:
        os.killpg(self.process.pid, number)
        _, rest = self.process.communicate(timeout=WITHIN_S)
        return self.said + rest


@pytest.fixture
def serving(environment: pytest.MonkeyPatch) -> Iterator[list[Serving]]:
    """Whatever the test starts is gone afterwards."""
    started: list[Serving] = []
    yield started
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.communicate(timeout=WITHIN_S)


def until(is_so) -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_a_dead_worker_is_replaced(serving: list[Serving]) -> None:
    """Kill -9 of one: the others answer meanwhile, and soon there are as many as before."""
    serving.append(Serving("--workers", "2", "--no-courier"))
    (one,) = serving
    until(lambda: one.answers() and len(one.workers()) == 2)
    dead = min(one.workers())
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(one.workers() - {dead}) == 2)
    assert all(one.answers() for _ in range(8))
    said = one.stop()
    assert one.process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
def test_several_stations_share_one_database(serving: list[Serving]) -> None:
    """Two servers of two workers each start at once: all answer, and each server has one courier."""
    with ThreadPoolExecutor(2) as pool:
        serving.extend(pool.map(lambda _number: Serving("--workers", "2"), range(2)))
    for one in serving:
        until(one.answers)
        until(lambda one=one: len(one.workers()) == 2)
    for one in serving:
        said = one.stop()
        assert one.process.returncode == 0, said
        assert said.count("courier started") == said.count("courier stopped") == 1
        assert "Traceback" not in said
