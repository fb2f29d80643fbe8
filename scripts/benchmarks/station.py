"""The station under test: a fresh database with a show and callers in line, and `callin serve` on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crowd, processes
from benchmarks.processes import Server
from callin import migrations
from callin.db import engine_for

# Nobody listens there: what the station owes Twilio fails at once and is not part of what is measured.
NO_TWILIO = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class StationOrder:
    """What a part asks of its station.

    Attributes:
        name: in the reports.
        database_url: in SQLAlchemy's form; the database is made empty before.
        callers: who wait in its line already.
        twilio_url: where it finds Twilio's REST.
        port: where it listens.
        most_streams: how many pages it keeps up to date at once.
    """

    name: str
    database_url: str
    callers: int = 0
    twilio_url: str = NO_TWILIO
    port: int = 0
    most_streams: int = 100


@contextmanager
def serving(order: StationOrder, *, folder: Path) -> Iterator[Server]:
    """Give a station that answers webhooks signed for its own address; courier included, as `callin serve` is."""
    furnish(order)
    port = order.port or processes.free_port()
    command = [sys.executable, "-m", "callin", "serve", "--port", str(port)]
    told = environment(order, port=port)
    with processes.running(order.name, command, port=port, folder=folder, environment=told) as server:
        yield server


def furnish(order: StationOrder) -> None:
    """The database has this version's tables, an open show and its callers."""
    engine = engine_for(order.database_url)
    try:
        migrations.upgrade(engine)
        crowd.take_places(engine, callers=order.callers)
    finally:
        engine.dispose()


def environment(order: StationOrder, *, port: int) -> dict[str, str]:
    """Return all that the station is told."""
    return {
        "TWILIO_ACCOUNT_SID": crowd.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": crowd.AUTH_TOKEN,
        "TWILIO_API_URL": order.twilio_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": order.database_url,
        "SECRET_KEY": "f" * 48,
        "CALLIN_LISTENER_NUMBER": crowd.LISTENER_NUMBER,
        "CALLIN_DJ_LINE": crowd.DJ_LINE,
        "CALLIN_QUEUE_NAME": crowd.QUEUE_NAME,
        "CALLIN_MAX_QUEUE_SIZE": "5000",
        "CALLIN_MAX_STREAMS": str(order.most_streams),
        "LOG_LEVEL": "WARNING",
    }
