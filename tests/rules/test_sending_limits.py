"""Limits on what goes out: one table."""

from typing import Any

import pytest

from callin.phone_number import country_of
from callin.rules.sending_limits import Limit, SendingLimits, limit_reached

LIMITS = SendingLimits(countries=frozenset({"US"}), per_show=10, per_number=3)
FINE: dict[str, Any] = {
    "is_stopped": False,
    "has_contacted_us": True,
    "country": "US",
    "sent_in_show": 9,
    "sent_to_number": 2,
}


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({}, None),
        ({"is_stopped": True}, Limit.STOPPED),
        ({"has_contacted_us": False}, Limit.NEVER_CONTACTED_US),
        ({"country": "JM"}, Limit.COUNTRY),
        ({"country": None}, Limit.COUNTRY),
        ({"sent_in_show": 10}, Limit.SHOW_IS_SPENT),
        ({"sent_to_number": 3}, Limit.NUMBER_IS_SPENT),
        ({"is_stopped": True, "country": "JM"}, Limit.STOPPED),
    ],
)
def test_each_limit_holds_alone(changes: dict[str, Any], limit: Limit | None) -> None:
    """Within all limits a text may go; each limit by itself keeps it, and says which."""
    assert limit_reached(LIMITS, **(FINE | changes)) == limit


def test_a_star_allows_every_country() -> None:
    """Without a list of countries even a number that no plan knows may be texted."""
    everywhere = SendingLimits(countries=None, per_show=10, per_number=3)

    assert limit_reached(everywhere, **(FINE | {"country": None})) is None


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155550123", "US"),
        ("+15550100", "US"),  # given to nobody
        ("+18765550123", "JM"),  # shares its calling code with the US, and not its prices
        ("+442071838750", "GB"),
        ("+447624123456", "IM"),
        ("+88213123456", "001"),  # satellites
        ("+999123456", None),
        ("nonsense", None),
    ],
)
def test_the_country_of_a_number(number: str, country: str | None) -> None:
    """Dear neighbours of the same calling code are told apart."""
    assert country_of(number) == country
