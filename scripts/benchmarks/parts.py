"""The parts of the suite, by name; read by the command. Another part is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import board, courier, drain, startup, wait, waiting
from benchmarks.faults import measure as faults
from benchmarks.figures import Findings


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is put into a run.

    Attributes:
        folder: of its own, for databases and logs.
        rounds: of whatever is compared.
        seconds: of load for each variant in each round.
        seed: of whatever is left to chance.
        is_quick: whether it only shows that all works: short, without Node.js and PostgreSQL; its figures mean nothing.
    """

    folder: Path
    rounds: int = 5
    seconds: float = 4.0
    is_quick: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that can be measured.

    Attributes:
        about: in a line.
        measure: does it.
        is_asked_for: whether it runs only by name.
    """

    about: str
    measure: Callable[[Effort], Findings]
    is_asked_for: bool = False


PARTS = {
    "wait": Part(
        "wait webhooks a second, against the tutorial's application and Express, on SQLite and PostgreSQL",
        lambda effort: wait.measure(
            folder=effort.folder, rounds=effort.rounds, seconds=effort.seconds, is_quick=effort.is_quick
        ),
    ),
    "waiting": Part(
        "50, 500 and 5,000 callers waiting: CPU, tail, errors, memory",
        lambda effort: waiting.measure(
            folder=effort.folder, laps=1 if effort.is_quick else 6, is_quick=effort.is_quick
        ),
    ),
    "board": Part(
        "from webhook to pixels with 1, 50 and 300 pages open, and webhooks meanwhile",
        lambda effort: board.measure(
            folder=effort.folder, seconds=2 if effort.is_quick else 20, is_quick=effort.is_quick
        ),
    ),
    "drain": Part(
        "closing time for 100, 1,000 and 5,000 callers at 100 ms latency and 1 % faults",
        lambda effort: drain.measure(folder=effort.folder, rounds=effort.rounds, is_quick=effort.is_quick),
    ),
    "courier": Part(
        "5,000 owed texts at 100 ms latency",
        lambda effort: courier.measure(folder=effort.folder, rounds=effort.rounds, is_quick=effort.is_quick),
    ),
    "startup": Part(
        "time to the first answer, memory of each process, a rehearsal",
        lambda effort: startup.measure(folder=effort.folder, rounds=effort.rounds, is_quick=effort.is_quick),
    ),
    "faults": Part(
        "200 kills with -9 over both databases, and whether anything was lost or done twice",
        lambda effort: faults.measure(folder=effort.folder, seed=effort.seed, is_quick=effort.is_quick),
        is_asked_for=True,
    ),
    "tests": Part(
        "how long ./scripts/test takes",
        lambda effort: startup.measure_tests(folder=effort.folder),
        is_asked_for=True,
    ),
}
