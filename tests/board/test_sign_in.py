"""Signing in and out as a browser sees it."""

import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from callin.board import sign_in as form
from callin.desk import passwords, users
from callin.models import User
from callin.rules.roles import Role
from tests.board.visiting import PASSWORD, Browser, admitted, employ, link_for, token_in
from tests.webhooks.ringing import Doors


def test_a_right_password_leads_to_the_board(doors: Doors) -> None:
    """However the name is written, the producer is signed in and sent to the board, the DJ to the host's view."""
    employ(doors, "Paula")
    employ(doors, "Dan", Role.DJ)

    for name, home in (("  PAULA ", "/board"), ("dan", "/board/host")):
        reply = Browser(doors).sign_in(name)
        assert (reply.status_code, reply.location) == (303, home)


@pytest.mark.parametrize(("name", "password"), [("Paula", "wrong"), ("Nobody", "seven grey herons"), ("", "")])
def test_a_wrong_pair_is_told_in_one_way(doors: Doors, name: str, password: str) -> None:
    """Whether the name or the password is wrong is not said, and nobody is signed in."""
    employ(doors, "Paula")
    browser = Browser(doors)

    reply = browser.sign_in(name, password)

    assert reply.status_code == 401
    assert "Name and password do not go together" in reply.text
    assert browser.get("/sign-in").status_code == 200


def test_whoever_is_signed_in_goes_on_from_the_form(doors: Doors) -> None:
    """The form is for strangers; whoever is known goes where they wanted."""
    browser = admitted(doors, Role.PRODUCER)

    assert browser.get("/sign-in?next=/shows").location == "/shows"


def test_a_link_shows_a_button_and_opens_once(doors: Doors) -> None:
    """Looking at it changes nothing, pressing signs in, and it is spent for every other browser."""
    employ(doors, "Paula", password=None)
    path = link_for(doors, "Paula")
    first, second = Browser(doors), Browser(doors)
    before = doors.contents()

    assert "Sign in as Paula" in first.get(path).text
    assert doors.contents() == before
    assert first.post(path).location == "/board"
    assert second.get(path).status_code == 410
    assert second.post(path).status_code == 410
    assert second.get("/sign-in").status_code == 200


def test_signing_out_forgets_this_browser_alone(doors: Doors) -> None:
    """The other browser of the same person stays signed in."""
    employ(doors, "Paula")
    here, there = Browser(doors), Browser(doors)
    for browser in (here, there):
        browser.sign_in("Paula")

    assert here.post("/sign-out").location == "/sign-in"
    assert here.cookie is None
    assert there.get("/sign-in").location == "/board"


def test_signing_out_everywhere_forgets_all(doors: Doors) -> None:
    """Every browser of the person is a stranger, and links not yet used open nothing; another person stays."""
    employ(doors, "Paula")
    here, there, other = Browser(doors), Browser(doors), admitted(doors, Role.SCREENER)
    for browser in (here, there):
        browser.sign_in("Paula")
    path = link_for(doors, "Paula")

    here.post("/sign-out/everywhere")

    assert there.get("/sign-in").status_code == 200
    assert there.get(path).status_code == 410
    assert other.get("/sign-in").location == "/board"


def test_too_many_tries_are_told_when_the_next_is_free(doors: Doors) -> None:
    """The sixth says in how many minutes; the right password opens nothing until then, and everything afterwards."""
    employ(doors, "Paula")
    browser = Browser(doors)
    for _ in range(5):
        assert browser.sign_in("Paula", "a wrong one").status_code == 401

    reply = browser.sign_in("Paula")

    assert reply.status_code == 429
    assert "Try again in 15 minutes" in " ".join(reply.text.split())
    assert reply.headers["Retry-After"] == "900"
    assert browser.get("/sign-in").status_code == 200
    assert browser.post(link_for(doors, "Paula")).location == "/board"
    doors.later(15 * 60)
    assert Browser(doors).sign_in("Paula").location == "/board"


