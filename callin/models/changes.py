"""How often SQLite has changed what the board shows, one row; counted by the triggers of migration 0010."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class ChangeCount(Base):
    """Asked by callin/changes.py alone. PostgreSQL calls instead, and leaves it empty."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
