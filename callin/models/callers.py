"""Callers: people known by their number; withheld callers are nobody and have no row; written by the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class Caller(Base):
    """One person, as far as a number tells."""

    __tablename__ = "callers"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]  # as somebody at the board last wrote it
    first_seen_at: Mapped[datetime]
    banned_at: Mapped[datetime | None]
    banned_until: Mapped[datetime | None]  # None with banned_at: for good
    ban_reason: Mapped[str | None]
    opted_out_at: Mapped[datetime | None]
    no_texts_why: Mapped[str | None]  # landline, unreachable: why texting was given up
