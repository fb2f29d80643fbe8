"""A station with its doors open to a carrier whose hand we are."""

from collections.abc import Iterator

import pytest

from tests.webhooks.ringing import Doors


@pytest.fixture
def doors(database_url: str) -> Iterator[Doors]:
    """A station with nothing on record yet."""
    rung = Doors(database_url)
    yield rung
    rung.station.engine.dispose()
