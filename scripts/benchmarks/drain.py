"""Closing time: how long `callin show close` takes to send everyone home, and how often it asks for each of them.

Twilio is a thin double that takes a tenth of a second for every answer and lets one POST in a hundred fail: 429, or 500
before or after the work was done.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import crowd, doubles, station
from benchmarks.figures import BenchError, Chart, Figure, Findings, Table, Target, at_most
from benchmarks.station import StationOrder

LATENCY_S = 0.1
FAULTS = 0.01
TARGETS_S: dict[int, Target | None] = {100: None, 1000: at_most(8), 5000: at_most(35)}
MOST_POSTS = 1.05
MOST_ROUNDS = 3  # of half a minute each
NEXT_QUEUE = {crowd.NEXT_QUEUE_SID: f"{crowd.QUEUE_NAME}-next"}


@dataclass(frozen=True, slots=True)
class _Closing:
    seconds: float
    posts_each: float


def measure(*, folder: Path, rounds: int, is_quick: bool) -> Findings:
    """Return seconds and requests for lines of three lengths.

    Args:
        folder: for databases and logs.
        rounds: of each length, alternated.
        is_quick: whether to close the shortest line alone.
    """
    sizes = [100] if is_quick else list(TARGETS_S)
    seen: dict[int, list[_Closing]] = {size: [] for size in sizes}
    for number in range(min(rounds, MOST_ROUNDS)):
        for size in sizes:
            seen[size].append(_close(size, folder=folder, number=number))
    found = Findings()
    rows = []
    for size, closings in seen.items():
        seconds = median(closing.seconds for closing in closings)
        posts = median(closing.posts_each for closing in closings)
        found.figures += [
            Figure(f"closing with {size} callers", seconds, "s", TARGETS_S[size]),
            Figure(f"member POSTs for each of {size} callers", posts, "", at_most(MOST_POSTS) if size > 100 else None),
        ]
        slowest = max(closing.seconds for closing in closings)
        rows.append([str(size), f"{seconds:.1f}", f"{slowest:.1f}", f"{size / seconds:.0f}", f"{posts:.3f}"])
    headings = ["callers", "seconds (median)", "slowest", "callers/s", "member POSTs each"]
    found.tables.append(Table("Closing at 100 ms latency, 1 % faults", headings, rows))
    found.charts.append(
        Chart(
            "drain",
            "Seconds to send everyone home",
            [(f"{size} callers", float(row[1])) for size, row in zip(sizes, rows, strict=True)],
        )
    )
    found.notes.append("The time is the whole command's, its start included, as somebody at a terminal sees it.")
    return found


def _close(size: int, *, folder: Path, number: int) -> _Closing:
    members = {crowd.QUEUE_SID: [crowd.call_sid(n) for n in range(size)], crowd.NEXT_QUEUE_SID: []}
    queues = {crowd.QUEUE_SID: crowd.QUEUE_NAME, **NEXT_QUEUE}
    with doubles.running(
        folder, queues=queues, members=members, latency_s=LATENCY_S, faults=FAULTS, seed=number
    ) as twilio:
        database = folder / f"drain-{size}-{number}.db"
        order = StationOrder("closing", f"sqlite:///{database}", callers=size, twilio_url=twilio.url)
        station.furnish(order)
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "callin", "show", "close", "--yes", "--json"],
            env=station.environment(order, port=8000),
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode:
            raise BenchError(f"closing with {size} callers failed: {done.stderr.strip()[-500:]}")
        counts = twilio.counts()
    told = len(json.loads(done.stdout)["callers"])
    if told != size:
        raise BenchError(f"closing with {size} callers told of {told}")
    return _Closing(seconds, counts["member_posts"] / size)
