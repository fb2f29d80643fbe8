"""Calls of listeners and of DJs, one row a SID; written by desk/calls, desk/holding, desk/line and desk/djs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of
from callin.models.places import PlaceInLine
from callin.rules.call_states import CallState, Outcome, Wish
from callin.rules.lineup import Flag


class Call(PlaceInLine, Base):
    """One call of a listener. Seconds of waiting are Twilio's, over all queues of this call."""

    __tablename__ = "calls"
    __table_args__ = (
        one_of("state", CallState),
        one_of("outcome", Outcome),
        one_of("wish", Wish),
        one_of("flag", Flag),
        Index("ix_calls_show_id_state", "show_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(unique=True)
    show_id: Mapped[int | None] = mapped_column(ForeignKey("shows.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    phone_number: Mapped[str | None]  # None for a withheld caller
    state: Mapped[str] = mapped_column(default=CallState.ANSWERED)
    outcome: Mapped[str | None]
    witness: Mapped[int] = mapped_column(default=0)  # rules.call_states.Witness of the outcome
    wish: Mapped[str | None]
    arrived_at: Mapped[datetime]
    noticed_at: Mapped[datetime | None]  # when the notice about airing and recording was spoken
    joined_at: Mapped[datetime | None]  # first enqueue
    queued_at: Mapped[datetime | None]  # latest enqueue; Twilio's own order of its queue
    put_next_at: Mapped[datetime | None]  # order among those next up
    on_air_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # Each <Enqueue> is a stint, numbered from 1 in the addresses that it carries: so a repeated or late callback
    # is known for what it is.
    stints: Mapped[int] = mapped_column(default=0)
    stints_counted: Mapped[int] = mapped_column(default=0)  # one bit a stint whose seconds are in waited_before_s

    waited_before_s: Mapped[int] = mapped_column(default=0)  # in stints that are over
    waited_s: Mapped[int] = mapped_column(default=0)  # in all, as last heard from Twilio
    aired_s: Mapped[int | None]
    dj_call_sid: Mapped[str | None]

    # What the waiting caller has been told (rules.waiting.WaitMemory).
    told_place: Mapped[int | None]
    told_at_s: Mapped[int] = mapped_column(default=0)
    told_low_min: Mapped[int | None]
    told_high_min: Mapped[int | None]
    told_late: Mapped[bool] = mapped_column(default=False)


class DjCall(Base):
    """One call of a DJ."""

    __tablename__ = "dj_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(unique=True)
    phone_number: Mapped[str | None]
    arrived_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    pin_tries: Mapped[int] = mapped_column(default=0)
    told_empty: Mapped[bool] = mapped_column(default=False)  # «the line is empty» was said since the last caller
    next_queue_missed: Mapped[bool] = mapped_column(default=False)  # the next-up queue gave nobody: try the line
    with_call_sid: Mapped[str | None]  # the listener on air with this DJ
    hearing_message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))


class PinTry(Base):
    """One wrong PIN; kept so that guessing is slow over many calls too."""

    __tablename__ = "pin_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    call_sid: Mapped[str]
    phone_number: Mapped[str | None]
