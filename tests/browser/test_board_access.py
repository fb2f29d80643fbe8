"""The board for everybody: axe in each state and both themes, keys alone, from 360 pixels to a wall."""

import pytest
from playwright.sync_api import Page, expect

from callin.models import Call, Text, TextKind, TextState
from callin.rules.call_states import CallState
from tests.board.test_static import STATIC
from tests.browser.house import House, faults_in_both, live, until


def busy(house: House) -> list[int]:
    """A show with everything on the board: rows of every state, an inbox, somebody on the air."""
    show_id = house.open_show()
    ids = house.put(
        house.caller(show_id, 1, state=CallState.ON_AIR, town="Malmö", topic="Letters", flag="good"),
        house.caller(show_id, 2, state=CallState.NEXT_UP, town="Lisbon", topic="Night buses", note="calm"),
        house.caller(show_id, 3, state=CallState.MOVING, flag="careful"),
        house.caller(show_id, 4, topic="The harbour", trouble="Could not be put next up: Twilio did not answer."),
        house.caller(show_id, 5, name=None),
    )
    when = house.get(Call, ids[0]).arrived_at
    for number in range(2):
        house.put(
            Text(
                kind=TextKind.INBOUND,
                phone_number="+15550100077",
                body=f"hello {number}",
                state=TextState.RECEIVED,
                is_in_inbox=True,
                created_at=when,
                due_at=when,
            )
        )
    return ids


def test_axe_finds_nothing_at_rest(house: House) -> None:
    """Board, host's view, people, shows and signing in; in the dark and in the light."""
    closed = house.sign_in()
    assert faults_in_both(closed) == []
    on_air = house.get(Call, busy(house)[0])
    person, show = f"/people/{on_air.caller_id}", f"/shows/{on_air.show_id}"
    for path in ("/board", "/board/host", "/people", person, "/shows", show):
        page = house.sign_in("paula", path)
        assert faults_in_both(page) == [], path
    assert faults_in_both(house.visit("/sign-in")) == []


def test_axe_finds_nothing_under_the_hand(house: House) -> None:
    """Hovered, focused, selected, with every window open, with an error told, and while the connection is gone."""
    ids = busy(house)
    page = house.sign_in()
    page.locator(f"#call-{ids[3]} .name").click()
    page.locator(f"#call-{ids[3]} [data-do=next_up]").hover()
    assert faults_in_both(page) == []
    page.get_by_label("Note").fill("half a thought")
    assert faults_in_both(page) == []
    for key, window in (("?", "help"), ("b", "ban"), ("x", "text"), ("c", "close")):
        page.locator(f"#call-{ids[3]} .name").focus()
        page.keyboard.press(key)
        expect(page.locator(f"#{window}-window")).to_be_visible()
        assert faults_in_both(page) == [], window
        page.keyboard.press("Escape")
    page.locator(f"#call-{ids[3]} .name").focus()
    page.keyboard.press("t")
    expect(page.locator("#said")).to_contain_text("Not possible")
    assert faults_in_both(page) == []
    page.evaluate("document.getElementById('stale').hidden = false")
    assert faults_in_both(page) == []


@pytest.mark.parametrize("width", [360, 768, 1100, 1440, 2560])
def test_nothing_is_cut_off(house: House, width: int) -> None:
    """From a telephone to a wall: no page is wider than its screen, with a card open and without."""
    ids = busy(house)
    page = house.sign_in("paula", viewport={"width": width, "height": 900})
    on_air = house.get(Call, ids[0])
    for path in ("/board", "/board/host", "/people", f"/people/{on_air.caller_id}", f"/shows/{on_air.show_id}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto("/board")
    live(page)
    page.locator(f"#call-{ids[3]} .name").click()
    expect(page.get_by_label("Note")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#card-save").inner_text().split() == (
        ["Save"] if width < 640 else ["Save", "Ctrl", "+", "Enter"]
    )


def focused(page: Page) -> str:
    """What has the focus."""
    return str(page.evaluate("document.activeElement.closest('.thing')?.id ?? document.activeElement.id"))


def test_a_show_is_run_by_keys_alone(house: House) -> None:
    """Select, write, flag, move and open a window without touching a mouse; the focus never gets lost."""
    ids = busy(house)
    page = house.sign_in()
    for expected in (ids[0], ids[1], ids[2], ids[3]):
        page.keyboard.press("j")
        assert focused(page) == f"call-{expected}"
    page.keyboard.press("f")
    until(lambda: house.get(Call, ids[3]).flag == "good", "never flagged")
    assert focused(page) == f"call-{ids[3]}"
    page.keyboard.press("e")
    page.keyboard.type("Finn")
    page.keyboard.press("Tab")
    page.keyboard.type("Galway")
    page.keyboard.press("Control+Enter")
    until(lambda: house.get(Call, ids[3]).town == "Galway", "never saved")
    assert house.get(Call, ids[3]).name == "Finn"
    page.keyboard.press("Escape")
    assert focused(page) == f"call-{ids[3]}"
    page.keyboard.press("Shift+ArrowDown")
    until(lambda: house.get(Call, ids[3]).rank > house.get(Call, ids[4]).rank, "never moved")
    expect(page.locator("#places > li").last).to_have_id(f"call-{ids[3]}")
    assert focused(page) == f"call-{ids[3]}"


def test_keys_can_be_switched_off(house: House) -> None:
    """For whoever speaks to the computer: then no single letter does anything, also after loading again."""
    ids = busy(house)
    page = house.sign_in()
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    live(page)
    page.locator(f"#call-{ids[3]} .name").focus()
    page.keyboard.press("f")
    page.locator(f"#call-{ids[3]} .name").click()
    page.get_by_role("button", name="Flag").click()

    until(lambda: house.get(Call, ids[3]).flag == "good", "never flagged")


def test_what_is_said_is_only_what_matters(house: House) -> None:
    """A change of who is on the air is told to a screen reader; that somebody joined is not."""
    ids = busy(house)
    page = house.sign_in()
    house.change(Call, ids[4], name="Zoe")
    expect(page.locator(f"#call-{ids[4]}")).to_contain_text("Zoe")
    expect(page.locator("#said")).to_be_empty()

    house.change(Call, ids[0], state=CallState.OVER)
    expect(page.locator("#said")).to_have_text("Nobody is on the air.")


def test_pages_say_what_they_want_of_the_eye_in_no_script_or_style() -> None:
    """The colours of a state always come with a word: each state has its own in the template."""
    rows = (STATIC.parent / "templates" / "_places.html").read_text()
    for state in ("waiting", "moving…", "next up", "on air", "told,", "no answer", "banned", "careful", "good"):
        assert state in rows
