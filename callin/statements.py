"""Single statements to the database, each a transaction of its own; used where that is the hot path.

A session's transaction costs a request some 110 µs before its first row and after its last; a statement on a connection
that is kept ready costs 20 (docs/decisions/0017). One statement sees one moment by itself, and
one whose WHERE names all that it takes for granted changes nothing once that no longer holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Row, Select, Update, event
from sqlalchemy.exc import DBAPIError

from callin.db import IS_SINGLE, Sessions, turn_at

# Rows and statements of any columns.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
# So many statements run at one moment; others wait for a seat. Without a limit, thirty threads opened and closed
# connections all the time: the pool keeps no more than eight.
SEATS = 6

_Told = TypeVar("_Told")


class Statements:
    """A few connections of one engine, kept ready; for any number of threads."""

    def __init__(self, engine: Engine, *, sessions: Sessions) -> None:
        """Nothing is connected yet.

        Args:
            engine: of the station's database.
            sessions: whose transactions take turns with what is changed here.
        """
        options: dict[str, Any] = {IS_SINGLE: True}
        if engine.dialect.name != "sqlite":  # there nothing is begun but by us
            options["isolation_level"] = "AUTOCOMMIT"
        self._engine = engine.execution_options(**options)
        self._sessions = sessions
        self._seats = threading.Semaphore(SEATS)
        # Last in, first out: one thread alone always meets the same warm connection.
        self._ready: list[Connection] = []
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def first(self, question: AnySelect, values: Mapping[str, object]) -> AnyRow | None:
        """Return the first row of the answer, or None if there is none.

        Args:
            question: one SELECT.
            values: for its parameters.
        """
        try:
            return self._do(question, values, tell=_first)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # What was kept ready was cut off meanwhile, and so were the others. A question may be repeated.
        self.close()
        return self._do(question, values, tell=_first)

    def change(self, guarded: Update, values: Mapping[str, object]) -> bool:
        """Return whether it changed anything.

        Args:
            guarded: one UPDATE whose WHERE names what it takes for granted: nobody is kept out meanwhile.
            values: for its parameters.
        """
        with turn_at(self._sessions):
            return self._do(guarded, values, tell=_has_changed)

    def close(self) -> None:
        """Nothing is kept ready any more; the next statement connects anew."""
        while connection := self._one_that_is_ready():
            # For good: a disposed pool would take it back, and a dead one would only complain.
            connection.invalidate()
            connection.close()

    def _do(
        self, statement: AnySelect | Update, values: Mapping[str, object], *, tell: Callable[[CursorResult[Any]], _Told]
    ) -> _Told:
        with self._seats:
            connection = self._one_that_is_ready() or self._engine.connect()
            try:
                told = tell(connection.execute(statement, values))
            except BaseException:
                connection.close()
                raise
            self._ready.append(connection)
        return told

    def _one_that_is_ready(self) -> Connection | None:
        try:
            return self._ready.pop()
        except IndexError:  # other threads look here too, so asking first would not help
            return None


def _first(result: CursorResult[Any]) -> AnyRow | None:
    return result.first()


def _has_changed(result: CursorResult[Any]) -> bool:
    return result.rowcount > 0
