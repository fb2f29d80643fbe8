"""Texts in and out; an outgoing one is an owed row first, which the courier claims; written by desk/texting."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of


class TextKind(StrEnum):
    """Why a text exists."""

    APOLOGY_FOR_WAIT = "apology_for_wait"
    APOLOGY_FOR_FULL_LINE = "apology_for_full_line"
    INBOUND = "inbound"


class TextState(StrEnum):
    """How far a text has come."""

    OWED = "owed"
    SENDING = "sending"  # claimed; perhaps at Twilio already
    SENT = "sent"  # Twilio has taken it
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"  # Twilio refused it for good, or we gave up
    WITHHELD = "withheld"  # not even tried: opted out, landline
    RECEIVED = "received"


class Text(Base):
    """One text."""

    __tablename__ = "texts"
    __table_args__ = (
        one_of("kind", TextKind),
        one_of("state", TextState),
        # However often a webhook repeats, one call is apologised to once.
        UniqueConstraint("call_id", "purpose"),
        Index("ix_texts_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    show_id: Mapped[int | None] = mapped_column(ForeignKey("shows.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    purpose: Mapped[str | None]  # "apology": what may exist once for a call; None for what may repeat
    kind: Mapped[str]
    phone_number: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    first_tried_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    message_sid: Mapped[str | None] = mapped_column(unique=True)
    error_code: Mapped[int | None]
    why: Mapped[str | None]  # in words, for the board
