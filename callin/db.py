"""Engines, sessions and the one transaction of a request; used by the station, the courier and the terminal.

Whoever may change something is alone while they do: every verb reads as if nobody else were there, on both databases.
SQLite has one writer, and would let it in late: SQLAlchemy does not BEGIN before a SELECT there, and two processes can
claim one row; so a transaction begins IMMEDIATE. On PostgreSQL it takes a lock of ours first. Whoever only reads waits
for nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from callin.errors import NotAtOnce

# A webhook has 15 s in all; a caller should not hear silence for more than a few.
BUSY_TIMEOUT_MS = 3_000
# A transaction takes milliseconds. One whose host has been cut off holds our lock until the server gives it up; sooner,
# and a process that is only slow would lose its work.
IDLE_TIMEOUT_MS = 10_000
# Enough for the threads that read; those that write take turns before they take a connection. A PostgreSQL that nobody
# has tuned gives a hundred, to all processes together.
POOL_SIZE = 5
MOST_CONNECTIONS = 20

Sessions = sessionmaker[Session]
_TURN = "turn"
_IS_READING = "callin_is_reading"
IS_SINGLE = "callin_is_single"  # a connection for single statements, of callin/statements.py: nothing is begun
# Any number, but the same in every process; the migrations have one of their own.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(6275547)")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both databases; SQLite alone would give back naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive moments, store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give every moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def engine_for(database_url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Return an engine for SQLite or PostgreSQL that makes transactions safe between processes.

    Args:
        database_url: SQLAlchemy's form, driver included; the settings see to it.
        busy_timeout_ms: how long SQLite waits for somebody else's lock; 0 for a thread that must not be held up.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return _postgres_engine(url)
    is_file = url.database is not None and url.database not in ("", ":memory:")
    if is_file:
        Path(str(url.database)).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": busy_timeout_ms / 1000, "check_same_thread": False},
        pool_size=POOL_SIZE,
        max_overflow=MOST_CONNECTIONS - POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        hide_parameters=True,  # names and numbers have no business in the log of an error
    )
    if is_file:
        event.listen(engine, "do_connect", _make_it_its_owners_alone)
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_timeout_ms=busy_timeout_ms))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sessions_for(engine: Engine) -> Sessions:
    """Return the maker of sessions that a station holds."""
    return sessionmaker(engine, expire_on_commit=False, info={_TURN: threading.RLock()})


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """Give one session in one transaction, alone with it: committed at the end, rolled back if anything is raised."""
    with sessions() as session, turn_at(sessions), session.begin():
        if _dialect_of(session) == "postgresql":
            session.execute(_TAKE_TURN)
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """Give one session that sees one moment, changes nothing, and waits for no writer."""
    with sessions() as session, session.begin():
        if _dialect_of(session) == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            yield session
            return
        connection = session.connection(execution_options={_IS_READING: True})
        try:
            yield session
        finally:
            connection.exec_driver_sql("PRAGMA query_only = OFF")


@contextmanager
def turn_at(sessions: Sessions, *, may_wait: bool = True) -> Iterator[None]:
    """Hold the turn of this process's threads at the one writer there is.

    SQLite lets the waiting poll, and some starve: of 2,000 calls on 32 threads one failed and 1 % waited over two
    seconds; in turns none failed, and 1 % waited 0.4 s. On PostgreSQL a turn saves connections that would only wait.
    Whoever gets no turn in time asks the database all the same.

    Raises:
        NotAtOnce: it is somebody else's turn, and nobody may be waited for.
    """
    turn: threading.RLock = sessions.kw["info"][_TURN]
    has_turn = turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000) if may_wait else turn.acquire(blocking=False)
    if not (has_turn or may_wait):
        raise NotAtOnce("somebody else is writing")
    try:
        yield
    finally:
        if has_turn:
            turn.release()


def _dialect_of(session: Session) -> str:
    return session.get_bind().dialect.name


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            # A host that is cut off hears nothing, not even a refusal: without these it would wait for minutes.
            "connect_timeout": 3,
            "tcp_user_timeout": BUSY_TIMEOUT_MS,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
        },
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=MOST_CONNECTIONS - POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(
        f"SET lock_timeout = {BUSY_TIMEOUT_MS}; SET statement_timeout = {2 * BUSY_TIMEOUT_MS}; "
        f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}; SET tcp_user_timeout = {BUSY_TIMEOUT_MS}"
    )
    connection.autocommit = False


def empty_log(engine: Engine) -> None:
    """What was erased is not in SQLite's write-ahead log either, unless somebody reads just now: then it goes later."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _make_it_its_owners_alone(_dialect: Dialect, _record: Any, arguments: list[Any], _options: Any) -> None:
    """A new database, full of names and numbers soon, is readable by its owner alone; SQLite would ask the umask."""
    path = Path(arguments[0])
    if not path.exists():
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: Any, *, busy_timeout_ms: int) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    if not busy_timeout_ms:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")  # which waits for the disk; whoever may wait does it
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(IS_SINGLE):
        return
    if options.get(_IS_READING):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
