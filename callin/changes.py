"""The change signal: wakes whoever waits when the data of the show changed, by whatever process; used by the board.

A token grows with every change that this process notices. Take the token, read the data, wait for another token: what
changed in between wakes at once, and a missed beat costs nothing, for whoever wakes reads the present state.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

# SQLite tells nobody, so its counter is asked; 20 ms cost 5 ms of CPU a second, and only while somebody waits. It grows
# with everything; what of that a board shows is counted by the triggers of migration 0010.
POLL_S = 0.02
# PostgreSQL calls by itself; this is how soon a watcher notices that it is to stop.
LISTEN_S = 0.5
# The triggers of migration 0004 call here.
CHANNEL = "callin_changes"
# Longer only if a lost database is just being asked for.
STOPS_WITHIN_S = 5
FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 2.0

_log = structlog.get_logger(__name__)


class Changes:
    """The signal of one process, for any number of threads; nothing is connected before somebody asks."""

    def __init__(self, engine: Engine) -> None:
        """Nobody waits yet.

        Args:
            engine: of the database to watch; one connection of its own is opened, outside the pool.
        """
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._is_wanted = threading.Event()
        self._stopped = threading.Event()
        self._watcher: threading.Thread | None = None
        self._connection: Any = None
        self._seen_version: int | None = None
        self._seen: int | None = None
        self._token = 0
        self._waiting = 0

    @property
    def token(self) -> int:
        """The number of the newest change; take it before reading what may change."""
        with self._lock:
            self._begin()
            if self._is_sqlite and self._connection is not None:
                # While nobody waits, nobody polls: what was made of an older token must not pass for new.
                try:
                    self._look()
                except self._engine.dialect.loaded_dbapi.Error:
                    self._is_wanted.set()  # the watcher finds it out for itself, and connects anew
            return self._token

    def wait(self, after: int, *, timeout_s: float) -> int:
        """Return the newest token as soon as it is another one, or when time is up, or at once when all stops.

        It changes too when the database is lost and when it is back: whoever wakes finds out by reading.

        Args:
            after: the token that the caller has seen.
            timeout_s: seconds to wait at the most.
        """
        with self._lock:
            self._begin()
            self._waiting += 1
            self._is_wanted.set()
            try:
                self._news.wait_for(lambda: self._token != after or self._stopped.is_set(), timeout_s)
            finally:
                self._waiting -= 1
                if not self._waiting and not self._stopped.is_set():
                    self._is_wanted.clear()
            return self._token

    def stop(self) -> None:
        """Everybody who waits is awake, nobody will wait again, and the connection is closed."""
        with self._lock:
            self._stopped.set()
            self._is_wanted.set()
            self._news.notify_all()
            watcher = self._watcher
        if watcher is not None:
            watcher.join(STOPS_WITHIN_S)

    def _begin(self) -> None:
        if self._watcher is None and not self._stopped.is_set():
            self._watcher = threading.Thread(target=self._watch, name="changes", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        """Watch until stopped, on a new connection each time that one is lost."""
        pause_s = FIRST_RETRY_S
        while not self._stopped.is_set():
            try:
                self._connect()
                pause_s = FIRST_RETRY_S
                self._watch_connection()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error, OSError) as error:
                _log.warning("changes cannot be watched", why=type(error).__name__, again_in_s=pause_s)
                self._tell()
                self._stopped.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_RETRY_S)
            finally:
                self._disconnect()

    def _connect(self) -> None:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()  # the pool may open another in its place
        with self._lock:
            self._connection, self._seen_version, self._seen = connection, None, None  # so the first look tells
            if self._is_sqlite:
                self._look()
                return
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        self._tell()  # nobody knows what changed before

    def _watch_connection(self) -> None:
        if not self._is_sqlite:
            while not self._stopped.is_set():
                for _notice in self._connection.notifies(timeout=LISTEN_S, stop_after=1):
                    self._tell()
            return
        while not self._stopped.wait(POLL_S):
            self._is_wanted.wait()
            with self._lock:
                self._look()

    def _look(self) -> None:
        """SQLite counts what other connections committed, this process's too; our triggers count what a board shows."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._seen_version:
            return
        (number,) = self._connection.execute("SELECT coalesce(max(number), 0) FROM changes").fetchone()
        self._seen_version = version
        if number != self._seen:
            self._seen = number
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            self._token += 1
            self._news.notify_all()

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
