"""PostgreSQL calls whoever listens when what the board shows has changed; SQLite is polled and needs nothing.

A trigger, not a statement of the desk: it costs no round trip, and no verb can forget it. Notices of one transaction
are folded into one and go out when it commits. Calls are left out: the wait webhook writes to them without anything
new to see, and whatever else becomes of a call is noted in the show log.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("shows", "show_log", "texters", "texts", "pictures", "messages")


def upgrade() -> None:
    """Go to this revision."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        "CREATE FUNCTION callin_tell_of_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_notify('callin_changes', ''); RETURN NULL; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER tell_of_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION callin_tell_of_change()"
        )


def downgrade() -> None:
    """Go back to the revision before."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        op.execute(f"DROP TRIGGER tell_of_change ON {table}")
    op.execute("DROP FUNCTION callin_tell_of_change()")
