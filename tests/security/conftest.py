"""A station with its doors open, and one to aim at."""

from collections.abc import Iterator

import pytest

from tests.security.range import Range
from tests.webhooks.ringing import Doors
from tests.webhooks.ringing import doors_fixture as doors

__all__ = ["doors"]


@pytest.fixture
def target(doors: Doors) -> Iterator[Range]:
    """A station with something of everything in it."""
    made = Range(doors)
    yield made
    made.close()
