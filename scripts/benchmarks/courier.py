"""The courier: how fast owed texts go out, with a Twilio that takes a tenth of a second for each answer."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from benchmarks import crowd, doubles, station
from benchmarks.figures import BenchError, Figure, Findings, Table, at_least, at_most
from benchmarks.station import StationOrder
from callin.db import engine_for
from callin.models import Call, Caller, Text, TextKind, TextState
from callin.rules.call_states import CallState

LATENCY_S = 0.1
OWED = 5000
MOST_ROUNDS = 3  # of nearly a minute each


def measure(*, folder: Path, rounds: int, is_quick: bool) -> Findings:
    """Return texts a second, and the seconds that 5,000 of them take.

    Args:
        folder: for databases and logs.
        rounds: how often; each of them empties a new outbox.
        is_quick: whether to owe a few only.
    """
    owed = 100 if is_quick else OWED
    seconds = [_clear(owed, folder=folder, number=number) for number in range(min(rounds, MOST_ROUNDS))]
    middle = median(seconds)
    found = Findings()
    found.figures = [
        Figure("texts a second at 100 ms latency", owed / middle, "/s", at_least(100)),
        Figure(f"seconds until {owed} owed texts are out", middle, "s", at_most(60)),
    ]
    rows = [[str(number), f"{took:.1f}", f"{owed / took:.0f}"] for number, took in enumerate(seconds, 1)]
    found.tables.append(Table(f"{owed} owed texts at 100 ms latency", ["round", "seconds", "texts/s"], rows))
    found.notes.append("`callin courier --once`, its start included. Each text reached the double exactly once.")
    return found


def _clear(owed: int, *, folder: Path, number: int) -> float:
    with doubles.running(folder, latency_s=LATENCY_S) as twilio:
        database = f"sqlite:///{folder / f'courier-{number}.db'}"
        order = StationOrder("courier", database, twilio_url=twilio.url)
        station.furnish(order)
        _owe(owed, database=database)
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "callin", "courier", "--once"],
            # A show of five thousand texts is beyond what a station allows itself unasked.
            env=station.environment(order, port=8000) | {"CALLIN_TEXTS_PER_SHOW": str(2 * owed)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode:
            raise BenchError(f"the courier failed: {done.stderr.strip()[-500:]}")
        sent = twilio.counts()["texts"]
    if sent != owed:
        raise BenchError(f"{owed} texts were owed and {sent} sent")
    return seconds


def _owe(owed: int, *, database: str) -> None:
    """So many people who rang are owed an apology each: texts go only to whoever contacted us."""
    now = datetime.now(UTC)
    people = range(1, owed + 1)
    callers = [{"id": n, "phone_number": crowd.phone_number(n), "first_seen_at": now} for n in people]
    calls = [
        {
            "id": n,
            "call_sid": crowd.call_sid(n),
            "caller_id": n,
            "phone_number": crowd.phone_number(n),
            "state": CallState.OVER,
            "arrived_at": now,
        }
        for n in people
    ]
    texts = [
        {
            "call_id": n,
            "caller_id": n,
            "kind": TextKind.APOLOGY_FOR_WAIT,
            "phone_number": crowd.phone_number(n),
            "body": "Sorry you waited 7 minutes to talk to the show. Thank you for calling, and please try us again.",
            "state": TextState.OWED,
            "created_at": now,
            "due_at": now,
        }
        for n in people
    ]
    engine = engine_for(database)
    try:
        with engine.begin() as connection:
            connection.execute(insert(Caller), callers)
            connection.execute(insert(Call), calls)
            connection.execute(insert(Text), texts)
    finally:
        engine.dispose()
