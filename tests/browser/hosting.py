"""A station whose DJ may talk from the host's view, in this process; people at its pages, and the far end."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from callin.app import create_app
from callin.desk import shows, sign_in, users
from callin.models import Base, Call
from callin.rules.call_states import CallState
from callin.rules.roles import Role
from callin.station import Station, station_of
from tests.browser.far_end import FarEnd
from tests.browser.signalling import Signalling
from tests.carrier.switchboard import settings_for_tests

KEY, SECRET, APP = "SK" + "1" * 32, "s" * 32, "AP" + "2" * 32
DJ_LINE = "+15550002000"
OR_RING = "Or ring the DJ line: (555) 000-2000."
SOFTPHONE = {"twilio_api_key": KEY, "twilio_api_secret": SECRET, "dj_app_sid": APP}
PEOPLE = {"dana": Role.DJ, "paula": Role.PRODUCER, "sam": Role.SCREENER}

expect.set_options(timeout=20_000)


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        pass


@dataclass
class Hosting:
    """All of it."""

    station: Station
    browser: Browser
    gateway: Signalling
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def sign_in(self, name: str, *, may_use_microphone: bool = True, **context: Any) -> Page:
        """One of the station's people opens the host's view."""
        with self.station.transaction() as session:
            token = sign_in.make_link(session, now=datetime.now(UTC), name=name, lasts=timedelta(minutes=5))
        granted = ["microphone"] if may_use_microphone else []
        page = self._page(base_url=self.url, permissions=granted, **context)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if "Content Security" in told.text else None)
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.type), dialog.dismiss()))
        page.goto(f"/sign-in/once/{token}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile("/board"))
        page.goto("/board/host")
        expect(page.locator("#live[data-updates]")).to_be_attached()
        return page

    def far_end(self) -> FarEnd:
        """Whoever picks up at the other end."""
        return FarEnd(self._page())

    def connect(self, page: Page) -> FarEnd:
        """The DJ rings, and the far end picks up."""
        far_end = self.far_end()
        page.bring_to_front()
        page.get_by_role("button", name="Connect").click()
        self.gateway.answer(far_end.answer(self.gateway.wait_for("invite")["sdp"]))
        expect(said(page)).to_contain_text("Connected since")
        return far_end

    def talk(self, **context: Any) -> tuple[Page, FarEnd]:
        """The DJ opens the softphone and is connected."""
        page = self.open(**context)
        return page, self.connect(page)

    def open(self, **context: Any) -> Page:
        """The DJ opens the softphone, and it is ready."""
        page = self.sign_in("dana", **context)
        page.get_by_role("button", name="Open the softphone").click()
        expect(said(page)).to_have_text("Ready. Nobody hears you yet.")
        return page

    def put(self, *rows: Base) -> None:
        """These rows are on record."""
        with self.station.transaction() as session:
            session.add_all(rows)

    def waits(self, show_id: int, name: str) -> None:
        """Somebody waits in the line."""
        now = datetime.now(UTC)
        who = {"name": name, "topic": "The night buses", "town": "Lisbon"}
        self.put(
            Call(call_sid=f"CA{name}", show_id=show_id, state=CallState.WAITING, arrived_at=now, joined_at=now, **who)
        )

    def open_show(self) -> int:
        """A show is open."""
        told: dict[str, Any] = {"name": "Night Owls", "queue_name": "radio-callin-queue", "max_queue_size": 100}
        with self.station.transaction() as session:
            return shows.open_show(session, now=datetime.now(UTC), **told).show_id

    def _page(self, **context: Any) -> Page:
        made = self.browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
        self.contexts.append(made)
        return made.new_page()


@contextmanager
def hosting(browser: Browser, gateway: Signalling, *, database_url: str, **settings: Any) -> Iterator[Hosting]:
    """Run a station on that database; no page of it had a fault that the test did not take away."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    told = {"public_base_url": url, "database_url": database_url, "dj_line": DJ_LINE, **SOFTPHONE, **settings}
    station = station_of(settings_for_tests(**told))
    with station.transaction() as session:
        for name, role in PEOPLE.items():
            users.add_user(session, now=datetime.now(UTC), name=name, role=role, password_hash=None)
    stopping = threading.Event()
    server.app = create_app(station, stopping=stopping)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    gateway.begin(secret=SECRET)
    made = Hosting(station=station, browser=browser, gateway=gateway, url=url)
    try:
        yield made
        assert made.faults == []
    finally:
        for context in made.contexts:
            context.close()
        stopping.set()
        server.shutdown()
        server.server_close()
        station.engine.dispose()


def said(page: Page) -> Any:
    """The line of words of the softphone."""
    return page.locator("#softphone").get_by_role("status")