def test_nobody_and_a_wrong_password_are_the_same_work(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash each: an unknown name, a wrong password, a disabled person, one without a password."""
    for name in ("Paula", "Off", "Links"):
        employ(doors, name, password=None if name == "Links" else PASSWORD)
    with doors.station.transaction() as session:
        users.disable(session, now=doors.now, name="Off")
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002  the library's own name
            checked.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    for name in ("Nobody", "Paula", "Off", "Links"):
        assert Browser(doors).sign_in(name, "a wrong one").status_code == 401

    assert len(checked) == 4
    assert all(extract_parameters(used) == extract_parameters(checked[1]) for used in checked)


def test_a_hash_of_old_is_made_anew_at_sign_in(doors: Doors) -> None:
    """Whoever signs in with the right password has it kept by today's measure, and their sessions go on."""
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with doors.station.transaction() as session:
        users.add_user(session, now=doors.now, name="Paula", role=Role.PRODUCER, password_hash=old)
    browser = Browser(doors)

    browser.sign_in("Paula")

    (row,) = doors.rows(User)
    assert row.password_hash != old
    assert not passwords.is_outdated(row.password_hash)
    assert browser.get("/sign-in").status_code == 303
    assert Browser(doors).sign_in("Paula").status_code == 303


def test_a_crowd_at_the_form_does_not_take_the_phones_threads(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """While as many passwords are being checked as may be, the next is told at once to try again."""
    employ(doors, "Paula")
    monkeypatch.setattr(form, "_turns", threading.BoundedSemaphore(1))
    browser = Browser(doors)
    with form._turns:
        reply = browser.sign_in("Paula")

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert browser.sign_in("Paula").status_code == 303


def test_tries_are_counted_for_the_browser_behind_the_proxy(doors: Doors) -> None:
    """Twenty guesses from one address close the form for it, and not for others who come by the same proxy."""
    employ(doors, "Paula")
    browser = Browser(doors)
    for n in range(20):
        browser.post("/sign-in", {"name": f"n{n}", "password": "x"}, **{"X-Forwarded-For": "203.0.113.7"})
    typed = {"name": "Paula", "password": PASSWORD}

    assert browser.post("/sign-in", typed, **{"X-Forwarded-For": "203.0.113.7"}).status_code == 429
    assert browser.post("/sign-in", typed, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 303


def test_what_was_typed_is_shown_as_text(doors: Doors) -> None:
    """Markup in a name or in the address is nothing but characters on the page, and no password comes back."""
    nasty = '"><script>alert(1)</script>'

    reply = Browser(doors).post("/sign-in", {"name": nasty, "password": "s3cret-word", "next": "/" + nasty})

    assert "<script" not in reply.text
    assert "s3cret-word" not in reply.text


@pytest.mark.parametrize(
    "typed", [{}, {"name": "n" * 100_000, "password": "p" * 100_000}, {"name": "\x00", "password": "\x00"}]
)
def test_nonsense_in_the_form_is_a_wrong_pair(doors: Doors, typed: dict[str, str]) -> None:
    """Nothing, too much, or what no keyboard has: told like any other wrong pair."""
    assert Browser(doors).post("/sign-in", typed).status_code == 401


def test_pages_of_a_station_below_a_path_stay_below_it(database_url: str) -> None:
    """With PUBLIC_BASE_URL below a path, links, redirects and the cookie are below it too, whatever the proxy cuts."""
    doors = Doors(database_url, settings={"public_base_url": "https://station.test/callin"})
    employ(doors, "Paula")
    for base, path in (("https://station.test/", "/callin/sign-in"), ("https://station.test/callin/", "/sign-in")):
        client = doors.app.test_client()
        page = client.get(path, base_url=base).text
        typed = {"csrf_token": token_in(page), "name": "Paula", "password": PASSWORD, "next": "/shows"}
        reply = client.post(path, base_url=base, data=typed)
        assert 'action="/callin/sign-in"' in page
        assert (reply.status_code, reply.location) == (303, "/callin/shows")
        kept = client.get_cookie("callin_session", domain="station.test", path="/callin")
        assert kept is not None
    doors.station.engine.dispose()
