"""The migrations and the models describe the same tables."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from callin import migrations
from callin.db import engine_for
from callin.models import Base


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'callin.db'}"
        return
    with request.getfixturevalue("postgres").database(is_empty=True) as url:
        yield url


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = engine_for(empty_url)
    yield engine
    engine.dispose()


def test_up_down_up_leaves_every_table(engine: Engine) -> None:
    """Every step works in both directions."""
    migrations.upgrade(engine)
    migrations.downgrade(engine, revision="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_migrated_tables_equal_the_models(engine: Engine) -> None:
    """Nothing is in a model that no migration makes, nor the reverse."""
    migrations.upgrade(engine)
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert difference == []


def test_rows_survive_every_step(engine: Engine) -> None:
    """What a station has on record is still there after each upgrade, and after the way back."""
    migrations.upgrade(engine, revision="0001")
    with engine.begin() as connection:
        for statement in (
            (
                "INSERT INTO shows (id, name, state, queue_name, max_queue_size, opened_at, revision, talks, talk_s, "
                "abandonments, waited_s, past_talks, past_talk_s, past_abandonments, past_waited_s) "
                "VALUES (1, 'Owls', 'closed', 'line', 9, '2026-01-01 20:00:00', 0, 0, 0, 0, 0, 0, 0, 0, 0)"
            ),
            (
                "INSERT INTO calls (id, call_sid, show_id, state, arrived_at, witness, stints, stints_counted, "
                "waited_before_s, waited_s, told_at_s, told_late) "
                "VALUES (7, 'CA7', 1, 'over', '2026-01-01 20:00:00', 0, 0, 0, 0, 40, 0, FALSE)"
            ),
            (
                "INSERT INTO texts (id, show_id, call_id, kind, phone_number, body, state, created_at, due_at, "
                "attempts) VALUES (3, 1, 7, 'apology_for_wait', '+15550123', 'Sorry.', 'sent', "
                "'2026-01-01 20:00:00', '2026-01-01 20:00:00', 0)"
            ),
        ):
            connection.exec_driver_sql(statement)

    def kept() -> list[tuple[int, int]]:
        with engine.connect() as connection:
            query = text("SELECT calls.id, texts.id FROM texts JOIN calls ON calls.id = texts.call_id")
            return [(call_id, text_id) for call_id, text_id in connection.execute(query)]

    migrations.upgrade(engine)
    assert kept() == [(7, 3)]
    migrations.downgrade(engine, revision="0001")
    assert kept() == [(7, 3)]


def test_the_problem_is_named_with_its_fix(engine: Engine) -> None:
    """An empty database says what to run, an upgraded one has no problem."""
    assert migrations.problem(engine) == "The database is empty. Run: callin db upgrade"
    migrations.upgrade(engine)
    assert migrations.problem(engine) is None


def test_a_database_of_another_version_is_refused(engine: Engine) -> None:
    """A revision this version does not know is named."""
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "9999" in (migrations.problem(engine) or "")


def test_an_unreachable_database_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    """A path that is no database is told in one sentence."""
    (tmp_path / "callin.db").write_text("this is not a database, and long enough to be looked at" * 40)
    assert "cannot be reached" in (migrations.problem(engine_for(f"sqlite:///{tmp_path / 'callin.db'}")) or "")


def test_two_processes_may_upgrade_at_once(empty_url: str, engine: Engine) -> None:
    """Starting twice makes the tables once and fails in neither."""
    program = f"from callin import db, migrations; migrations.upgrade(db.engine_for({empty_url!r}))"
    processes = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert migrations.problem(engine) is None
