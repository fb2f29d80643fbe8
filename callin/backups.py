"""Backups of an SQLite database: taken while a station writes, put back while none does; called by `callin db`.

SQLite's own online backup copies one moment of the database, whatever is written meanwhile; in WAL mode nobody waits
for it. PostgreSQL has tools of its own for this, which the terminal names.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL, make_url

from callin import migrations
from callin.db import engine_for
from callin.errors import BackupRefused

# A writer holds the database for milliseconds. Whoever holds it for longer is a station that runs.
LOCK_TIMEOUT_S = 2.0
_OWNERS_ALONE = 0o600


def file_of(database_url: str) -> Path | None:
    """Return the file of an SQLite database, or None for another kind.

    Args:
        database_url: SQLAlchemy's form.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).expanduser()


def shell_command(database_url: str, *, file: Path, is_restore: bool) -> str:
    """Return what to type for a PostgreSQL database; without its password, which pg_dump asks for or has in ~/.pgpass.

    Args:
        database_url: SQLAlchemy's form.
        file: of the backup.
        is_restore: whether the backup is put back.
    """
    url = make_url(database_url)
    bare = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database, query=url.query
    )
    address = shlex.quote(bare.render_as_string())
    if is_restore:
        options = "--clean --if-exists --no-owner --single-transaction"
        return f"pg_restore {options} --dbname={address} {shlex.quote(str(file))}"
    return f"pg_dump --format=custom --file={shlex.quote(str(file))} {address}"


def back_up(database: Path, *, to: Path) -> int:
    """The file holds the whole database as it was at one moment, for its owner alone; return its bytes.

    Args:
        database: in use or not.
        to: a file that does not exist yet.

    Raises:
        BackupRefused: in words.
    """
    if to.exists():
        raise BackupRefused(f"{to} exists already; nothing was overwritten. Choose another name.")
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=_OWNERS_ALONE)
        with _opened(database) as source, _opened(unfinished) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, not three
            _check(copy, name=to)
        unfinished.rename(to)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise BackupRefused(f"The backup could not be written to {to} ({error}).") from error
    return to.stat().st_size


def revision_of(backup: Path) -> str:
    """Return the revision of the database in a backup.

    Raises:
        BackupRefused: it is no backup of a station.
    """
    if not backup.is_file():
        raise BackupRefused(f"There is no file {backup}.")
    try:
        with _opened(backup) as copy:
            _check(copy, name=backup)
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise BackupRefused(f"{backup} is not a backup of a station ({error}). Nothing was changed.") from error
    return str(revision)


def restore(database: Path, *, backup: Path, now: datetime) -> Path | None:
    """The database is that of the backup, brought to this version; return where the one before it was put, if any.

    Either all of it is replaced or, whatever happens meanwhile, nothing.

    Args:
        database: of a station that does not run.
        backup: of `back_up`.
        now: aware; names the file of what was there before.

    Raises:
        BackupRefused: the station runs, or the backup is none, or of a newer version.
    """
    revision = revision_of(backup)
    known = {each.revision for each in _scripts(database).walk_revisions()}
    if revision not in known:
        raise BackupRefused(
            f"{backup} is of a newer version (revision {revision}) than this one knows. Install a newer callin."
        )
    database.parent.mkdir(parents=True, exist_ok=True)
    before = None
    with _held(database) as target:
        if target.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            before = database.with_name(f"{database.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}")
            before.touch(mode=_OWNERS_ALONE)
            with _opened(before) as kept:
                target.backup(kept)
        with _opened(backup) as source:
            source.backup(target)
    engine = engine_for(f"sqlite:///{database}")
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    return before


def _check(copy: sqlite3.Connection, *, name: Path) -> None:
    found = copy.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise BackupRefused(f"{name} is damaged ({found}). Nothing was changed.")


def _scripts(database: Path) -> ScriptDirectory:
    engine = engine_for(f"sqlite:///{database}")
    engine.dispose()
    return ScriptDirectory.from_config(migrations.config_for(engine))


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=LOCK_TIMEOUT_S, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _held(database: Path) -> Iterator[sqlite3.Connection]:
    """Give the database to us alone: a station that runs keeps it open, and then it cannot be had so."""
    with _opened(database) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            # Leaving WAL needs every other connection to be closed.
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            if mode != "delete":
                raise sqlite3.OperationalError("database is locked")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # in this mode the lock stays until the connection is closed
        except sqlite3.DatabaseError as error:
            if "locked" not in str(error):
                raise BackupRefused(f"{database} cannot be opened ({error}). Check DATABASE_URL in .env.") from error
            raise BackupRefused(
                "The station is running: the database is in use. Stop `callin serve` and `callin courier`, then run it "
                "again. Nothing was changed."
            ) from error
        yield connection
