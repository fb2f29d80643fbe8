"""Signs of life of what works unseen, one row a worker; written by desk/beats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class Beat(Base):
    """When a worker was last seen at work; several couriers share one row, for one of them is enough."""

    __tablename__ = "beats"

    worker: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
