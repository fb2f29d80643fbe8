"""What the last comparison with Twilio found, one row; written by desk/checking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class Check(Base):
    """The comparison of our calls with Twilio's: when, what it said, and who has taken on the next one."""

    __tablename__ = "checks"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime | None]  # the last that was completed
    trouble: Mapped[str | None]  # why the last one was not, in words
    found: Mapped[str | None]  # what it had to put right, in words
    drift: Mapped[int] = mapped_column(default=0)  # how much that was, ever
    due_at: Mapped[datetime]  # nobody begins another before
