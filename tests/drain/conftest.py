"""A station with an open show, and queues at a Twilio of our own making."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from callin.carrier import Carrier
from callin.desk import shows
from callin.desk.shows import ShowCard
from callin.drain import ClosingReport, close_show
from callin.station import Station, station_of
from tests.carrier.switchboard import settings_for_tests
from tests.drain.queues import Queues

LINE, NEXT = "radio-callin-queue", "radio-callin-queue-next"


@dataclass
class Evening:
    """A show, its station and its queues; pauses are counted, not waited for."""

    station: Station
    queues: Queues
    pauses: list[float] = field(default_factory=list)

    def close(self, **more: Any) -> ClosingReport:
        return close_show(self.station, pause=self.pauses.append, **more)

    def show(self) -> ShowCard:
        with self.station.transaction() as session:
            show = shows.last_show(session)
        assert show is not None
        return show


@pytest.fixture
def evening(database_url: str) -> Iterator[Evening]:
    """A show is open and both its queues are there, empty."""
    queues = Queues()
    settings = settings_for_tests(database_url=database_url)
    station = replace(station_of(settings), carrier=Carrier(settings, http_client=queues))
    with station.transaction() as session:
        shows.open_show(session, now=station.clock(), name="Night Owls", queue_name=LINE, max_queue_size=100)
    queues.fill(LINE, 0)
    queues.fill(NEXT, 0)
    yield Evening(station, queues)
    station.engine.dispose()
