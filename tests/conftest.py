"""What every folder of tests may share: a migrated database of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from callin import migrations
from callin.db import Sessions, engine_for, sessions_for


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of this version, made once and copied for each test."""
    path = tmp_path_factory.mktemp("database") / "callin.db"
    engine = engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a fresh database of this version."""
    path = tmp_path / "callin.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """The maker of sessions on that database."""
    engine = engine_for(database_url)
    yield sessions_for(engine)
    engine.dispose()
