"""The text line and the board: places by text, pictures, the order of the line, the station's people.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OLD_KINDS = "'inbound', 'apology_for_wait', 'apology_for_full_line'"
_NEW_KINDS = (
    f"{_OLD_KINDS}, 'joined', 'hello_again', 'status', 'left_line', 'commands', 'topic_kept', 'not_understood', 'no_show', "
    "'too_many', 'your_turn', 'arrived', 'removed', 'show_over', 'from_station'"
)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_tries_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_tries_name_at", ["name", "at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('producer', 'screener', 'dj')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    op.create_table(
        "texters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("show_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waited_s", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("flag", sa.String(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.CheckConstraint("flag IN ('good', 'careful')", name=op.f("ck_texters_flag")),
        sa.CheckConstraint(
            "state IN ('waiting', 'notified', 'arrived', 'left', 'removed', 'sent_home')", name=op.f("ck_texters_state")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_texters_call_id_calls")),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name=op.f("fk_texters_caller_id_callers")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_texters_show_id_shows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texters")),
    )
    with op.batch_alter_table("texters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_texters_caller_id"), ["caller_id"], unique=False)
        batch_op.create_index("ix_texters_show_id_state", ["show_id", "state"], unique=False)
        batch_op.create_index(
            "uq_texters_show_id_caller_id",
            ["show_id", "caller_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'notified')"),
            postgresql_where=sa.text("state IN ('waiting', 'notified')"),
        )

    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('owed', 'fetched', 'refused', 'lost')", name=op.f("ck_pictures_state")),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_pictures_text_id_texts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("text_id", "number", name=op.f("uq_pictures_text_id_number")),
    )
    with op.batch_alter_table("pictures", schema=None) as batch_op:
        batch_op.create_index("ix_pictures_state_due_at", ["state", "due_at"], unique=False)

    op.add_column("callers", sa.Column("name", sa.String(), nullable=True))
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rank", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("flag", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("trouble", sa.String(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_calls_flag"), "flag IN ('good', 'careful')")
        batch_op.drop_column("next_order")

    with op.batch_alter_table("shows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drain_lease_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drain_owner", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("sent_home", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("to_send_home", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("is_reordered", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_texts_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_texts_kind"), f"kind IN ({_NEW_KINDS})")
        batch_op.add_column(sa.Column("texter_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answers_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_in_inbox", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("written_by", sa.String(), nullable=True))
        batch_op.create_index("ix_texts_phone_number_created_at", ["phone_number", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_texts_texter_id"), ["texter_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_texts_answers_id"), ["answers_id"])
        batch_op.create_foreign_key(batch_op.f("fk_texts_answers_id_texts"), "texts", ["answers_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_texts_texter_id_texters"), "texters", ["texter_id"], ["id"])


def downgrade() -> None:
    """Go back to the one before; texts of kinds that it does not know go with the tables that explain them."""
    op.execute(f"DELETE FROM texts WHERE kind NOT IN ({_OLD_KINDS})")  # noqa: S608  words of ours alone
    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_texts_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_texts_kind"), f"kind IN ({_OLD_KINDS})")
        batch_op.drop_constraint(batch_op.f("fk_texts_texter_id_texters"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_texts_answers_id_texts"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_texts_answers_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_texts_texter_id"))
        batch_op.drop_index("ix_texts_phone_number_created_at")
        batch_op.drop_column("written_by")
        batch_op.drop_column("done_at")
        batch_op.drop_column("is_in_inbox")
        batch_op.drop_column("answers_id")
        batch_op.drop_column("texter_id")

    with op.batch_alter_table("shows", schema=None) as batch_op:
        batch_op.drop_column("is_reordered")
        batch_op.drop_column("to_send_home")
        batch_op.drop_column("sent_home")
        batch_op.drop_column("drain_owner")
        batch_op.drop_column("drain_lease_until")
        batch_op.drop_column("paused_at")

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_order", sa.INTEGER(), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_calls_flag"), type_="check")
        batch_op.drop_column("trouble")
        batch_op.drop_column("flag")
        batch_op.drop_column("note")
        batch_op.drop_column("rank")
        batch_op.drop_column("queued_at")

    op.drop_column("callers", "name")
    with op.batch_alter_table("pictures", schema=None) as batch_op:
        batch_op.drop_index("ix_pictures_state_due_at")

    op.drop_table("pictures")
    with op.batch_alter_table("texters", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_texters_show_id_caller_id",
            sqlite_where=sa.text("state IN ('waiting', 'notified')"),
            postgresql_where=sa.text("state IN ('waiting', 'notified')"),
        )
        batch_op.drop_index("ix_texters_show_id_state")
        batch_op.drop_index(batch_op.f("ix_texters_caller_id"))

    op.drop_table("texters")
    op.drop_table("sign_in_links")
    op.drop_table("users")
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_tries_name_at")
        batch_op.drop_index("ix_sign_in_tries_address_at")

    op.drop_table("sign_in_tries")
