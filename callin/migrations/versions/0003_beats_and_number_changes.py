"""Signs of life of the courier, and what was at the numbers before they were pointed here.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "beats",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_beats")),
    )
    op.create_table(
        "number_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number_sid", sa.String(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_changes")),
    )
    with op.batch_alter_table("number_changes", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_number_changes_at"), ["at"], unique=False)


def downgrade() -> None:
    """Go back from it."""
    with op.batch_alter_table("number_changes", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_number_changes_at"))
    op.drop_table("number_changes")
    op.drop_table("beats")
