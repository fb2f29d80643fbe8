"""The evenings of this folder, played once for all tests that look at what was exported of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from callin.cli import run
from callin.recorded import RecordedShow, export_show
from tests.replay.evenings import EVENINGS
from tests.stories.studio import Studio


@dataclass
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def callin(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type `callin WORDS`."""

    def typed(*words: str | Path) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return typed


@pytest.fixture
def evening(request: pytest.FixtureRequest, database_url: str) -> Iterator[Studio]:
    """One of the evenings, just over."""
    studio = EVENINGS[request.param](database_url)
    yield studio
    studio.close()


def exported(studio: Studio, show_id: int | None = None) -> RecordedShow:
    """A show of this studio as a file would have it."""
    with studio.station.reading() as session:
        return export_show(session, settings=studio.settings, show_id=show_id)
