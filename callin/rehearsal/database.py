"""Where a rehearsal keeps its show: ./callin.db, fresh each time, never somebody's own; used by the stage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from callin import migrations
from callin.db import engine_for

DATABASE = "callin.db"
# Written into the header of a rehearsal's own database (PRAGMA application_id), so that no other is ever deleted.
REHEARSAL_MARK = 0x52454845


def fresh_database(folder: Path, *, say: Callable[[str], None]) -> Path:
    """Return a new, migrated database: ./callin.db, or one in the folder if that file is somebody's or cannot be."""
    path = Path.cwd() / DATABASE
    why_not = _why_not_to_be_replaced(path) if path.exists() else None
    if why_not:
        path = folder / DATABASE
        say(f"./{DATABASE} {why_not} and is left alone; this rehearsal keeps its show in {path}")
    try:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        _mark(path)
    except (OSError, sqlite3.Error):
        path = folder / DATABASE
        say(f"./{DATABASE} cannot be written; this rehearsal keeps its show in {path}")
        _mark(path)
    engine = engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


def _mark(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {REHEARSAL_MARK}")


def _why_not_to_be_replaced(path: Path) -> str | None:
    """Return why this file must stay as it is, or None if it is an earlier rehearsal's that nobody uses."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=0.2)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != REHEARSAL_MARK:
                return "holds something else"
            # Refused while any other process has the file open.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.rollback()
    except sqlite3.OperationalError as error:
        return "belongs to a rehearsal that is still running" if "locked" in str(error) else "cannot be opened"
    except sqlite3.DatabaseError:
        return "holds something else"
    return None
