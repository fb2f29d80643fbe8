"""Texters: people who hold a place in the line by text; written by desk/text_line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of
from callin.models.places import PlaceInLine
from callin.rules.lineup import Flag, TexterState


class Texter(PlaceInLine, Base):
    """One stay of one person in one show's line, by text."""

    __tablename__ = "texters"
    __table_args__ = (
        one_of("state", TexterState),
        one_of("flag", Flag),
        # However often HI is texted, and by however many processes it is read, a person has one place.
        Index(
            "uq_texters_show_id_caller_id",
            "show_id",
            "caller_id",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'notified')"),
            postgresql_where=text("state IN ('waiting', 'notified')"),
        ),
        Index("ix_texters_show_id_state", "show_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    show_id: Mapped[int] = mapped_column(ForeignKey("shows.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("callers.id"), index=True)
    phone_number: Mapped[str]
    state: Mapped[str] = mapped_column(default=TexterState.WAITING)
    joined_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]  # the first time; the wait is frozen then
    turn_ends_at: Mapped[datetime | None]  # of the latest notice
    waited_s: Mapped[int | None]  # seconds until first notified
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))  # the call that took this place over
    ended_at: Mapped[datetime | None]
