"""Single statements to the database, each a transaction of its own; used where that is the hot path.

A session's transaction costs a request some 110 µs before its first row and after its last, and SQLAlchemy takes 65 for
each statement. On a connection that is kept ready, with the statement spelled out once, both are saved
(docs/decisions/0017). One statement sees one moment by itself, and one whose WHERE names all that it takes for granted
changes nothing once that no longer holds.
"""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Select, Update, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from callin.db import IS_SINGLE, Sessions, turn_at
from callin.errors import NotAtOnce

# Rows and statements of any columns; a row is a named tuple.
AnyRow = Any
AnySelect = Select[*tuple[Any, ...]]
# So many statements run at one moment; others wait for a seat. Without a limit, thirty threads opened and closed
# connections all the time: the pool keeps no more than eight.
SEATS = 6

_Told = TypeVar("_Told")
_Name = TypeVar("_Name")
_Turns = Callable[[Any], Any]


class Statements:
    """A few connections of one engine, kept ready; for any number of threads."""

    def __init__(self, engine: Engine, *, sessions: Sessions, may_wait: bool = True) -> None:
        """Nothing is connected yet.

        Args:
            engine: of the station's database.
            sessions: whose transactions take turns with what is changed here.
            may_wait: whether to wait for others; if not, the engine does not either, and `NotAtOnce` is raised instead.
        """
        options: dict[str, Any] = {IS_SINGLE: True}
        if engine.dialect.name != "sqlite":  # there nothing is begun but by us
            options["isolation_level"] = "AUTOCOMMIT"
        self._engine = engine.execution_options(**options)
        self._sessions = sessions
        self._may_wait = may_wait
        self._seats = threading.Semaphore(SEATS)
        # Last in, first out: one thread alone always meets the same warm connection.
        self._ready: list[Connection] = []
        self._spelled: dict[AnySelect | Update, _Spelled] = {}
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def first(self, question: AnySelect, values: Mapping[str, object]) -> AnyRow | None:
        """Return the first row of the answer, or None if there is none.

        Args:
            question: one SELECT, made once: how it is spelled is kept as long as these statements are.
            values: for its parameters.
        """
        try:
            return self._do(question, values, tell=_Spelled.first)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # What was kept ready was cut off meanwhile, and so were the others. A question may be repeated.
        self.close()
        return self._do(question, values, tell=_Spelled.first)

    def change(self, guarded: Update, values: Mapping[str, object]) -> bool:
        """Return whether it changed anything.

        Args:
            guarded: one UPDATE, made once, whose WHERE names what it takes for granted: nobody is kept out meanwhile.
            values: for its parameters.
        """
        with turn_at(self._sessions, may_wait=self._may_wait):
            return self._do(guarded, values, tell=_Spelled.has_changed)

    def close(self) -> None:
        """Nothing is kept ready any more; the next statement connects anew."""
        while connection := self._one_that_is_ready():
            # For good: a disposed pool would take it back, and a dead one would only complain.
            connection.invalidate()
            connection.close()

    def _do(
        self, statement: AnySelect | Update, values: Mapping[str, object], *, tell: Callable[[_Spelled, Any], _Told]
    ) -> _Told:
        spelled = self._spelled.get(statement)
        if spelled is None:
            spelled = self._spelled[statement] = _Spelled(statement, dialect=self._engine.dialect)
        with self._seats:
            connection = self._one_that_is_ready() or self._one_more()
            try:
                cursor = connection.connection.cursor()
                cursor.execute(spelled.words, spelled.parameters(values))
                told = tell(spelled, cursor)
                cursor.close()
            except self._engine.dialect.loaded_dbapi.Error as error:
                told_error = self._given_up(connection, error, words=spelled.words)
                raise told_error if self._may_wait else NotAtOnce(str(told_error)) from error
            except BaseException:
                connection.close()
                raise
            self._ready.append(connection)
        return told

    def _given_up(self, connection: Connection, error: Any, *, words: str) -> BaseException:
        """The connection is not kept; return the driver's error as SQLAlchemy would raise it."""
        dialect = self._engine.dialect
        is_cut = dialect.is_disconnect(error, connection.connection, None)
        if is_cut:
            connection.invalidate()
        connection.close()
        told: BaseException = DBAPIError.instance(
            words,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_cut,
            dialect=dialect,
        )
        return told

    def _one_more(self) -> Connection:
        try:
            return self._engine.connect()
        except SQLAlchemyError as error:
            if self._may_wait:
                raise
            raise NotAtOnce(str(error)) from error

    def _one_that_is_ready(self) -> Connection | None:
        try:
            return self._ready.pop()
        except IndexError:  # other threads look here too, so asking first would not help
            return None


class _Spelled:
    """One statement as the driver takes it, with what turns our values into its own and back: done once, not each time.

    Parameters that are spread out into several (`IN` of a list) cannot be told so early, and are not for here.
    """

    __slots__ = ("_bind", "_given", "_in_order", "_read", "_row", "words")

    def __init__(self, statement: AnySelect | Update, *, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self.words = str(compiled)
        self._given: dict[str, object] = dict(compiled.params)
        self._in_order: list[str] | None = compiled.positiontup if compiled.positional else None
        self._bind = _found(
            (name, parameter.type.dialect_impl(dialect).bind_processor(dialect))
            for name, parameter in compiled.binds.items()
        )
        self._read = _found(
            (index, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for index, column in enumerate(columns)
        )
        names = [column.key or "" for column in columns]
        row_type: Any = namedtuple("row_type", names, rename=True)  # type: ignore[misc]  # they are known at run time
        self._row = row_type._make

    def parameters(self, values: Mapping[str, object]) -> Any:
        """Return what goes to the driver beside the words."""
        given = {**self._given, **values}
        for name, bound in self._bind:
            given[name] = bound(given[name])
        return given if self._in_order is None else [given[name] for name in self._in_order]

    def first(self, cursor: Any) -> AnyRow | None:
        """Return the first row of the answer, or None."""
        found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
        for index, read in self._read:
            row[index] = read(row[index])
        told: AnyRow = self._row(row)
        return told

    def has_changed(self, cursor: Any) -> bool:
        """Return whether a change found anything."""
        return bool(cursor.rowcount > 0)


def _found(named: Iterable[tuple[_Name, _Turns | None]]) -> list[tuple[_Name, _Turns]]:
    """Return those that have something to be turned."""
    return [(name, turns) for name, turns in named if turns is not None]
