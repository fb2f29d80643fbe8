"""SQLite counts the changes that the board shows; PostgreSQL calls for a few tables more.

SQLite's own counter grows with every wait request that writes, so a board that went by it read the whole line ten times
a second for nothing. By trigger, as in revision 0004 and for the same reason: no verb can forget it. Calls are left out
as there: whatever becomes of a call is noted in the show log.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CALLED_FOR = ("shows", "show_log", "texters", "texts", "pictures", "messages", "checks")  # by revisions 0004 and 0005
_MORE = ("text_stops", "callers", "dj_calls")
_WAYS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _MORE:
            op.execute(
                f"CREATE TRIGGER tell_of_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION callin_tell_of_change()"
            )
        return
    op.execute("INSERT INTO changes (id, number) VALUES (1, 0)")
    for table in (*_CALLED_FOR, *_MORE):
        for way in _WAYS:
            op.execute(
                f"CREATE TRIGGER count_{way.lower()}_{table} AFTER {way} ON {table} "  # noqa: S608  names of our own
                "BEGIN UPDATE changes SET number = number + 1; END"
            )


def downgrade() -> None:
    """Go back from it."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _MORE:
            op.execute(f"DROP TRIGGER tell_of_change ON {table}")
    else:
        for table in (*_CALLED_FOR, *_MORE):
            for way in _WAYS:
                op.execute(f"DROP TRIGGER count_{way.lower()}_{table}")
    op.drop_table("changes")
