"""What every folder of tests may share: a migrated database of its own, on each database that we support."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from callin import migrations
from callin.db import Sessions, engine_for, sessions_for
from tests.chromium import playwright_fixture as playwright
from tests.postgres import Postgres, postgres_server

__all__ = ["playwright"]  # one for all folders, or two of them in one process would get in each other's way

SQLITE, POSTGRES = "sqlite", "postgres"
# Folders whose tests run on both kinds of database. The others keep to SQLite, and the stories choose for themselves:
# what can differ between the two is a verb of the desk, a claim, a lock, or a migration.
ON_BOTH = ("changes", "courier", "db", "desk", "drain", "migrations", "races", "sms", "voice")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the kinds of database for each test that has one, unless it says so itself."""
    chosen = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "weather" in metafunc.fixturenames:
        return  # a story: tests/stories/conftest.py chooses both
    if "database_url" in metafunc.fixturenames and "database_url" not in chosen:
        folder = metafunc.definition.path.parent.name
        metafunc.parametrize("database_url", [SQLITE, POSTGRES] if folder in ON_BOTH else [SQLITE], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only root may do; the summary says so."""
    if os.geteuid() != 0:
        left_out = [item for item in items if item.get_closest_marker("needs_root")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out: nothing is skipped in silence."""
    if os.geteuid() != 0:
        terminalreporter.write_line("Left out, for network namespaces need root: sudo ./scripts/test -m needs_root")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of this version, made once and copied for each test."""
    path = tmp_path_factory.mktemp("database") / "callin.db"
    engine = engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process, started when the first test asks for it."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database of this version: the test runs on both kinds."""
    if request.param == POSTGRES:
        with request.getfixturevalue("postgres").database() as url:
            yield url
        return
    path = tmp_path / "callin.db"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    yield f"sqlite:///{path}"


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """The maker of sessions on that database."""
    engine = engine_for(database_url)
    yield sessions_for(engine)
    engine.dispose()
