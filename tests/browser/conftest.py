"""A station and an exchange as processes of their own, and a real browser; set up once for each worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.hosting import Hosting, hosting
from tests.browser.house import House, house_in
from tests.browser.signalling import Signalling
from tests.chromium import chromium

TALKING = (
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",  # nobody touches the page at the far end
    "--disable-features=WebRtcHideLocalIpsWithMdns",  # two pages of one machine find one another without a network
    "--allow-loopback-in-peer-connection",
)


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


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signalling]:
    """What stands for Twilio's signalling."""
    made = Signalling(tmp_path_factory.mktemp("gateway"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def talking_browser(playwright: Playwright, gateway: Signalling) -> Iterator[Browser]:
    """A browser with a pretend microphone, for which all of twilio.com is the double."""
    with chromium(playwright, *TALKING, *gateway.browser_flags) as made:
        yield made


@pytest.fixture
def studio(talking_browser: Browser, gateway: Signalling, database_url: str) -> Iterator[Hosting]:
    """A station whose DJ may talk from the host's view."""
    with hosting(talking_browser, gateway, database_url=database_url) as made:
        yield made
