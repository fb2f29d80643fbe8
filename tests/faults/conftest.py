"""What the tests of faults share: a station that runs in processes of its own."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.faults.serving import Serving, serving


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> Iterator[Serving]:
    """Both numbers are bought; the station is not started. The log of this process is as before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    with serving(monkeypatch, database_url=database_url, folder=tmp_path) as made:
        yield made
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()
