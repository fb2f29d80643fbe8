"""The change signal: a change by anybody wakes whoever waits, on both databases."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text, update
from structlog.testing import capture_logs

from callin.changes import Changes
from callin.db import Sessions, engine_for, sessions_for, transaction
from callin.desk import shows
from callin.models import Base, Call, Caller

NOW = datetime(2026, 3, 6, 20, tzinfo=UTC)
# All that desk/lineup_reading.py reads but calls: of theirs PostgreSQL hears by the show log, SQLite by columns.
TOLD_OF = (
    "callers",
    "checks",
    "dj_calls",
    "messages",
    "pictures",
    "show_log",
    "shows",
    "text_stops",
    "texters",
    "texts",
)
# A machine that is busy with other tests is slow, not wrong.
PATIENCE_S = 60
STRANGER = """
import sys
from datetime import UTC, datetime
from callin import db
from callin.desk import show_log
with db.transaction(db.sessions_for(db.engine_for(sys.argv[1]))) as session:
    show_log.note(session, at=datetime(2026, 3, 6, 20, tzinfo=UTC), what="waved")
"""


@pytest.fixture
def changes(sessions: Sessions) -> Iterator[Changes]:
    """The signal of this process, watching already."""
    made = Changes(sessions.kw["bind"])
    made.wait(made.token, timeout_s=PATIENCE_S)
    yield made
    made.stop()


def open_show(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        shows.open_show(session, now=NOW, name="Night Owls", queue_name="line", max_queue_size=9)


def test_a_change_in_this_process_wakes_everybody(changes: Changes, sessions: Sessions) -> None:
    """Three hundred threads that wait hear of one transaction of a fourth connection here."""
    before = changes.token
    with ThreadPoolExecutor(300) as pool:
        waiting = [pool.submit(changes.wait, before, timeout_s=PATIENCE_S) for _ in range(300)]
        open_show(sessions)
        assert all(one.result() > before for one in waiting)


def test_a_change_in_another_process_wakes(changes: Changes, database_url: str) -> None:
    """What the courier or another web process writes is heard of too."""
    before = changes.token
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(changes.wait, before, timeout_s=PATIENCE_S)
        subprocess.run([sys.executable, "-c", STRANGER, database_url], check=True, timeout=PATIENCE_S)
        assert waiting.result() > before


def test_what_changed_between_two_waits_is_not_missed(changes: Changes, sessions: Sessions) -> None:
    """A change that came after the token was taken and before the wait began wakes at once."""
    before = changes.token
    open_show(sessions)
    assert changes.wait(before, timeout_s=PATIENCE_S) > before


def test_what_changed_before_the_first_wait_is_not_missed(sessions: Sessions) -> None:
    """Nobody watched yet when the token was taken; whoever waits reads once more, to be sure."""
    changes = Changes(sessions.kw["bind"])
    before = changes.token
    open_show(sessions)
    assert changes.wait(before, timeout_s=PATIENCE_S) > before
    changes.stop()


def test_what_waiting_callers_are_told_wakes_nobody(changes: Changes, sessions: Sessions) -> None:
    """Five thousand of them write eighty times a second: nothing of that is on the board."""
    with transaction(sessions) as session:
        session.add(Call(call_sid="CA1", arrived_at=NOW))
    before = changes.token
    with transaction(sessions) as session:
        session.execute(update(Call).values(waited_s=30, told_place=1, told_at_s=30))
    assert changes.wait(before, timeout_s=0.2) == before


@pytest.mark.parametrize("table", TOLD_OF)
def test_every_table_that_the_board_reads_is_watched(sessions: Sessions, table: str) -> None:
    """Whichever verb writes there, and whatever a later migration makes of the table: SQLite copies some."""
    engine = sessions.kw["bind"]
    is_sqlite = engine.dialect.name == "sqlite"
    asked = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name AND sql LIKE '%INTO changes%'"
        if is_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass) AND tgname = 'tell_of_change'"
    )
    with transaction(sessions) as session:
        assert session.scalar(text(asked), {"name": table}) == (3 if is_sqlite else 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_of_a_call_is_watched_but_what_wait_requests_write(changes: Changes, sessions: Sessions) -> None:
    """A column that a later migration adds counts too, or is named here."""
    with transaction(sessions) as session:
        asked = "SELECT sql FROM sqlite_master WHERE name = 'count_update_calls'"
        counted = set(re.findall(r"\w+", session.scalars(text(asked)).one().partition(" ON ")[0]))
        session.add(Call(call_sid="CA1", arrived_at=NOW))
    columns = {column.name for column in Base.metadata.tables["calls"].columns}
    assert columns - counted == {
        "id",
        "waited_s",
        "told_place",
        "told_at_s",
        "told_low_min",
        "told_high_min",
        "told_late",
    }
    for column in ("topic", "state"):
        before = changes.token
        with transaction(sessions) as session:
            session.execute(update(Call).values({column: "next_up"}))
        assert changes.wait(before, timeout_s=PATIENCE_S) > before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_empty_count_begins_anew(changes: Changes, sessions: Sessions) -> None:
    """Whoever empties every table of a database has not made the board deaf."""
    open_show(sessions)
    with transaction(sessions) as session:
        session.execute(text("DELETE FROM changes"))
    before = changes.token
    with transaction(sessions) as session:
        session.add(Caller(phone_number="+15550100", first_seen_at=NOW))
    assert changes.wait(before, timeout_s=PATIENCE_S) > before


def test_nothing_wakes_while_nothing_changes(changes: Changes, sessions: Sessions) -> None:
    """A transaction that only read, and one that was rolled back, are no change."""
    before = changes.token
    with transaction(sessions) as session:
        shows.current_show(session)
    with suppress(RuntimeError), transaction(sessions) as session:
        session.add(Caller(phone_number="+15550100", first_seen_at=NOW))
        session.flush()
        raise RuntimeError
    assert changes.wait(before, timeout_s=0.2) == before


def test_stopping_wakes_all_and_leaves_nothing(changes: Changes) -> None:
    """On SIGTERM no stream holds the server up, and the thread is gone."""
    before = changes.token
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(changes.wait, before, timeout_s=600) for _ in range(20)]
        changes.stop()
        assert {one.result() for one in waiting} == {before}
    assert changes.wait(before, timeout_s=600) == before
    changes._watcher.join(PATIENCE_S)
    assert not changes._watcher.is_alive()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_lost_database_is_watched_again(changes: Changes, sessions: Sessions) -> None:
    """The server ends our connection: everybody wakes to find out, and changes after it came back are heard of."""
    before = changes.token
    with capture_logs() as lines, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(changes.wait, before, timeout_s=PATIENCE_S)
        with transaction(sessions) as session:
            session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
        lost = waiting.result()
        again = changes.wait(lost, timeout_s=PATIENCE_S)
        assert before < lost < again
    assert "changes cannot be watched" in [line["event"] for line in lines]
    open_show(sessions)
    assert changes.wait(again, timeout_s=PATIENCE_S) > again


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_token_is_right_while_nobody_waits(changes: Changes, sessions: Sessions) -> None:
    """SQLite is not polled for nobody, yet what was made of an older token never passes for new."""
    before = changes.token
    open_show(sessions)
    assert changes.token > before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_is_heard_within_a_twentieth_of_a_second(database_url: str) -> None:
    """Polling every 20 ms is enough for the 300 ms in which two producers see each other's changes."""
    engine = engine_for(database_url)
    changes, heard = Changes(engine), []
    changes.wait(changes.token, timeout_s=PATIENCE_S)
    for number in range(9):
        before = changes.token
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda before=before: (changes.wait(before, timeout_s=PATIENCE_S), time.monotonic()))
            with transaction(sessions_for(engine)) as session:
                session.add(Caller(phone_number=f"+1555010{number}", first_seen_at=NOW))
            changed_at = time.monotonic()
            heard.append(waiting.result()[1] - changed_at)
    changes.stop()
    engine.dispose()
    assert sorted(heard)[2] < 0.05  # the others may have met a busy machine
