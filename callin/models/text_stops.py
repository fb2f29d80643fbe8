"""Times when no text went out at all, because somebody said so; written by desk/sending."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class TextStop(Base):
    """From when to when, and by whose word; the one that lasts has no end."""

    __tablename__ = "text_stops"
    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    began_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
