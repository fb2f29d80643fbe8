"""Transactions that hold between processes, and moments that keep their time zone."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session

from callin import db
from callin.db import Sessions, engine_for, reading, sessions_for, transaction
from callin.models import Caller, Text, TextKind, TextState

# As SQLite says it, and as PostgreSQL does.
LOCKED = r"locked|lock timeout"
INBOUND = (TextKind.INBOUND, TextState.RECEIVED)  # whoever contacted us may be texted
OWED = (TextKind.APOLOGY_FOR_WAIT, TextState.OWED)
CLAIMER = """
import sys
from datetime import UTC, datetime
from callin import db
from callin.desk import outbox
from callin.rules.sending_limits import SendingLimits
LIMITS = SendingLimits(countries=None, per_show=1000, per_number=1000)
AT = datetime(2030, 1, 1, tzinfo=UTC)
sessions = db.sessions_for(db.engine_for(sys.argv[1]))
sys.stdin.readline()
while True:
    with db.transaction(sessions) as session:
        claimed = outbox.claim_due(session, now=AT, limit=1, lease_s=3600, limits=LIMITS)
    if not claimed:
        break
    print(claimed[0].text_id)
"""


def test_racing_processes_never_claim_one_row_twice(database_url: str, sessions: Sessions) -> None:
    """Six couriers racing for 120 texts get 120 texts, where SQLAlchemy's default lets two have one."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with transaction(sessions) as session:
        session.add_all(
            Text(
                kind=kind,
                phone_number="+15550100",
                body="sorry",
                state=state,
                created_at=now,
                due_at=now,
            )
            for kind, state in [INBOUND, *[OWED] * 120]
        )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    claimed = [line for racer in racers for line in racer.communicate("go\n", timeout=120)[0].split()]
    assert [racer.returncode for racer in racers] == [0] * 6
    assert len(claimed) == 120
    assert len(set(claimed)) == 120


def test_an_error_rolls_everything_back(sessions: Sessions) -> None:
    """Nothing is half-written."""

    def fail_halfway() -> None:
        with transaction(sessions) as session:
            session.add(Caller(phone_number="+15550100", first_seen_at=datetime.now(UTC)))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with transaction(sessions) as session:
        assert session.scalars(select(Caller)).all() == []


def test_a_locked_database_gives_up_in_time_for_a_webhook(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for a lock ends long before Twilio's fifteen seconds, in an error that a door can answer."""
    assert db.BUSY_TIMEOUT_MS <= 5_000
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 20)
    holder, waiter = engine_for(database_url), engine_for(database_url)
    with transaction(sessions_for(holder)) as held:
        held.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match=LOCKED), transaction(sessions_for(waiter)) as session:
            session.execute(text("SELECT 1"))
    holder.dispose()
    waiter.dispose()


def test_a_reader_waits_for_no_writer(sessions: Sessions) -> None:
    """A board reads while a webhook writes, and sees one moment: what is committed when it begins, to its end."""
    now = datetime.now(UTC)
    with reading(sessions) as board:
        assert board.scalars(select(Caller)).all() == []
        with transaction(sessions) as webhook:
            webhook.add(Caller(phone_number="+15550100", first_seen_at=now))
            webhook.flush()
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(_read_callers, sessions).result() == 0
        assert board.scalars(select(Caller)).all() == []
    assert _read_callers(sessions) == 1


def test_a_reader_changes_nothing(sessions: Sessions) -> None:
    """A verb that writes fails where only reading was meant, and the connection writes again afterwards."""
    person = Caller(phone_number="+15550100", first_seen_at=datetime.now(UTC))
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        _add(reading, sessions, person)
    _add(transaction, sessions, Caller(phone_number="+15550100", first_seen_at=datetime.now(UTC)))
    assert _read_callers(sessions) == 1


def test_moments_come_back_aware_and_in_utc(sessions: Sessions) -> None:
    """SQLite alone would give back naive ones."""
    moment = datetime(2026, 3, 6, 21, 0, tzinfo=timezone(timedelta(hours=1)))
    with transaction(sessions) as session:
        session.add(Caller(phone_number="+15550100", first_seen_at=moment))
    with transaction(sessions) as session:
        seen = session.scalars(select(Caller.first_seen_at)).one()
    assert (seen, seen.tzinfo) == (moment, UTC)


def test_a_naive_moment_is_refused(sessions: Sessions) -> None:
    """A time without its zone is a mistake in our code."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  on purpose
    with transaction(sessions) as session, pytest.raises(StatementError, match="time zone"):
        session.scalar(select(Caller.id).where(Caller.first_seen_at == naive))


def test_threads_of_one_process_take_turns(sessions: Sessions) -> None:
    """Only one thread at a time asks for the one writer: left to poll SQLite for it, some would starve."""
    asked = threading.Event()
    engine = sessions.kw["bind"]
    # A new connection waits by itself while it is prepared: here two are ready.
    for ready in [engine.raw_connection(), engine.raw_connection()]:
        ready.close()
    with ThreadPoolExecutor(1) as pool:
        with transaction(sessions) as session:
            session.execute(text("SELECT 1"))
            event.listen(engine, "checkout", lambda *_: asked.set())
            other = pool.submit(_ask_for_callers, sessions)
            assert not asked.wait(0.1)
        other.result()
    assert asked.is_set()


def test_no_turn_is_waited_for_for_ever(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a neighbour that hangs a thread gives up in time to say a polite sentence."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 20)
    engine = engine_for(database_url)
    held = sessions_for(engine)
    with transaction(held) as session, ThreadPoolExecutor(1) as pool:
        session.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match=LOCKED):
            pool.submit(_ask_for_callers, held).result()
    engine.dispose()


def _ask_for_callers(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.scalars(select(Caller)).all()


def _read_callers(sessions: Sessions) -> int:
    with reading(sessions) as session:
        return len(session.scalars(select(Caller)).all())


def _add(kind: Callable[[Sessions], AbstractContextManager[Session]], sessions: Sessions, person: Caller) -> None:
    with kind(sessions) as session:
        session.add(person)
        session.flush()


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads it, nor what SQLite keeps beside it; one that was there stays as it was."""
    (tmp_path / "old.db").touch(mode=0o640)
    for name, mode in (("new.db", 0o600), ("old.db", 0o640)):
        engine = engine_for(f"sqlite:///{tmp_path / name}")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE anything (a)"))
            assert {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{name}*")} == {mode}
        engine.dispose()
