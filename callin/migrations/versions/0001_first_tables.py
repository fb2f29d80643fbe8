"""The first tables: shows, callers, calls, texts, messages, the show log.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "callers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("banned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("banned_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ban_reason", sa.String(), nullable=True),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("no_texts_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callers")),
        sa.UniqueConstraint("phone_number", name=op.f("uq_callers_phone_number")),
    )
    op.create_table(
        "pin_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_tries")),
    )
    with op.batch_alter_table("pin_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pin_tries_at"), ["at"], unique=False)

    op.create_table(
        "shows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queue_name", sa.String(), nullable=False),
        sa.Column("queue_sid", sa.String(), nullable=True),
        sa.Column("next_queue_sid", sa.String(), nullable=True),
        sa.Column("max_queue_size", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("talks", sa.Integer(), nullable=False),
        sa.Column("talk_s", sa.Integer(), nullable=False),
        sa.Column("abandonments", sa.Integer(), nullable=False),
        sa.Column("waited_s", sa.Integer(), nullable=False),
        sa.Column("past_talks", sa.Integer(), nullable=False),
        sa.Column("past_talk_s", sa.Integer(), nullable=False),
        sa.Column("past_abandonments", sa.Integer(), nullable=False),
        sa.Column("past_waited_s", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closing', 'closed')", name=op.f("ck_shows_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shows")),
    )
    with op.batch_alter_table("shows", schema=None) as batch_op:
        batch_op.create_index(
            "uq_shows_queue_name",
            ["queue_name"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("show_id", sa.Integer(), nullable=True),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("phone_number", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("witness", sa.Integer(), nullable=False),
        sa.Column("wish", sa.String(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_order", sa.Integer(), nullable=True),
        sa.Column("on_air_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stints", sa.Integer(), nullable=False),
        sa.Column("stints_counted", sa.Integer(), nullable=False),
        sa.Column("waited_before_s", sa.Integer(), nullable=False),
        sa.Column("waited_s", sa.Integer(), nullable=False),
        sa.Column("aired_s", sa.Integer(), nullable=True),
        sa.Column("dj_call_sid", sa.String(), nullable=True),
        sa.Column("told_place", sa.Integer(), nullable=True),
        sa.Column("told_at_s", sa.Integer(), nullable=False),
        sa.Column("told_low_min", sa.Integer(), nullable=True),
        sa.Column("told_high_min", sa.Integer(), nullable=True),
        sa.Column("told_late", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('aired', 'abandoned', 'blocked', 'left', 'sent_home', 'dropped', 'failed', 'closed', 'banned')",
            name=op.f("ck_calls_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('answered', 'waiting', 'moving', 'next_up', 'on_air', 'leaving_message', 'over')",
            name=op.f("ck_calls_state"),
        ),
        sa.CheckConstraint("wish IN ('message', 'leave')", name=op.f("ck_calls_wish")),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name=op.f("fk_calls_caller_id_callers")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_calls_show_id_shows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_calls_call_sid")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_caller_id"), ["caller_id"], unique=False)
        batch_op.create_index("ix_calls_show_id_state", ["show_id", "state"], unique=False)

    op.create_table(
        "show_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("show_id", sa.Integer(), nullable=True),
        sa.Column("call_sid", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_show_log_show_id_shows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show_log")),
    )
    with op.batch_alter_table("show_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_show_log_call_sid"), ["call_sid"], unique=False)
        batch_op.create_index("ix_show_log_show_id_id", ["show_id", "id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_sid", sa.String(), nullable=False),
        sa.Column("recording_url", sa.String(), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("show_id", sa.Integer(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sound_state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("deleted_at_twilio_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.CheckConstraint(
            "sound_state IN ('awaited', 'owed', 'fetched', 'absent', 'lost')", name=op.f("ck_messages_sound_state")
        ),
        sa.CheckConstraint("state IN ('new', 'heard', 'kept', 'deleted')", name=op.f("ck_messages_state")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_messages_call_id_calls")),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name=op.f("fk_messages_caller_id_callers")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_messages_show_id_shows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_messages_recording_sid")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_call_sid"), ["call_sid"], unique=False)
        batch_op.create_index("ix_messages_sound_state_due_at", ["sound_state", "due_at"], unique=False)

    op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("show_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_sid", sa.String(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('apology_for_wait', 'apology_for_full_line', 'inbound')", name=op.f("ck_texts_kind")
        ),
        sa.CheckConstraint(
            "state IN ('owed', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'withheld', 'received')",
            name=op.f("ck_texts_state"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_texts_call_id_calls")),
        sa.ForeignKeyConstraint(["caller_id"], ["callers.id"], name=op.f("fk_texts_caller_id_callers")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_texts_show_id_shows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sa.UniqueConstraint("call_id", "purpose", name=op.f("uq_texts_call_id_purpose")),
        sa.UniqueConstraint("message_sid", name=op.f("uq_texts_message_sid")),
    )
    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.create_index("ix_texts_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "dj_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pin_tries", sa.Integer(), nullable=False),
        sa.Column("told_empty", sa.Boolean(), nullable=False),
        sa.Column("next_queue_missed", sa.Boolean(), nullable=False),
        sa.Column("with_call_sid", sa.String(), nullable=True),
        sa.Column("hearing_message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hearing_message_id"], ["messages.id"], name=op.f("fk_dj_calls_hearing_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dj_calls")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_dj_calls_call_sid")),
    )
    op.create_table(
        "message_sounds",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_sounds_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_sounds")),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("message_sounds")
    op.drop_table("dj_calls")
    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.drop_index("ix_texts_state_due_at")

    op.drop_table("texts")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_sound_state_due_at")
        batch_op.drop_index(batch_op.f("ix_messages_call_sid"))

    op.drop_table("messages")
    with op.batch_alter_table("show_log", schema=None) as batch_op:
        batch_op.drop_index("ix_show_log_show_id_id")
        batch_op.drop_index(batch_op.f("ix_show_log_call_sid"))

    op.drop_table("show_log")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index("ix_calls_show_id_state")
        batch_op.drop_index(batch_op.f("ix_calls_caller_id"))

    op.drop_table("calls")
    with op.batch_alter_table("shows", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_shows_queue_name",
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )

    op.drop_table("shows")
    with op.batch_alter_table("pin_tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pin_tries_at"))

    op.drop_table("pin_tries")
    op.drop_table("callers")
