"""What is still to be erased at Twilio, since here it is gone already; written by desk/erasure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of


class ErasureKind(StrEnum):
    """What is erased."""

    RECORDING = "recording"
    TEXT = "text"


class Erasure(Base):
    """One recording or text that Twilio still has; the row goes once it is gone there."""

    __tablename__ = "erasures"
    __table_args__ = (one_of("kind", ErasureKind), Index("ix_erasures_due_at", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sid: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    why: Mapped[str | None]  # the last try failed, in words
