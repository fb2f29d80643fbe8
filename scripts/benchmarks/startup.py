"""Start-up: seconds from typing a command to its first answer, memory of each process, and a whole rehearsal."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks import processes, station
from benchmarks.figures import BenchError, Figure, Findings, Table, at_most
from benchmarks.processes import ROOT
from benchmarks.station import StationOrder


def measure(*, folder: Path, rounds: int, is_quick: bool) -> Findings:
    """Return how long things take to come up, and what they hold then.

    Args:
        folder: for databases and logs.
        rounds: how often each is started.
        is_quick: whether to leave out the rehearsal.
    """
    found = Findings()
    first_answers, memory = [], dict[str, list[float]]()
    order = StationOrder("start", f"sqlite:///{folder / 'start.db'}")
    station.furnish(order)
    for _ in range(rounds):
        port = processes.free_port()
        told = station.environment(order, port=port)
        command = [sys.executable, "-m", "callin", "serve", "--port", str(port)]
        started = time.monotonic()
        with processes.running("callin serve", command, port=port, folder=folder, environment=told) as server:
            _answer_of(f"http://127.0.0.1:{port}/healthz")
            first_answers.append(time.monotonic() - started)
            for name, mib in server.memory_of_each().items():
                memory.setdefault(f"callin serve, {name}", []).append(mib)
        command = [sys.executable, "-m", "callin", "courier"]
        told["LOG_LEVEL"] = "INFO"
        memory.setdefault("callin courier", []).append(_memory_of(command, told, folder=folder, says="courier started"))
    found.figures.append(Figure("`callin serve` to its first answer", median(first_answers), "s", at_most(1.5)))
    found.figures += [Figure(f"memory of {name}", median(values), "MiB") for name, values in memory.items()]
    bare = median(_seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(rounds))
    found.notes.append(f"Python alone takes {bare:.2f} s to start here.")
    if not is_quick:
        found.figures += _rehearsals(folder)
    rows = [[name, f"{median(values):.0f}"] for name, values in memory.items()]
    found.tables.append(Table("Memory after the start", ["process", "MiB (shared pages counted once)"], rows))
    return found


def _rehearsals(folder: Path) -> list[Figure]:
    """Two in a row: the first sets things up if need be, the second is what one waits for."""
    command = [str(ROOT / "scripts" / "rehearse"), "--once"]
    seconds = []
    for _ in range(2):
        started = time.monotonic()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        seconds.append(time.monotonic() - started)
        if done.returncode:
            raise BenchError(f"the rehearsal differed: {done.stdout[-800:]}{done.stderr[-400:]}")
    return [Figure("./scripts/rehearse --once, second run", seconds[1], "s", at_most(20))]


def measure_tests(*, folder: Path) -> Findings:
    """Return how long ./scripts/test takes, which is minutes: only when asked for.

    Args:
        folder: unused but for its log.
    """
    started = time.monotonic()
    with (folder / "tests.log").open("wb") as log:
        done = subprocess.run([str(ROOT / "scripts" / "test")], stdout=log, stderr=subprocess.STDOUT, check=False)
    seconds = time.monotonic() - started
    if done.returncode:
        raise BenchError(f"the tests failed: {processes.last_words(folder / 'tests.log')}")
    return Findings(figures=[Figure("./scripts/test, second run", seconds, "s")])


def _memory_of(command: list[str], told: dict[str, str], *, folder: Path, says: str) -> float:
    with processes.started("callin courier", command, folder=folder, environment=told) as server:
        give_up_at = time.monotonic() + processes.STARTS_WITHIN_S
        while says not in processes.last_words(server.log):
            if time.monotonic() > give_up_at:
                raise BenchError(f"{server.name} did not start: {processes.last_words(server.log)}")
            time.sleep(0.02)
        return server.memory_mib()


def _answer_of(url: str) -> None:
    with urlopen(url, timeout=processes.STARTS_WITHIN_S) as answer:  # noqa: S310  our own, on loopback
        answer.read()


def _seconds(do: Callable[[], object]) -> float:
    started = time.monotonic()
    do()
    return time.monotonic() - started
