"""Messages left after the tone, with their sound; written by desk/messages, whose sound the courier fetches."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of


class MessageState(StrEnum):
    """What the DJ has done with a message."""

    NEW = "new"
    HEARD = "heard"
    KEPT = "kept"
    DELETED = "deleted"


class SoundState(StrEnum):
    """Where the sound of a message is."""

    AWAITED = "awaited"  # Twilio has not said yet that the file exists
    OWED = "owed"  # to be fetched
    FETCHED = "fetched"
    ABSENT = "absent"  # Twilio says that there is none
    LOST = "lost"  # could not be fetched after many tries


class Message(Base):
    """One message."""

    __tablename__ = "messages"
    __table_args__ = (
        one_of("state", MessageState),
        one_of("sound_state", SoundState),
        Index("ix_messages_sound_state_due_at", "sound_state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_sid: Mapped[str] = mapped_column(unique=True)
    recording_url: Mapped[str]
    call_sid: Mapped[str] = mapped_column(index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    show_id: Mapped[int | None] = mapped_column(ForeignKey("shows.id"))
    left_at: Mapped[datetime]
    duration_s: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=MessageState.NEW)
    sound_state: Mapped[str] = mapped_column(default=SoundState.AWAITED)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    deleted_at_twilio_at: Mapped[datetime | None]
    why: Mapped[str | None]


class MessageSound(Base):
    """The sound of one message, in the database so that every process and every backup has it."""

    __tablename__ = "message_sounds"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    content_type: Mapped[str]
    content: Mapped[bytes]
