"""`callin serve` with several processes that answer, and several stations on one database."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.serving import Serving, until


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
