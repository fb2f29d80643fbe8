"""Shows: one evening of calls, with what it has learned of its own pace; written by desk/shows and desk/calls."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of


class ShowState(StrEnum):
    """Whether the line takes callers."""

    OPEN = "open"
    CLOSING = "closing"  # nobody new; those waiting are being thanked
    CLOSED = "closed"


class Show(Base):
    """One show."""

    __tablename__ = "shows"
    __table_args__ = (
        one_of("state", ShowState),
        # A queue serves one show at a time, even between two producers pressing the same button.
        Index(
            "uq_shows_queue_name",
            "queue_name",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default=ShowState.OPEN)
    queue_name: Mapped[str]
    queue_sid: Mapped[str | None]
    next_queue_sid: Mapped[str | None]
    max_queue_size: Mapped[int]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # as planned
    closing_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    keeps_queues: Mapped[bool] = mapped_column(default=False)  # at Twilio, when it closes: whoever goes on must know
    paused_at: Mapped[datetime | None]  # nobody new gets into the line; those in it stay
    # The closing as a duty that some process has taken on until its lease ends, and how far it has come.
    drain_lease_until: Mapped[datetime | None]
    drain_owner: Mapped[str | None]
    sent_home: Mapped[int] = mapped_column(default=0)
    to_send_home: Mapped[int] = mapped_column(default=0)
    # Whether anybody's rank differs from their turn at Twilio: then the place that is spoken has to be corrected.
    is_reordered: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)  # grows with every change of the show; boards watch it

    # The pace of the show, kept here so that the wait webhook reads one row.
    talks: Mapped[int] = mapped_column(default=0)
    talk_s: Mapped[int] = mapped_column(default=0)
    abandonments: Mapped[int] = mapped_column(default=0)
    waited_s: Mapped[int] = mapped_column(default=0)
    # The same of all past shows together, summed once when this one opened.
    past_talks: Mapped[int] = mapped_column(default=0)
    past_talk_s: Mapped[int] = mapped_column(default=0)
    past_abandonments: Mapped[int] = mapped_column(default=0)
    past_waited_s: Mapped[int] = mapped_column(default=0)
