"""Numbers, crowd, faults and the clock in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.exchange.browser.conftest import LISTENER_LINE, Application, ServedExchange, card, serve

LISTENER = "Listener phone"


def _panel(page: Page, name: str) -> Locator:
    page.get_by_role("heading", name=name).click()
    return page.locator("#tools > details", has=page.get_by_role("heading", name=name))


# Numbers


def test_a_number_is_attached_and_can_be_rung(
    open_page: Callable[..., Page], exchange: ServedExchange, application: Application
) -> None:
    """From an empty exchange: the form is open, one number makes one phone, and the phone hears the application."""
    page = open_page(exchange.url)
    expect(page.get_by_text("There is no number to ring yet.")).to_be_visible()
    form = page.locator("form.attach")
    expect(form.get_by_label("Number")).to_have_value("+15550100001")

    form.get_by_label("Name, for you").fill("Show")
    form.get_by_label("Voice URL").fill(f"{application.url}/listener")
    form.get_by_role("button", name="Attach").click()
    card(page, "Show phone").get_by_role("button", name="Call", exact=True).click()

    expect(card(page, "Show phone").locator(".captions")).to_contain_text("welcome to the show")
    expect(page.locator("ul.numbers")).to_contain_text(f"calls → {application.url}/listener")
    expect(page.locator(".base-url")).to_have_text(f'client.api.base_url = "{exchange.url}"')


def test_what_is_no_address_is_refused_where_it_stands(page: Page) -> None:
    """In words, with the focus in the field that is wrong."""
    panel = _panel(page, "Attach a number to a URL")
    field = panel.get_by_label("Voice URL")
    field.fill("my application")
    field.press("Enter")

    expect(panel.get_by_role("alert")).to_contain_text("must be a whole address")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")


def test_a_number_is_pointed_elsewhere_and_given_back(page: Page, application: Application) -> None:
    """Its addresses come into the form to be changed."""
    panel = _panel(page, "Attach a number to a URL")
    panel.get_by_role("button", name="Change +1 555 010 0001").click()
    expect(panel.get_by_label("Name, for you")).to_have_value("Listener")
    panel.get_by_label("Voice URL").fill(f"{application.url}/menu")
    panel.get_by_role("button", name="Attach").click()
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    expect(card(page, LISTENER).locator(".captions")).to_contain_text("press one")

    panel.get_by_role("button", name="Give back +1 555 010 0002").click()
    expect(page.get_by_role("article")).to_have_count(1)


# The crowd


def test_a_crowd_comes_waits_and_is_stopped(page: Page, phone_in: ServedExchange) -> None:
    """The numbers asked for come, some lose patience, and the button sends all home."""
    phone_in.ask("PUT", "clock", {"speed": 20})
    panel = _panel(page, "Send a crowd")
    panel.get_by_label("Callers").fill("12")
    panel.get_by_label("Within, minutes").fill("0.5")
    panel.get_by_label("Hang up while waiting").fill("50")
    expect(panel.locator("output")).to_have_text("50 %")
    panel.get_by_role("button", name="Send them").click()

    expect(panel.locator(".progress")).to_contain_text("12 of 12 came")
    expect(panel.locator(".progress")).to_contain_text("lost patience")
    assert phone_in.ask("GET", "crowd")["hang_up_share"] == 0.5
    panel.get_by_role("button", name="Stop: all hang up").click()
    expect(panel.locator(".progress")).to_contain_text("0 waiting, 0 talking")
    expect(panel.get_by_role("button", name="Stop: all hang up")).to_be_disabled()


# Faults


def test_a_fault_has_its_effect_and_is_taken_back(page: Page, phone_in: ServedExchange) -> None:
    """A slider at a hundred loses every action request: the caller never hears the goodbye, and the button ends it."""
    panel = _panel(page, "Make things go wrong")
    panel.locator("[data-fault=webhook_lose]").get_by_label("action requests").fill("100")
    expect(panel.locator("summary .count").first).to_have_text("1 on")
    assert phone_in.ask("GET", "faults")["webhook_lose"] == {"status": 0, "action": 1}
    listener, dj = card(page, LISTENER), card(page, "DJ phone")
    listener.get_by_role("button", name="Call", exact=True).click()
    expect(listener.locator(".state")).to_contain_text("waiting")
    dj.get_by_role("button", name="Call", exact=True).click()
    expect(dj.locator(".state")).to_contain_text("talking with")
    dj.get_by_role("button", name="star").click()
    expect(listener.locator(".captions")).to_contain_text("an application error has occurred")

    panel.get_by_role("button", name="All faults off").click()

    expect(panel.locator("summary .count").first).to_have_text("all off")
    expect(panel.locator("[data-fault=webhook_lose]").get_by_label("action requests")).to_have_value("0")
    assert phone_in.ask("GET", "faults")["webhook_lose"] == 0


def test_what_others_set_is_shown_and_every_fault_and_policy_can_be_set(page: Page, phone_in: ServedExchange) -> None:
    """The page has a field for each name that the control API has, with what is in force."""
    in_force = phone_in.ask("PUT", "faults", {"webhook_delay_s": 3, "landlines": ["+15550102222"], "media_auth": False})
    panel = _panel(page, "Make things go wrong")
    panel.get_by_text("policies").click()

    named = {
        *(each.get_attribute("data-fault") for each in panel.locator("[data-fault]").all()),
        *(each.get_attribute("data-policy") for each in panel.locator("[data-policy]").all()),
    }
    assert named == set(in_force)
    expect(panel.locator("[data-fault=webhook_delay_s] input")).to_have_count(2)
    expect(panel.locator("[data-fault=webhook_delay_s] input").first).to_have_value("3")
    expect(panel.locator("[data-fault=landlines] input")).to_have_value("+15550102222")
    panel.locator("[data-policy=media_auth] select").select_option("true")
    expect(panel.locator("[data-policy=media_auth] select")).to_have_value("true")
    panel.locator("[data-policy=second_member_post] select").select_option("400")
    page.wait_for_function(
        "() => fetch('/_exchange/faults').then(a => a.json()).then(f => f.second_member_post === 400)"
    )


# The clock


@pytest.fixture
def by_hand(application: Application) -> Iterator[ServedExchange]:
    """An exchange whose clock is moved by hand, with a listener line."""
    made = serve("--manual-clock")
    made.ask("PUT", f"numbers/{LISTENER_LINE}", {"name": "Listener", "voice_url": f"{application.url}/listener"})
    yield made
    made.end()


def test_a_manual_clock_is_moved_by_its_buttons(open_page: Callable[..., Page], by_hand: ServedExchange) -> None:
    """Words are said as far as it has been moved; let run, it goes by itself until it is stopped."""
    page = open_page(by_hand.url)
    expect(page.locator(".clock .now")).to_have_text("18:00:00")
    listener = card(page, LISTENER)
    listener.get_by_role("button", name="Call", exact=True).click()
    expect(listener.locator(".to-come")).to_have_text(["to", "the", "show"])

    page.get_by_role("button", name="+1 s").click()
    expect(listener.locator(".to-come")).to_have_text(["show"])
    expect(page.locator(".clock .now")).to_have_text("18:00:01")
    page.get_by_role("button", name="+10 s").click()
    expect(listener.locator(".captions")).to_contain_text("you are number 1 of 1")

    page.get_by_role("button", name="Let it run").click()
    expect(page.locator(".clock .now")).to_have_text("18:00:13")
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("button", name="Let it run")).to_have_attribute("aria-pressed", "false")


def test_a_clock_that_goes_by_itself_is_paused(page: Page, phone_in: ServedExchange) -> None:
    """It stands still until it is let go on, at the speed that it had."""
    phone_in.ask("PUT", "clock", {"speed": 3})
    expect(page.locator(".clock .speed")).to_have_text("3 × real time")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".clock .speed")).to_have_text("stands still")
    assert phone_in.ask("GET", "clock")["now"] == phone_in.ask("GET", "clock")["now"]
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".clock .speed")).to_have_text("3 × real time")
