"""Signing in and out as a browser sees it."""

import pytest

from callin.rules.roles import Role
from tests.board.visiting import Browser, admitted, employ, link_for
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
