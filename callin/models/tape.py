"""The tape: what came in and what was done, in order, so that a show can be played again; written by desk/tape."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base


class Deed(StrEnum):
    """What was done to the show by other hands than those of callers: no webhook tells it."""

    OPEN = "open the show"
    PAUSE = "pause the line"
    RESUME = "take callers again"
    BEGIN_CLOSING = "begin to close"
    FINISH_CLOSING = "finish closing"
    NEXT_UP = "put next up"
    DROP = "drop"
    REFUSED = "refused by Twilio"  # the request to move that call, just before or soon after
    MOVE = "move in the line"
    NOTIFY = "notify"
    ARRIVED = "mark as arrived"
    REMOVE = "remove"
    WRITE = "write a text"
    BAN = "ban"
    LIFT_BAN = "lift a ban"
    MARK_MESSAGE = "mark a message"
    STOP_TEXTS = "stop all texts"
    START_TEXTS = "start texts again"
    COURIER = "courier's round"
    END_GHOST = "end a call that was over"
    ADOPT = "adopt a caller"
    PUT_RIGHT = "put right where a caller stands"


class TapeEntry(Base):
    """One webhook, or one deed; the ids are the order in which they were committed."""

    __tablename__ = "tape"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    what: Mapped[str]  # the path of a webhook, or a word of `Deed`
    sid: Mapped[str | None] = mapped_column(index=True)  # of the call, or of the text, that it is about
    phone_number: Mapped[str | None]  # of the person it is about, so that they can be forgotten
    said: Mapped[str]  # JSON in ASCII: query and form of a webhook, what it takes to do a deed again
