"""People with browsers in tests: they sign in, keep their cookies, and send forms with the token of the page."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callin.desk import passwords, sign_in, users
from callin.desk.users import UserCard
from callin.rules.roles import Role
from tests.webhooks.ringing import Doors

PASSWORD = "seven grey herons"
HTML = {"Accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """One browser of one person."""

    doors: Doors
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.doors.app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open an address, as a person does."""
        return self.client.get(path, base_url=self.doors.base, headers=HTML | headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a form as it came from a page."""
        fields = {"csrf_token": self.token(), **(form or {})}
        return self.client.post(path, base_url=self.doors.base, data=fields, headers=HTML | headers)

    def token(self) -> str:
        """What a page of ours gives to its forms in this browser."""
        is_signed_in = self.get("/sign-in").status_code == 303
        return token_in(self.get("/sign-in/once/none" if is_signed_in else "/sign-in").text)

    def sign_in(self, name: str, password: str = PASSWORD, *, wanted: str = "") -> TestResponse:
        """Fill in the form."""
        return self.post("/sign-in", {"name": name, "password": password, "next": wanted})

    @property
    def cookie(self) -> str | None:
        """What the station's cookie says."""
        kept = self.client.get_cookie("callin_session", domain="station.test")
        return None if kept is None else kept.value

    def bring(self, cookie: str) -> None:
        """Put a cookie into this browser."""
        self.client.set_cookie("callin_session", cookie, domain="station.test", secure=True)


def token_in(page: str) -> str:
    """What a page gives to its forms."""
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


def employ(doors: Doors, name: str, role: Role = Role.PRODUCER, password: str | None = PASSWORD) -> UserCard:
    """Somebody new works at the station."""
    hashed = None if password is None else passwords.hash_of(password)
    with doors.station.transaction() as session:
        return users.add_user(session, now=doors.now, name=name, role=role, password_hash=hashed)


def link_for(doors: Doors, name: str, *, minutes: int = 10) -> str:
    """The path of a one-time link."""
    with doors.station.transaction() as session:
        return "/sign-in/once/" + sign_in.make_link(session, now=doors.now, name=name, lasts=timedelta(minutes=minutes))


def admitted(doors: Doors, role: Role) -> Browser:
    """A browser in which somebody of this role is signed in, by a link."""
    card = employ(doors, f"Some {role}", role, password=None)
    browser = Browser(doors)
    assert browser.post(link_for(doors, card.name)).status_code == 303
    return browser
