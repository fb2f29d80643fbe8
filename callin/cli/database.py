"""`callin db`: bring the database to this version, ask whether it is, save it to a file and put it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from alembic.util import CommandError

from callin import backups, migrations
from callin.cli.terminal import Exit, answer, ask_before, check_database, engine_for_command, settings_for_command, tell
from callin.errors import DatabaseUnfit


@click.group("db")
def database() -> None:
    """The database: its tables, their version, and backups."""


@database.command()
def upgrade() -> None:
    """Bring the tables to this version; safe to repeat."""
    settings = settings_for_command()
    engine = engine_for_command(settings)
    try:
        if migrations.problem(engine) is None:
            answer("The database is at this version already.")
            return
        migrations.upgrade(engine)
    except CommandError as error:
        raise DatabaseUnfit(f"The database is not one of this version's ({error}). Install a newer callin.") from error
    finally:
        engine.dispose()
    answer("The database is ready.")


@database.command()
def check() -> int:
    """Say whether the database can be reached and is at this version (exit 5 if not)."""
    settings = settings_for_command()
    try:
        check_database(settings)
    except DatabaseUnfit as unfit:
        tell(f"callin: {unfit}")
        return Exit.PROBLEMS
    answer("The database is at this version.")
    return Exit.OK


@database.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(*, file: Path) -> int:
    """Save the whole database to FILE, also while the station runs."""
    settings = settings_for_command()
    source = backups.file_of(settings.database_url)
    if source is None:
        return _say_how(settings.database_url, file=file, is_restore=False)
    check_database(settings)
    size = backups.back_up(source, to=file)
    answer(f"{file} holds all of it ({size:,} bytes), numbers and messages included: keep it as safe as the original.")
    return Exit.OK


@database.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(*, file: Path, yes: bool) -> int:
    """Put the database of FILE in the place of the present one, which is kept beside it; the station must not run."""
    settings = settings_for_command()
    target = backups.file_of(settings.database_url)
    if target is None:
        return _say_how(settings.database_url, file=file, is_restore=True)
    backups.revision_of(file)
    ask_before(f"Replace {target} by {file}", yes=yes)
    before = backups.restore(target, backup=file, now=datetime.now(UTC))
    answer(f"The database is that of {file}, at this version." + (f" The one before is {before}." if before else ""))
    return Exit.OK


def _say_how(database_url: str, *, file: Path, is_restore: bool) -> int:
    tell("callin: PostgreSQL does this itself. Nothing was done; type this, and the database's password when asked:")
    answer(backups.shell_command(database_url, file=file, is_restore=is_restore))
    return Exit.FAILED
