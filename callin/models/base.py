"""The base of every table: names of constraints, column types of both databases; used by the models alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, MetaData, literal_column
from sqlalchemy.orm import DeclarativeBase

from callin.db import UTCDateTime

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the station."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012  SQLAlchemy's own protocol


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a text column holds one of an enum's words (or nothing, where it may be null)."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def spelled(word: StrEnum) -> ColumnElement[str]:
    """Return a word of ours written into the statement: bound anew each time, it costs the hot path 2 µs."""
    return literal_column(f"'{word.value}'")
