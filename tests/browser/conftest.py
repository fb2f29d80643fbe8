"""A station and an exchange as processes of their own, and a real browser; set up once for each worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.house import House, house_in
from tests.chromium import chromium


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser; each page has a context of its own."""
    with chromium(playwright) as made:
        yield made


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`callin serve` and `callin exchange`, up and running, with people who may sign in."""
    yield from house_in(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(running: House, browser: Browser) -> Iterator[House]:
    """The same, with nothing on record but its people; whatever a test opened is shut afterwards."""
    running.begin(browser)
    yield running
    running.end()
