"""Bringing a database to this version; called by the terminal, the health door and the tests.

Alembic inside the package: no ini file, no current directory, both databases.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

FIX = "Run: callin db upgrade"


def config_for(engine: Engine) -> Config:
    """Return Alembic's settings for this package's scripts and that engine."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, *, revision: str = "head") -> None:
    """The tables are those of a revision; two processes may start it at once, and one waits for the other.

    Args:
        revision: Alembic's name of it.
    """
    command.upgrade(config_for(engine), revision)


def downgrade(engine: Engine, *, revision: str) -> None:
    """The tables are those of an earlier revision (`base` for none).

    Args:
        revision: Alembic's name of it.
    """
    command.downgrade(config_for(engine), revision)


def problem(engine: Engine) -> str | None:
    """Return why the database is not fit for this version, with the fix, or None if it is."""
    head = ScriptDirectory.from_config(config_for(engine)).get_current_head()
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        return f"The database cannot be reached ({reason}). Check DATABASE_URL in .env."
    if current == head:
        return None
    if current is None:
        return f"The database is empty. {FIX}"
    return f"The database is at revision {current}, this version needs {head}. {FIX}"
