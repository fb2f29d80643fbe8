"""`callin db`: bring the database to this version, or ask whether it is."""

from __future__ import annotations

import click
from alembic.util import CommandError

from callin import migrations
from callin.cli.terminal import Exit, answer, check_database, engine_for_command, settings_for_command, tell
from callin.errors import DatabaseUnfit


@click.group("db")
def database() -> None:
    """The database: its tables and their version."""


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
