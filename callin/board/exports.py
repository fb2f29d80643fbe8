"""A past show to take along: tables for spreadsheets, JSON for programs; used by the pages of past shows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Literal

from callin.desk.past_shows import PastShow, ShowCall, ShowEvent, ShowText

Part = Literal["calls", "texts", "log"]

# So spreadsheets know that it is UTF-8.
MARK = "\ufeff"
# What a spreadsheet takes for the beginning of a formula: callers write into these cells.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(show: PastShow, *, part: Part) -> str:
    """Return one of the show's tables; nothing in it is run as a formula.

    Args:
        show: as read.
        part: which of its three tables.
    """
    rows: tuple[ShowCall | ShowText | ShowEvent, ...]
    kind: type[ShowCall | ShowText | ShowEvent]
    match part:
        case "calls":
            rows, kind = show.calls, ShowCall
        case "texts":
            rows, kind = show.texts, ShowText
        case "log":
            rows, kind = show.log, ShowEvent
    columns = [field.name for field in fields(kind)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, column)) for column in columns] for row in rows)
    return MARK + out.getvalue()


def json_of(show: PastShow) -> str:
    """Return the whole show; moments with their zone, numbers masked.

    Args:
        show: as read.
    """
    return json.dumps(asdict(show), default=_moment, ensure_ascii=False, indent=2) + "\n"


def _cell(value: object) -> str | int:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    words = "" if value is None else str(value)
    # A spreadsheet shows the apostrophe to nobody, and takes the rest for words.
    return f"'{words}" if words.lstrip(" ").startswith(_FORMULA) else words


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
