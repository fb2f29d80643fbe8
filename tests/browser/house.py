"""The station's house in tests with a browser: processes, people at their pages, phones, and rows put straight in."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callin import opening
from callin.desk import checking, sign_in, users
from callin.models import Base, Beat, Call, Caller, Check, Show, Texter, User
from callin.rehearsal.stage import DJ_LINE, LISTENER_NUMBER, Stage, StageOrder
from callin.rules.call_states import CallState
from callin.rules.roles import Role
from tests.chromium import faults_of

DJ_PHONE = "+15550009999"
PEOPLE = {"paula": Role.PRODUCER, "pete": Role.PRODUCER, "sam": Role.SCREENER, "dana": Role.DJ}
# A busy machine is slow, not wrong.
PATIENCE_S = 20.0

expect.set_options(timeout=PATIENCE_S * 1000)


def house_in(folder: Path) -> Iterator["House"]:
    """Set everything up in this folder, and take it down again."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        settings = {
            "CALLIN_DJ_NUMBERS": DJ_PHONE,
            "CALLIN_SHOW_NAME": "Night Owls",
            "CALLIN_STATION_NAME": "Radio Test",
            "CALLIN_SHOW_HOURS": "Fridays from eight to ten",
            "CALLIN_MAX_STREAMS": "12",
        }
        stage = Stage(StageOrder(speed=4, settings=settings), say=lambda _line: None)
    finally:
        os.chdir(before)
    try:
        stage.set_up()
        until(lambda: _is_checked(stage), "the courier never looked at Twilio")
        with stage.station.transaction() as session:
            for name, role in PEOPLE.items():
                users.add_user(session, now=datetime.now(UTC), name=name, role=role, password_hash=None)
        yield House(stage)
    finally:
        stage.strike(keep_logs=False)


def _is_checked(stage: Stage) -> bool:
    with stage.station.reading() as session:
        return session.scalar(select(Check.name)) is not None


