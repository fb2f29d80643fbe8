"""The show log: every change of a call or a show, in order; written by desk/show_log alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class LogLine(Base):
    """One thing that happened."""

    __tablename__ = "show_log"
    __table_args__ = (Index("ix_show_log_show_id_id", "show_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    show_id: Mapped[int | None] = mapped_column(ForeignKey("shows.id"))
    call_sid: Mapped[str | None] = mapped_column(index=True)
    actor: Mapped[str]  # "twilio", "producer", "dj", "closing", …
    what: Mapped[str]
    detail: Mapped[str | None]
