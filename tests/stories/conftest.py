"""A studio for every story, under each weather that webhooks know, and in the worst of them on PostgreSQL too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stories.studio import Studio

WEATHERS: dict[str, dict[str, Any]] = {
    "calm": {},
    "doubled": {"webhook_duplicate": 1},
    "late": {"webhook_delay_s": 4},
    "reordered": {"webhook_reorder_s": 8, "webhook_duplicate": 0.5},
}

STORMY = "reordered"
# What a story tells does not depend on the database; that verbs meet on both without harm is seen in one weather.
SKIES = [(weather, "sqlite") for weather in WEATHERS] + [(STORMY, "postgres")]

Build = Callable[..., Studio]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story runs once under each sky."""
    if "weather" in metafunc.fixturenames:
        metafunc.parametrize(("weather", "database_url"), SKIES, indirect=True)


@pytest.fixture
def weather(request: pytest.FixtureRequest) -> str:
    """The name of the weather of this run."""
    return str(request.param)


@pytest.fixture
def build(weather: str, database_url: str) -> Iterator[Build]:
    """Make a studio with these settings; the story runs once in each weather."""
    built: list[Studio] = []

    def make(*, policies: dict[str, Any] | None = None, **settings: Any) -> Studio:
        built.append(Studio(database_url, weather=WEATHERS[weather] | (policies or {}), **settings))
        return built[-1]

    yield make
    for studio in built:
        studio.close()
        assert studio.complaints() == []


@pytest.fixture
def studio(build: Build) -> Studio:
    """A studio with the show open."""
    made = build()
    made.open_show()
    return made