@dataclass
class House:
    """All of it."""

    stage: Stage
    contexts: list[BrowserContext] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.stage.station_url

    def begin(self, browser: Browser) -> None:
        """Nothing is on record but the people."""
        self.browser = browser
        self.faults.clear()
        self._forget_everything()

    def end(self) -> None:
        """Every page is shut, every phone on its hook; and no page had a fault that a test did not expect."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        for call_sid in self.calls:
            self.stage.switchboard.hang_up(call_sid)
        self.calls.clear()
        self._forget_everything()
        assert self.faults == []

    def _forget_everything(self) -> None:
        with self.stage.station.transaction() as session:
            session.execute(update(Texter).values(call_id=None))
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in (User.__tablename__, Beat.__tablename__, Check.__tablename__):
                    session.execute(delete(table))
            _no_check_now(session)

    # At the pages

    def visit(self, path: str = "/", **context: Any) -> Page:
        """A stranger opens an address in a browser of their own."""
        made = self.browser.new_context(**{"base_url": self.url, "viewport": {"width": 1440, "height": 900}, **context})
        self.contexts.append(made)
        page = made.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(path)
        return page

    def sign_in(self, name: str = "paula", path: str = "/board", *, at: str = "", **context: Any) -> Page:
        """One of the station's people opens a page of theirs, with a one-time link; `at` another address."""
        with self.stage.station.transaction() as session:
            token = sign_in.make_link(session, now=datetime.now(UTC), name=name, lasts=timedelta(minutes=5))
        page = self.visit(f"{at}/sign-in/once/{token}", **context)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile("/board"))
        if not page.url.endswith(path):
            page.goto(at + path)
        if page.locator("#live").count():
            live(page)
        return page

    # On the phone

    def ring(self, number: str, *, to: str = LISTENER_NUMBER) -> str:
        """A phone rings; return the call's SID."""
        self.calls.append(self.stage.switchboard.dial(number, to=to))
        return self.calls[-1]

    def ring_in_line(self, number: str) -> str:
        """A listener rings and waits in the line."""
        call_sid = self.ring(number)
        until(lambda: self.state_of(call_sid) == CallState.WAITING, "never got into the line")
        return call_sid

    def dj(self) -> str:
        """The DJ rings in, and is put through to whoever is next."""
        return self.ring(DJ_PHONE, to=DJ_LINE)

    def state_of(self, call_sid: str) -> str | None:
        """Where a call stands, by the record."""
        with self.stage.station.reading() as session:
            return session.scalar(select(Call.state).where(Call.call_sid == call_sid))

    # On record

    def open_show(self) -> int:
        """A show is open, with its queues."""
        card, _ = opening.open_show(self.stage.station, name="Night Owls", ends_at=None, actor="test")
        opening.ensure_queues(self.stage.station, card=card)
        return card.show_id

    def put(self, *rows: Base) -> list[int]:
        """These rows are on record; return their ids."""
        with self.stage.station.transaction() as session:
            session.add_all(rows)
            session.flush()
            ids = [row.id for row in rows]  # type: ignore[attr-defined]  # every table of ours has one
            _no_check_now(session)
            session.execute(update(Show).values(revision=Show.revision + 1))
        return ids

    def change(self, row: type[Base], row_id: int, **values: Any) -> None:
        """A row says something else now."""
        with self.stage.station.transaction() as session:
            session.execute(update(row).where(row.id == row_id).values(**values))  # type: ignore[attr-defined]
            session.execute(update(Show).values(revision=Show.revision + 1))

    def get(self, row: type[Base], row_id: int) -> Any:
        """A row as it is now."""
        with self.stage.station.reading() as session:
            return session.get(row, row_id)

    def caller(self, show_id: int, number: int, **told: Any) -> Call:
        """A listener who waits; with a number of their own."""
        phone = f"+1555010{number:04}"
        with self.stage.station.transaction() as session:
            caller_id = session.scalar(select(Caller.id).where(Caller.phone_number == phone))
            if caller_id is None:
                person = Caller(phone_number=phone, first_seen_at=datetime.now(UTC))
                session.add(person)
                session.flush()
                caller_id = person.id
        since = datetime.now(UTC) - timedelta(seconds=900 - number)
        values = {"state": CallState.WAITING, "rank": number, "joined_at": since, "name": f"Caller {number}"} | told
        return Call(
            call_sid=f"CA{number:032x}",
            show_id=show_id,
            caller_id=caller_id,
            phone_number=phone,
            arrived_at=since,
            **values,
        )


def _no_check_now(session: Session) -> None:
    """Rows put straight in are not known at Twilio, and would soon be put right."""
    due_at = datetime.now(UTC) + timedelta(seconds=checking.TAKEN_FOR_S - 1)
    session.execute(update(Check).values(due_at=due_at))


def until(is_so: Callable[[], object], miss: str) -> None:
    """Wait for something outside of any page."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at, miss
        time.sleep(0.02)


def live(page: Page) -> None:
    """The page has taken in a first state from its stream or by asking."""
    expect(page.locator("#live[data-updates]")).to_be_attached()


def updates(page: Page) -> int:
    """How many states the page has taken in."""
    return int(page.locator("#live").get_attribute("data-updates") or 0)


def faults_in_both(page: Page) -> list[str]:
    """What axe finds wrong with a page, in the dark and in the light."""
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
        found += [f"{theme}: {fault}" for fault in faults_of(page)]
    return found


def watch(page: Page, selector: str) -> None:
    """The page notes when it first shows which words there; its clock is this machine's."""
    page.evaluate(
        """(selector) => {
          window.seen = {};
          const note = () => {
            const words = document.querySelector(selector)?.textContent.trim();
            if (words) window.seen[words] ??= Date.now();
          };
          new MutationObserver(note).observe(document.getElementById("live"),
            { subtree: true, childList: true, characterData: true });
        }""",
        selector,
    )


def seen_at(page: Page, words: str) -> float:
    """When it did, in seconds since 1970."""
    return float(page.evaluate("(words) => window.seen[words]", words)) / 1000


def tell(what: str) -> None:
    """A measurement, for whoever reads the output of the tests (pytest -s)."""
    print(what)  # noqa: T201  a figure is told, not only compared
