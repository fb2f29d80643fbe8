"""What was changed at the station's numbers, so that it can be put back; written by desk/number_changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class NumberChange(Base):
    """One target of one number, before and after; those of one sync share their moment."""

    __tablename__ = "number_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    number_sid: Mapped[str]
    phone_number: Mapped[str]
    target: Mapped[str]
    was: Mapped[str]
    became: Mapped[str]
    undone_at: Mapped[datetime | None]
