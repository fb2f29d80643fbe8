"""Single statements: on connections kept ready, seeing the present, and never stale for long."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from callin.db import Sessions, engine_for, sessions_for, transaction
from callin.errors import NotAtOnce
from callin.models import Caller, Show, ShowState
from callin.statements import SEATS, Statements
from tests.desk.conftest import EIGHT

BANNED = select(Caller.ban_reason).where(Caller.phone_number == "+15550100001")
BAN = update(Caller.__table__).where(Caller.ban_reason.is_(None)).values(ban_reason="rude")


@pytest.fixture
def statements(sessions: Sessions) -> Iterator[Statements]:
    """Those of a database with one caller in it."""
    with transaction(sessions) as session:
        session.execute(insert(Caller).values(phone_number="+15550100001", first_seen_at=EIGHT))
    kept = Statements(sessions.kw["bind"], sessions=sessions)
    yield kept
    kept.close()


def test_a_question_sees_what_others_have_just_committed(statements: Statements, sessions: Sessions) -> None:
    """A connection that is kept ready keeps no old moment with it."""
    assert statements.first(BANNED, {}) == (None,)
    with transaction(sessions) as session:
        session.execute(BAN)
    assert statements.first(BANNED, {}) == ("rude",)


def test_a_question_without_an_answer_is_answered_by_nothing(statements: Statements) -> None:
    """No row is None."""
    assert statements.first(BANNED.where(Caller.id < 0), {}) is None


def test_a_change_is_there_for_everybody_and_happens_once(statements: Statements, sessions: Sessions) -> None:
    """A guarded change is committed by itself, and tells whether it still found what it takes for granted."""
    assert statements.change(BAN, {})
    assert not statements.change(BAN, {})
    with transaction(sessions) as session:
        assert session.scalar(BANNED) == "rude"


def test_a_question_does_not_wait_for_somebody_who_writes(statements: Statements, sessions: Sessions) -> None:
    """Reading goes on while a transaction is open, and does not see it."""
    with transaction(sessions) as session:
        session.execute(BAN)
        session.flush()
        assert statements.first(BANNED, {}) == (None,)


def test_moments_and_truths_are_those_of_the_models(statements: Statements, sessions: Sessions) -> None:
    """Values go in and come out as a session would have it, by the same names, though the driver is asked directly."""
    asked = select(Show.opened_at, Show.is_reordered, Show.ends_at.label("end")).where(
        Show.opened_at == bindparam("moment"), Show.is_reordered.is_(False), Show.name == "the show"
    )
    with transaction(sessions) as session:
        session.add(Show(name="the show", state=ShowState.OPEN, queue_name="line", max_queue_size=10, opened_at=EIGHT))
        session.flush()
        told = session.execute(asked, {"moment": EIGHT}).one()
    row = statements.first(asked, {"moment": EIGHT})
    assert row == tuple(told) == (EIGHT, False, None)
    assert row is not None
    assert row.opened_at.utcoffset() == timedelta(0)
    assert row.is_reordered is False
    assert row.end is None


def test_a_change_that_cannot_be_made_in_time_says_that_the_database_is_away(
    statements: Statements, sessions: Sessions
) -> None:
    """What keeps a caller's call alive goes by the kind of the error, not by the driver."""
    engine = sessions.kw["bind"]
    hurry = "PRAGMA busy_timeout = 50" if engine.dialect.name == "sqlite" else "SET lock_timeout = 50; COMMIT"
    event.listen(engine, "checkout", lambda connection, *_: connection.execute(hurry).close())
    with transaction(sessions) as session:
        session.execute(BAN)
        session.flush()
        with pytest.raises(OperationalError) as failed:
            statements.change(BAN, {})
    assert not failed.value.connection_invalidated
    assert "+1555" not in str(failed.value)
    assert not statements.change(BAN, {})  # somebody else did


@pytest.fixture
def hurried(statements: Statements, sessions: Sessions, database_url: str) -> Iterator[Statements]:
    """Those of an event loop, on the same SQLite database."""
    engine = engine_for(database_url, busy_timeout_ms=0)
    yield Statements(engine, sessions=sessions, may_wait=False)
    engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_may_not_wait_reads_and_writes_at_once(hurried: Statements) -> None:
    """While nobody else writes there is nothing to wait for."""
    assert hurried.first(BANNED, {}) == (None,)
    assert hurried.change(BAN, {})
    assert hurried.first(BANNED, {}) == ("rude",)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["a thread of this process", "another process"])
def test_whoever_may_not_wait_for_a_writer_is_told_so(hurried: Statements, database_url: str, who: str) -> None:
    """At once, and nothing was changed; reading goes on meanwhile."""
    others = sessions_for(engine_for(database_url)) if who == "another process" else hurried._sessions
    is_writing, is_enough = threading.Event(), threading.Event()

    def write() -> None:
        with transaction(others) as session:
            session.execute(update(Caller.__table__).values(name="writing"))
            is_writing.set()
            is_enough.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_writing.wait(20)
    began = time.monotonic()
    with pytest.raises(NotAtOnce):
        hurried.change(BAN, {})
    assert hurried.first(BANNED, {}) == (None,)
    assert time.monotonic() - began < 1
    is_enough.set()
    writer.join()
    others.kw["bind"].dispose()
    assert hurried.change(BAN, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_cannot_be_opened_is_left_to_whoever_may_wait(hurried: Statements, database_url: str) -> None:
    """They will hear what is the matter, and say so."""
    path = Path(database_url.removeprefix("sqlite:///"))
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    with pytest.raises(NotAtOnce):
        hurried.first(BANNED, {})


def test_a_statement_that_fails_says_so_and_the_next_one_works(statements: Statements) -> None:
    """A broken statement takes its connection along, and no other."""
    with pytest.raises(DBAPIError):
        statements.first(select(text("no_such_column")), {})
    assert statements.first(BANNED, {}) == (None,)


def test_connections_go_with_their_engine(statements: Statements, sessions: Sessions) -> None:
    """Disposing of the engine leaves nothing open, and a later question connects anew."""
    engine = sessions.kw["bind"]
    statements.first(BANNED, {})
    engine.dispose()
    assert engine.pool.checkedout() == 0
    assert statements.first(BANNED, {}) == (None,)


def test_no_more_connections_are_kept_than_there_are_seats(statements: Statements, sessions: Sessions) -> None:
    """However many threads ask at once, the rest of the pool is left to the transactions."""
    with ThreadPoolExecutor(4 * SEATS) as pool:
        answers = list(pool.map(lambda _n: statements.first(BANNED, {}), range(40 * SEATS)))

    assert set(answers) == {(None,)}
    assert sessions.kw["bind"].pool.checkedout() <= SEATS


def test_a_connection_that_was_cut_off_costs_nobody_an_answer(statements: Statements, sessions: Sessions) -> None:
    """PostgreSQL may end a connection that is kept ready; the question is asked again on another."""
    engine = sessions.kw["bind"]
    if engine.dialect.name != "postgresql":
        return
    statements.first(BANNED, {})
    with sessions_for(engine)() as session:
        ended = session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        )
        assert len(ended.all()) == 1
    assert statements.first(BANNED, {}) == (None,)
