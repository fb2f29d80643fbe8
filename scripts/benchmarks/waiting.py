"""Up to five thousand callers who wait at once, each asked for every ten seconds, on one station with its courier.

Requests fall due by the clock whether or not earlier ones were answered, as Twilio sends them; a late answer is late
from when its request was due. With the largest crowd a hundred boards are open, and somebody new joins every other
second, which all of them show.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import pages, station
from benchmarks.crowd import LOOP_S, Crowd, with_newcomers
from benchmarks.figures import BenchError, Chart, Figure, Findings, Table, at_most
from benchmarks.load import Generator, Load
from benchmarks.station import StationOrder

CROWDS = (50, 500, 5000)
IDLE_S = 5.0
# A request of the largest crowd may cost so much more than one of the middle: else the cost grows with the line.
MOST_GROWTH = 1.25
BOARDS = 100
NEWCOMER_EVERY = 1000  # requests: two seconds of the largest crowd


@dataclass(frozen=True, slots=True)
class _Evening:
    """What one crowd cost.

    Attributes:
        load: what the generator saw.
        share: of one core, all processes of the station.
        idle_share: the same while nobody waited.
        memory_mib: of all its processes, at the end.
    """

    load: Load
    share: float
    idle_share: float
    memory_mib: float

    @property
    def each_us(self) -> float:
        """CPU for one request, without what the station uses anyway."""
        return (self.share - self.idle_share) * self.load.seconds / self.load.answers * 1e6


def measure(*, folder: Path, laps: int, is_quick: bool) -> Findings:
    """Return CPU, tail, errors and memory for crowds of three sizes.

    Args:
        folder: for databases and logs.
        laps: how often every caller is asked for.
        is_quick: whether to take the smallest crowd alone.
    """
    crowds = CROWDS[:1] if is_quick else CROWDS
    evenings = {callers: _evening(callers, folder=folder, laps=laps) for callers in crowds}
    found = Findings()
    rows = [
        [
            str(callers),
            f"{callers / LOOP_S:g}",
            f"{evening.share:.1%}",
            f"{evening.each_us:.0f}",
            f"{evening.load.percentile_ms(0.5):.1f}",
            f"{evening.load.percentile_ms(0.99):.1f}",
            str(sum(evening.load.errors.values())),
            f"{evening.memory_mib:.0f}",
        ]
        for callers, evening in evenings.items()
    ]
    headings = ["callers", "requests/s", "CPU of one core", "µs/request", "p50 ms", "p99 ms", "errors", "memory MiB"]
    found.tables.append(Table(f"Callers waiting with a {LOOP_S} s loop, SQLite, courier included", headings, rows))
    callers, evening = list(evenings.items())[-1]
    found.figures = [
        Figure(f"errors with {callers} waiting", sum(evening.load.errors.values()), "", at_most(0)),
        Figure(f"p99 with {callers} waiting", evening.load.percentile_ms(0.99), "ms", at_most(15)),
        Figure(f"CPU of one core with {callers} waiting", evening.share * 100, "%", at_most(35)),
        Figure(f"memory with {callers} waiting", evening.memory_mib, "MiB", at_most(200)),
    ]
    if len(crowds) > 1:
        growth = evening.each_us / evenings[crowds[-2]].each_us
        found.figures.append(Figure("CPU of a request, 5000 ÷ 500 waiting", growth, "×", at_most(MOST_GROWTH)))
    bars = [(f"{callers} callers", evening.share * 100) for callers, evening in evenings.items()]
    found.charts.append(Chart("waiting", "Share of one core (%) by callers waiting", bars))
    found.notes.append(
        f"With {CROWDS[-1]} callers {BOARDS} boards are open, and somebody joins every other second; with fewer, none."
    )
    return found


def _evening(callers: int, *, folder: Path, laps: int) -> _Evening:
    database = f"sqlite:///{folder / f'{callers}.db'}"
    order = StationOrder(f"{callers} callers", database, callers=callers, most_streams=BOARDS + 10)
    with ExitStack() as stack:
        server = stack.enter_context(station.serving(order, folder=folder))
        public_url = f"http://127.0.0.1:{server.port}"
        people = Crowd(callers, public_url)
        generator = Generator(server.address, expected=b"<Play>")
        warm = generator.closed_loop(people.requests(callers), seconds=60, connections=16)
        if warm.errors:
            raise BenchError(f"{order.name}: {warm.errors} before the measurement")
        idle = server.cpu_s()
        time.sleep(IDLE_S)
        idle_share = (server.cpu_s() - idle) / IDLE_S
        webhooks = people.requests(callers * laps)
        if callers == CROWDS[-1]:
            cookie = pages.signed_in_cookie(public_url, database_url=database)
            stack.enter_context(pages.watching(server.port, count=BOARDS, cookie=cookie))
            webhooks = iter([*with_newcomers(webhooks, every=NEWCOMER_EVERY, first=0, public_url=public_url)])
        used, started = server.cpu_s(), time.monotonic()
        load = Generator(server.address, expected=b"<Response>").open_loop(
            webhooks, per_second=callers / LOOP_S, seconds=LOOP_S * laps
        )
        share = (server.cpu_s() - used) / (time.monotonic() - started)
        return _Evening(load, share, idle_share, server.memory_mib())
