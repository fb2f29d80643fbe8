"""Texts in and out; an outgoing one is an owed row first, which the courier claims; written by desk/texting."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of


class TextKind(StrEnum):
    """Why a text exists."""

    INBOUND = "inbound"
    APOLOGY_FOR_WAIT = "apology_for_wait"
    APOLOGY_FOR_FULL_LINE = "apology_for_full_line"
    # The text line's answers.
    JOINED = "joined"
    HELLO_AGAIN = "hello_again"
    STATUS = "status"
    LEFT_LINE = "left_line"
    COMMANDS = "commands"
    TOPIC_KEPT = "topic_kept"
    NOT_UNDERSTOOD = "not_understood"  # kept in the inbox: «text HI to join»
    NO_SHOW = "no_show"  # HI while nothing is open, or the line is paused or full
    TOO_MANY = "too_many"  # said once; texts are kept, answers stop for a while
    # What a texter is told unasked.
    YOUR_TURN = "your_turn"
    ARRIVED = "arrived"
    REMOVED = "removed"
    SHOW_OVER = "show_over"
    FROM_STATION = "from_station"  # written by somebody at the board


class TextState(StrEnum):
    """How far a text has come."""

    OWED = "owed"
    SENDING = "sending"  # claimed; perhaps at Twilio already
    SENT = "sent"  # Twilio has taken it
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"  # Twilio refused it for good, or we gave up
    WITHHELD = "withheld"  # not even tried: opted out, landline, a limit of ours
    RECEIVED = "received"


class Text(Base):
    """One text."""

    __tablename__ = "texts"
    __table_args__ = (
        one_of("kind", TextKind),
        one_of("state", TextState),
        # However often a webhook repeats, one call is apologised to once.
        UniqueConstraint("call_id", "purpose"),
        Index("ix_texts_state_due_at", "state", "due_at"),
        Index("ix_texts_phone_number_created_at", "phone_number", "created_at"),
        Index("ix_texts_show_id_created_at", "show_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    show_id: Mapped[int | None] = mapped_column(ForeignKey("shows.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    texter_id: Mapped[int | None] = mapped_column(ForeignKey("texters.id"), index=True)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("texts.id"), unique=True)  # one answer a text, at most
    is_in_inbox: Mapped[bool] = mapped_column(default=False)  # words for people, not a command
    done_at: Mapped[datetime | None]  # somebody at the board has dealt with it
    written_by: Mapped[str | None]  # who at the station wrote it
    purpose: Mapped[str | None]  # "apology": what may exist once for a call; None for what may repeat
    kind: Mapped[str]
    phone_number: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    first_tried_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    message_sid: Mapped[str | None] = mapped_column(unique=True)
    error_code: Mapped[int | None]
    why: Mapped[str | None]  # in words, for the board


class PictureState(StrEnum):
    """Where a picture that came with a text is."""

    OWED = "owed"  # to be fetched
    FETCHED = "fetched"
    REFUSED = "refused"  # too large, or of a kind we do not show
    LOST = "lost"  # could not be fetched after many tries


class Picture(Base):
    """One picture that came with a text, in the database so that every process and every backup has it."""

    __tablename__ = "pictures"
    __table_args__ = (
        one_of("state", PictureState),
        UniqueConstraint("text_id", "number"),
        Index("ix_pictures_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("texts.id", ondelete="CASCADE"))
    number: Mapped[int]  # 0-based, as Twilio counts
    url: Mapped[str]
    content_type: Mapped[str]
    state: Mapped[str] = mapped_column(default=PictureState.OWED)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    why: Mapped[str | None]
    content: Mapped[bytes | None]
