"""The station: settings, database, carrier, documents and clock, wired once; held by the application, the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from callin.carrier import Carrier
from callin.changes import Changes
from callin.clock import Clock, wall_clock
from callin.db import Sessions, engine_for, reading, sessions_for, transaction
from callin.desk import turns
from callin.errors import NotAtOnce
from callin.settings import Settings
from callin.statements import Statements
from callin.text_templates import use_language
from callin.twiml import Documents

EXTENSION = "callin"


@dataclass(frozen=True, slots=True)
class Station:
    """Everything a door needs, by name.

    Attributes:
        may_wait: whether a door may wait for the database; if not, whatever would raises `NotAtOnce`.
    """

    settings: Settings
    engine: Engine
    sessions: Sessions
    carrier: Carrier
    twiml: Documents
    changes: Changes
    statements: Statements
    clock: Clock = wall_clock
    may_wait: bool = True

    def transaction(self) -> AbstractContextManager[Session]:
        """Give one session in one transaction: committed at the end, rolled back if anything is raised."""
        self._expect_to_wait()
        return transaction(self.sessions)

    def reading(self) -> AbstractContextManager[Session]:
        """Give one session that sees one moment, changes nothing, and waits for no writer."""
        self._expect_to_wait()
        return reading(self.sessions)

    @contextmanager
    def moving_line(self) -> Iterator[Session]:
        """Give one session in one transaction in which the line may move.

        At its end a texter whom that has brought to the front is told that it is their turn.
        """
        with self.transaction() as session:
            yield session
            turns.notify_whoever_is_first(session, now=self.clock(), turn_s=self.settings.turn_s)

    def _expect_to_wait(self) -> None:
        if not self.may_wait:
            raise NotAtOnce("a transaction may have to wait")


def station_of(settings: Settings, *, clock: Clock = wall_clock) -> Station:
    """Return the station that these settings describe; nothing is connected yet.

    Args:
        settings: checked.
        clock: tells the moment of everything that is recorded.

    Raises:
        BadDocument: a document of the station's own folder cannot be read.
    """
    use_language(settings.language)
    engine = engine_for(settings.database_url)
    sessions = sessions_for(engine)
    return Station(
        settings=settings,
        engine=engine,
        sessions=sessions,
        carrier=Carrier(settings),
        twiml=Documents(settings),
        changes=Changes(engine),
        statements=Statements(engine, sessions=sessions),
        clock=clock,
    )


def hurried(station: Station) -> Station | None:
    """Return the same station for an event loop, which may not wait for anybody; None if its database is not that near.

    What is read of an SQLite database is in this machine's memory. PostgreSQL is another process, or another machine.

    Args:
        station: whose database is asked.
    """
    if station.engine.dialect.name != "sqlite":
        return None
    engine = engine_for(station.settings.database_url, busy_timeout_ms=0)
    event.listen(station.engine, "engine_disposed", lambda _engine: engine.dispose())
    return replace(station, statements=Statements(engine, sessions=station.sessions, may_wait=False), may_wait=False)


def the_station() -> Station:
    """Return the station of the application in hand."""
    station: Station = current_app.extensions[EXTENSION]
    return station
