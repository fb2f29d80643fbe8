"""Alembic's entry: runs the scripts on the engine that callin.migrations hands over."""

from __future__ import annotations

from alembic import context

from callin.models import Base

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A table is changed by making it anew; with foreign keys on, dropping the old one deletes what points to it.
        # Within a transaction this pragma does nothing, and SQLAlchemy begins one at the first statement of its own.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            # SQLite locks at the first statement (BEGIN IMMEDIATE); PostgreSQL needs a lock of its own kind, so that
            # two processes starting together do not both create the tables. A large table may take its time.
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(6275546)")
            context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
            context.run_migrations()
            if is_sqlite:
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                assert orphans == [], f"rows point to what is no longer there: {orphans}"
    finally:
        if is_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys = ON")
