"""What the last comparison with Twilio found.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "checks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("found", sa.String(), nullable=True),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_checks")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER tell_of_change AFTER INSERT OR UPDATE OR DELETE ON checks "
            "FOR EACH STATEMENT EXECUTE FUNCTION callin_tell_of_change()"
        )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("checks")
