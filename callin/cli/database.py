"""`callin db`: bring the database to this version, or ask whether it is."""

from __future__ import annotations

import click

from callin import migrations
from callin.cli.terminal import Exit, answer, check_database, settings_for_command, tell
from callin.db import engine_for
from callin.errors import DatabaseUnfit


@click.group("db")
def database() -> None:
    """The database: its tables and their version."""


@database.command()
def upgrade() -> None:
    """Bring the tables to this version; safe to repeat."""
    settings = settings_for_command()
    try:
        engine = engine_for(settings.database_url)
    except OSError as error:
        raise DatabaseUnfit(f"The database's folder cannot be made ({error.strerror}). Check DATABASE_URL.") from error
    try:
        if migrations.problem(engine) is None:
            answer("The database is at this version already.")
            return
        migrations.upgrade(engine)
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
