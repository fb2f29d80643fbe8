"""How often something happened in processes that nobody can ask; written by desk/tallies."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class Tally(Base):
    """One number that only grows."""

    __tablename__ = "tallies"

    name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
