"""Whether a closing leaves its queues at Twilio, for whoever finishes it.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("shows") as batch_op:
        batch_op.add_column(sa.Column("keeps_queues", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Go back from it."""
    with op.batch_alter_table("shows") as batch_op:
        batch_op.drop_column("keeps_queues")
