"""What a place in the line says, whoever holds it, by phone or by text; the columns that calls and texters share."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column


class PlaceInLine:
    """The part of a row that the board shows and the producer writes."""

    # Order in the one line for voice and text: microseconds of the joining, permuted by the producer's hand alone.
    rank: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str | None]
    town: Mapped[str | None]
    topic: Mapped[str | None]
    note: Mapped[str | None]
    flag: Mapped[str | None]
    trouble: Mapped[str | None]  # why the last thing asked for this place could not be done, in words
