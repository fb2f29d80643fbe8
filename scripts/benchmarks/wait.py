"""The wait webhook: requests a second, tail, CPU and memory, against the tutorial's application and Express.

All servers run at once and are asked in turn, round after round, so that whatever the machine does to one it does to
all; what counts is the ratio within a round.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import postgres, rivalry, station
from benchmarks.crowd import Crowd
from benchmarks.figures import BenchError, Chart, Figure, Findings, Table, at_least
from benchmarks.load import CONNECTIONS, Generator, Load
from benchmarks.processes import Server
from benchmarks.station import StationOrder

CALLERS = 512
# Requests that are made ready for a second of a first round; later ones go by what was answered before.
READY_PER_S = 8000

CALLIN, CALLIN_PG = "callin, SQLite", "callin, PostgreSQL"
TUTORIAL, CHECKED = "tutorial", "tutorial + vendor's check"
EXPRESS, EXPRESS_DB = "Express + check", "Express + check + SQLite"


@dataclass(slots=True)
class _Variant:
    """One server and what the rounds measured of it."""

    server: Server
    crowd: Crowd
    loads: list[Load] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    memory_mib: float = 0.0

    def median_of(self, what: Callable[[Load], float]) -> float:
        return median(what(load) for load in self.loads)


def measure(*, folder: Path, rounds: int, seconds: float, is_quick: bool) -> Findings:
    """Return how the station compares.

    Args:
        folder: for databases and logs.
        rounds: of all variants, alternated.
        seconds: of load for each variant in each round.
        is_quick: whether to leave out what needs Node.js or PostgreSQL.
    """
    with ExitStack() as stack:
        variants: dict[str, _Variant] = {}

        def add(server: Server) -> None:
            public_url = f"http://127.0.0.1:{server.port}"
            variants[server.name] = _Variant(server, Crowd(CALLERS, public_url))

        sqlite = StationOrder(CALLIN, f"sqlite:///{folder / 'callin.db'}", callers=CALLERS)
        add(stack.enter_context(station.serving(sqlite, folder=folder)))
        add(stack.enter_context(rivalry.tutorial(TUTORIAL, application="plain", folder=folder)))
        add(stack.enter_context(rivalry.tutorial(CHECKED, application="checked", folder=folder)))
        if not is_quick:
            database = stack.enter_context(postgres.running(folder))
            order = StationOrder(CALLIN_PG, database.new_database("wait"), callers=CALLERS)
            add(stack.enter_context(station.serving(order, folder=folder)))
            add(stack.enter_context(rivalry.express(EXPRESS, with_database=False, folder=folder)))
            add(stack.enter_context(rivalry.express(EXPRESS_DB, with_database=True, folder=folder)))
        for variant in variants.values():
            _ask(variant, seconds=min(1.0, seconds))  # warm, and not counted
        for number in range(rounds):
            turn = list(variants.values())
            for variant in turn[number % len(turn) :] + turn[: number % len(turn)]:
                cpu = variant.server.cpu_s()
                load = _ask(variant, seconds=seconds)
                variant.cpu_us.append((variant.server.cpu_s() - cpu) / load.answers * 1e6)
                variant.loads.append(load)
        for variant in variants.values():
            variant.memory_mib = variant.server.memory_mib()
    return _findings(variants)


def _ask(variant: _Variant, *, seconds: float) -> Load:
    likely = [2 * load.per_second for load in variant.loads]
    requests = variant.crowd.requests(int(seconds * max(likely, default=READY_PER_S)) + CONNECTIONS)
    load = Generator(variant.server.address, expected=b"<Play>").closed_loop(requests, seconds=seconds)
    if load.errors or not load.answers:
        raise BenchError(f"{variant.server.name}: {load.answers} right answers, and {load.errors}")
    return load


def _per_second(load: Load) -> float:
    return load.per_second


def _own_share(load: Load) -> float:
    return load.own_share


def _findings(variants: dict[str, _Variant]) -> Findings:
    def ratio(name: str, other: str) -> float:
        pairs = zip(variants[name].loads, variants[other].loads, strict=True)
        return median(ours.per_second / theirs.per_second for ours, theirs in pairs)

    found = Findings()
    targets = (
        (CALLIN, CHECKED, 3.0),
        (CALLIN, EXPRESS, 1.0),
        (CALLIN, EXPRESS_DB, 1.2),
        (CALLIN_PG, EXPRESS, 0.8),
    )
    for name, other, target in targets:
        if name in variants and other in variants:
            found.figures.append(
                Figure(f"{name} ÷ {other}, requests a second", ratio(name, other), "×", at_least(target))
            )
    rows = [
        [
            name,
            f"{variant.median_of(_per_second):.0f}",
            f"{ratio(name, TUTORIAL):.2f}",
            f"{variant.median_of(lambda load: load.percentile_ms(0.5)):.1f}",
            f"{variant.median_of(lambda load: load.percentile_ms(0.99)):.1f}",
            f"{median(variant.cpu_us):.0f}",
            f"{variant.memory_mib:.0f}",
            f"{variant.median_of(_own_share):.0%}",
        ]
        for name, variant in variants.items()
    ]
    headings = ["server", "requests/s", "÷ tutorial", "p50 ms", "p99 ms", "CPU µs/request", "memory MiB", "generator"]
    found.tables.append(Table(f"Wait webhook, {CONNECTIONS} connections", headings, rows))
    bars = [(name, variant.median_of(_per_second)) for name, variant in variants.items()]
    found.charts.append(Chart("wait", f"Wait webhooks a second at {CONNECTIONS} connections", bars))
    return found
