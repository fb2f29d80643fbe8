"""The date filters of list requests, `StartTime`, `StartTime<`, `StartTime>`; used by every dated resource.

Twilio's parameter is «StartTime>» and its own equals sign follows, so that the query reads «StartTime>=2026-11-23»:
both bounds are inclusive. Source: Twilio Call resource, «Read multiple Call resources».
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from callin.exchange.errors import RestError
from callin.exchange.rest.parameters import INVALID_PARAMETER, Parameters

Matches = Callable[[datetime | None], bool]


def dates(asked: Parameters, *, name: str) -> Matches:
    """Return a test for moments: whether they lie on the day, not after, and not before what the query gives.

    Raises:
        RestError: 400 / 20001 when a date cannot be read.
    """
    first: datetime | None = None
    last: datetime | None = None
    if (text := asked.text(name)) is not None:
        # The vendor's client sends a day as its midnight: equality always means the whole day.
        first, last = _span(name, text=text[: len("2026-11-23")])
    if (text := asked.text(name + ">")) is not None:
        first = _span(name + ">", text=text)[0]
    if (text := asked.text(name + "<")) is not None:
        last = _span(name + "<", text=text)[1]

    def matches(moment: datetime | None) -> bool:
        if first is None and last is None:
            return True
        if moment is None:
            return False
        return (first is None or first <= moment) and (last is None or moment < last)

    return matches


def _span(name: str, *, text: str) -> tuple[datetime, datetime]:
    """Return the beginning and the end of the day, or of the second, that the text names."""
    try:
        if len(text) == len("2026-11-23"):
            begin = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return begin, begin + timedelta(days=1)
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return moment, moment + timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        raise RestError(400, INVALID_PARAMETER, f"{name} is not a date: {text[:40]}") from error
