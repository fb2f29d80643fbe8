"""Which moments a date filter lets through (facts 3.4; Twilio: Call resource)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callin.exchange.rest.filters import dates
from callin.exchange.rest.parameters import Parameters

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
NEXT_MIDNIGHT = datetime(2026, 1, 6, tzinfo=UTC)
LAST_SECOND = datetime(2026, 1, 5, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "moment", "passes"),
    [
        ([], None, True),
        ([("At", "2026-01-05")], None, False),
        ([("At", "2026-01-05")], MIDNIGHT, True),
        ([("At", "2026-01-05")], LAST_SECOND, True),
        ([("At", "2026-01-05")], NEXT_MIDNIGHT, False),
        ([("At", "2026-01-05T12:00:00Z")], MIDNIGHT, True),
        ([("At>", "2026-01-05")], MIDNIGHT, True),
        ([("At>", "2026-01-06")], LAST_SECOND, False),
        ([("At<", "2026-01-05")], LAST_SECOND, True),
        ([("At<", "2026-01-05")], NEXT_MIDNIGHT, False),
        ([("At>", "2026-01-05T23:59:59Z")], LAST_SECOND, True),
        ([("At<", "2026-01-05T23:59:58Z")], LAST_SECOND, False),
        ([("At<", "2026-01-06T01:00:00+02:00")], LAST_SECOND, False),
        ([("At>", "2026-01-05"), ("At<", "2026-01-05")], LAST_SECOND, True),
        ([("Other>", "2027-01-01")], MIDNIGHT, True),
    ],
)
def test_both_ends_of_a_date_filter_are_inside(
    query: list[tuple[str, str]], moment: datetime | None, passes: bool
) -> None:
    """Equality means the day, in UTC; before and after include what they name; what has no date passes no filter."""
    assert dates(Parameters(query), name="At")(moment) is passes
