"""SQLite counts the changes that the board shows; PostgreSQL calls for a few tables more.

SQLite's own counter grows with every wait request that writes, so a board that went by it read the whole line ten times
a second for nothing. By trigger, as in revision 0004 and for the same reason: no verb can forget it. Of a call
all counts but what wait requests write: how long its caller has waited, and what they were told.

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
_OF_CALLS = (
    "call_sid, show_id, caller_id, phone_number, state, outcome, witness, wish, arrived_at, noticed_at, joined_at, "
    "queued_at, put_next_at, on_air_at, ended_at, stints, stints_counted, waited_before_s, aired_s, dj_call_sid, rank, "
    "name, town, topic, note, flag, trouble"
)


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
    for table in (*_CALLED_FOR, *_MORE, "calls"):
        for way in _WAYS:
            what = f"UPDATE OF {_OF_CALLS}" if (table, way) == ("calls", "UPDATE") else way
            op.execute(
                f"CREATE TRIGGER count_{way.lower()}_{table} AFTER {what} ON {table} BEGIN "  # noqa: S608  our own names
                "INSERT INTO changes (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = number + 1; END"
            )


def downgrade() -> None:
    """Go back from it."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _MORE:
            op.execute(f"DROP TRIGGER tell_of_change ON {table}")
    else:
        for table in (*_CALLED_FOR, *_MORE, "calls"):
            for way in _WAYS:
                op.execute(f"DROP TRIGGER count_{way.lower()}_{table}")
    op.drop_table("changes")
