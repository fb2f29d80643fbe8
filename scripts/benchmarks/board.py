"""The board: from a webhook to the pixels of a real browser, with 1, 50 and 300 pages open, and webhooks meanwhile."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import pages, station
from benchmarks.crowd import Crowd, Newcomer, with_newcomers
from benchmarks.figures import BenchError, Chart, Figure, Findings, Table, at_most
from benchmarks.load import Generator, Load
from benchmarks.pages import Watchers
from benchmarks.station import StationOrder

# How many pages are open, and by when the change is to be seen.
TARGETS_MS = {1: at_most(100), 50: None, 300: at_most(300)}
CALLERS = 60
EVENTS = 12
PER_SECOND = 100
BETWEEN_S = 0.7


@dataclass(frozen=True, slots=True)
class _Evening:
    """What was seen with so many pages open, in milliseconds after the webhook was sent."""

    painted_ms: list[float]
    heard_ms: list[float]
    load: Load


def measure(*, folder: Path, seconds: float, is_quick: bool) -> Findings:
    """Return how soon a new caller is seen, and how webhooks fare meanwhile.

    Args:
        folder: for databases and logs.
        seconds: of webhooks while the pages are open.
        is_quick: whether to open a few pages alone.
    """
    sizes = [3] if is_quick else list(TARGETS_MS)
    found, rows = Findings(), []
    for size in sizes:
        evening = _evening(size, folder=folder, seconds=seconds, events=2 if is_quick else EVENTS)
        seen = median(evening.painted_ms)
        target = TARGETS_MS.get(size)
        p99 = evening.load.percentile_ms(0.99)
        found.figures += [
            Figure(f"webhook to pixels, {size} pages open", seen, "ms", target),
            Figure(f"webhook p99, {size} pages open", p99, "ms"),
        ]
        heard = f"{median(evening.heard_ms):.0f}" if evening.heard_ms else ""
        errors = str(sum(evening.load.errors.values()))
        rows.append([str(size), f"{seen:.0f}", f"{max(evening.painted_ms):.0f}", heard, f"{p99:.1f}", errors])
    headings = ["pages", "to pixels, ms", "slowest", "last stream, ms", "webhook p99, ms", "errors"]
    found.tables.append(Table(f"A caller joins: seen on the board ({CALLERS} in line)", headings, rows))
    found.charts.append(
        Chart("board", "Milliseconds from webhook to pixels", [(f"{row[0]} pages", float(row[1])) for row in rows])
    )
    found.notes.append(
        "One page is a real browser's, the others are streams of their own. "
        f"Webhooks: {PER_SECOND} a second, each hundredth a new caller that every page shows."
    )
    return found


def _evening(size: int, *, folder: Path, seconds: float, events: int) -> _Evening:
    database = f"sqlite:///{folder / f'board-{size}.db'}"
    order = StationOrder(f"{size} pages", database, callers=CALLERS, most_streams=size + 10)
    with ExitStack() as stack:
        server = stack.enter_context(station.serving(order, folder=folder))
        public_url = f"http://127.0.0.1:{server.port}"
        cookie = pages.signed_in_cookie(public_url, database_url=database)
        page = stack.enter_context(pages.board_in_browser(public_url, cookie=cookie))
        watchers: Watchers | None = None
        if size > 1:
            watchers = stack.enter_context(pages.watching(server.port, count=size - 1, cookie=cookie))
        painted, heard = [], []
        for number in range(events):
            newcomer = Newcomer(number, public_url)
            _send(server.address, newcomer.rings)
            sent_at = time.time()
            _send(server.address, newcomer.joins)
            painted.append((pages.painted_at(page, newcomer.name) - sent_at) * 1000)
            if watchers is not None:
                heard.append((watchers.all_heard(newcomer.name) - sent_at) * 1000)
            time.sleep(BETWEEN_S)
        waits = Crowd(CALLERS, public_url).requests(int(PER_SECOND * seconds))
        webhooks = list(with_newcomers(waits, every=PER_SECOND, first=events, public_url=public_url))
        load = Generator(server.address, expected=b"<Response>").open_loop(
            iter(webhooks), per_second=PER_SECOND, seconds=seconds
        )
    if load.errors:
        raise BenchError(f"{size} pages open: {load.errors}")
    return _Evening(painted, heard, load)


def _send(address: tuple[str, int], request: bytes) -> None:
    load = Generator(address, expected=b"<Response>").closed_loop(iter([request]), seconds=5, connections=1)
    if load.errors:
        raise BenchError(f"a caller could not join: {load.errors}")
