"""The phones page for everybody: axe in every state and theme, the keyboard alone, from 360 px to a wall screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import faults_of
from tests.exchange.browser.conftest import Application, ServedExchange, card

LISTENER, DJ = "Listener phone", "DJ phone"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    open_page: Callable[..., Page], phone_in: ServedExchange, application: Application, theme: str
) -> None:
    """At rest, in a call with everything open, with the focus moved, with errors shown, in the dialog."""
    page = open_page(phone_in.url, color_scheme=theme)
    expect(page.get_by_role("article")).to_have_count(2)
    assert faults_of(page) == []

    application.module.refusing.append("/dj")
    for summary in page.locator("#tools > details > summary, .policies > summary, .texts > summary").all():
        summary.click()
    for name in (LISTENER, DJ):
        card(page, name).get_by_role("button", name="Call", exact=True).click()
    expect(card(page, LISTENER).locator(".state")).to_contain_text("waiting")
    phone_in.ask("POST", "messages", {"from": "+15550101001", "to": "+15550100001", "body": "hello"})
    expect(card(page, LISTENER).locator(".thread .in")).to_have_count(1)
    page.locator("#wire .line", has_text="/dj").locator("summary").click()
    expect(page.locator("#wire .wrong")).to_be_visible()
    card(page, DJ).get_by_role("button", name="5").click()
    page.get_by_label("Voice URL").fill("nonsense")
    page.get_by_label("Voice URL").press("Enter")
    expect(page.locator("form.attach .trouble")).to_be_visible()
    assert faults_of(page) == []

    page.locator(".top button:visible").first.hover()
    page.keyboard.press("Tab")
    assert faults_of(page) == []
    page.get_by_role("button", name="Add a phone").click()
    assert faults_of(page) == []


def test_a_call_is_made_by_the_keyboard_alone(page: Page) -> None:
    """Skip to the phones, choose, call, press a key, hang up; the focus is never lost on the way."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the phones")).to_be_focused()
    page.keyboard.press("Enter")
    listener = card(page, LISTENER)
    call, hang_up = (listener.get_by_role("button", name=name, exact=True) for name in ("Call", "Hang up"))
    for _ in range(12):
        page.keyboard.press("Tab")
        if call.evaluate("button => button === document.activeElement"):
            break
    expect(call).to_be_focused()

    page.keyboard.press("Enter")
    expect(hang_up).to_be_focused()
    page.keyboard.press("5")
    expect(listener.locator(".captions")).to_contain_text("You pressed 5")
    page.keyboard.press("Enter")
    expect(listener.locator(".state")).to_contain_text("over")
    expect(call).to_be_focused()


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
def test_it_fits_every_screen(open_page: Callable[..., Page], phone_in: ServedExchange, width: int) -> None:
    """Nothing is cut off sideways, with every panel open and a request shown."""
    page = open_page(phone_in.url, viewport={"width": width, "height": 800})
    for summary in page.locator("#tools > details > summary").all():
        summary.click()
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    page.locator("#wire .line summary").first.click()
    expect(page.locator("#wire .entry pre")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough(page: Page) -> None:
    """Every button and field is at least 24 px in both directions (WCAG 2.5.8)."""
    boxes = [control.bounding_box() for control in page.locator("button:visible, input:visible, select:visible").all()]

    assert [box for box in boxes if box and min(box["width"], box["height"]) < 24] == []


def test_only_the_phone_at_the_ear_is_announced(page: Page) -> None:
    """Two phones that talk at once would talk over each other."""
    card(page, DJ).get_by_role("button", name="Hear this one").click()

    expect(card(page, DJ).locator(".captions")).to_have_attribute("aria-live", "polite")
    expect(card(page, LISTENER).locator(".captions")).to_have_attribute("aria-live", "off")
