"""Signing in and out in a real browser, with the station's own people."""

from playwright.sync_api import expect

from callin.desk import passwords, users
from tests.browser.house import House, faults_in_both

PASSWORD = "seven grey herons"


def give_password(house: House, name: str) -> None:
    """They have one, besides their links."""
    with house.stage.station.transaction() as session:
        users.set_password(session, name=name, password_hash=passwords.hash_of(PASSWORD))


def test_a_password_leads_to_where_they_wanted(house: House) -> None:
    """By keys alone: a wrong one is told and the field has the focus, the right one opens the page they came for."""
    give_password(house, "pete")
    page = house.visit("/people")
    expect(page.get_by_label("Name")).to_be_focused()  # a browser gives a new page its focus a moment later
    page.keyboard.type("Pete")
    page.keyboard.press("Tab")
    page.keyboard.type("a wrong one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Name and password do not go together")
    expect(page.get_by_label("Name")).to_have_value("Pete")
    expect(page.get_by_label("Password")).to_be_focused()
    assert faults_in_both(page) == []

    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    page.wait_for_url("**/people")
    expect(page.get_by_text("pete, producer")).to_be_visible()


def test_signing_out_everywhere_is_seen_in_the_other_browser(house: House) -> None:
    """The other one is sent to sign in at its next page; the way back into this one shows nothing of the board."""
    here, there = house.sign_in("pete"), house.sign_in("pete")

    here.get_by_role("button", name="Sign out everywhere").click()

    here.wait_for_url("**/sign-in")
    here.go_back()
    expect(here.get_by_label("Password")).to_be_visible()
    there.goto("/board/host")
    expect(there.get_by_label("Password")).to_be_visible()


def test_a_spent_link_and_a_wrong_address_say_what_to_do(house: House) -> None:
    """Words, a way on, and nothing for axe to find; the policy lets no script in that is not ours."""
    told: list[str] = []
    page = house.visit("about:blank")
    page.on("console", lambda message: told.append(message.text))
    for path, heading in (
        ("/sign-in/once/spent", "This link opens nothing any more"),
        ("/nowhere", "Nothing is here"),
        ("/people?<script>alert(1)</script>", "Sign in"),
    ):
        page.goto(house.url + path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert faults_in_both(page) == []
    assert [line for line in told if "Content Security Policy" in line] == []
