"""Single statements: on connections kept ready, seeing the present, and never stale for long."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from callin.db import Sessions, sessions_for, transaction
from callin.models import Caller
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
