"""A studio for every story, under each weather that webhooks know."""

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

Build = Callable[..., Studio]


@pytest.fixture(params=WEATHERS)
def build(request: pytest.FixtureRequest, database_url: str) -> Iterator[Build]:
    """Make a studio with these settings; the story runs once in each weather."""
    built: list[Studio] = []

    def make(*, policies: dict[str, Any] | None = None, **settings: Any) -> Studio:
        built.append(Studio(database_url, weather=WEATHERS[request.param] | (policies or {}), **settings))
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
