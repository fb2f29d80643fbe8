"""Alembic's entry: runs the scripts on the engine that callin.migrations hands over."""

from __future__ import annotations

from alembic import context

from callin.models import Base

engine = context.config.attributes["engine"]

with engine.begin() as connection:
    # SQLite locks at the first statement (BEGIN IMMEDIATE); PostgreSQL needs a lock of its own kind, so that two
    # processes starting together do not both create the tables.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(6275546)")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()
