"""The wire in a real browser: lines as they come, filters, one opened, copied as curl, sent again."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from playwright.sync_api import Locator, Page, expect
from twilio.rest import Client

from callin.exchange.exchange import ACCOUNT_SID, AUTH_TOKEN
from tests.exchange.browser.conftest import Application, ServedExchange, card

LISTENER = "Listener phone"


@pytest.fixture
def wire(page: Page) -> Locator:
    """The wire of a page on which the listener's phone has called and waits."""
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    found = page.get_by_role("region", name="On the wire")
    expect(_lines(found, "/wait")).to_have_count(1)
    return found


def _lines(wire: Locator, path: str) -> Locator:
    return wire.locator(".line").filter(has=wire.page.locator(f".path:text-is('{path}')"))


def test_requests_appear_as_they_happen(wire: Locator) -> None:
    """In order, each with what it is for and how it ended."""
    expect(wire.locator(".line .path")).to_have_text(["/listener", "/wait", "/music.wav"])
    expect(wire.locator(".line .direction")).to_have_text(["call", "waiting", "sound"])
    expect(wire.locator(".line .status")).to_have_text(["200", "200", "200"])


def test_an_opened_request_shows_all_of_it(wire: Locator) -> None:
    """Parameters, signature, and the TwiML, indented and with its parts marked."""
    line = _lines(wire, "/listener")
    line.locator("summary").click()

    expect(line.get_by_role("row", name="CallStatus ringing")).to_be_visible()
    expect(line.get_by_role("row", name="X-Twilio-Signature")).to_be_visible()
    expect(line.locator("pre")).to_have_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n'
        "  <Say>welcome to the show</Say>\n"
        '  <Enqueue action="/left" waitUrl="/wait">line</Enqueue>\n</Response>\n'
    )
    expect(line.locator("pre .tag").first).to_have_text("Response")
    expect(line.locator("pre .attribute").first).to_have_text("action")


def test_one_call_can_be_looked_at_alone(wire: Locator, page: Page) -> None:
    """By the request's own button, or by the list of calls; all of them come back."""
    card(page, "DJ phone").get_by_role("button", name="Call", exact=True).click()
    expect(_lines(wire, "/dj")).to_have_count(1)

    _lines(wire, "/dj").locator("summary").click()
    _lines(wire, "/dj").get_by_role("button", name="Only this call").click()
    expect(_lines(wire, "/listener")).to_have_count(0)
    expect(_lines(wire, "/dj")).to_have_count(1)
    wire.locator("[name=call]").select_option(label="all calls")
    expect(_lines(wire, "/listener")).to_have_count(1)

    wire.locator("[name=kind]").select_option("REST")
    expect(wire.locator(".line")).to_have_count(0)
    expect(wire.locator(".empty")).to_be_visible()


def test_trouble_is_told_in_a_sentence(wire: Locator, page: Page, application: Application) -> None:
    """A broken answer has its code and what it means, and can be listed alone."""
    application.module.refusing.append("/dj")
    card(page, "DJ phone").get_by_role("button", name="Call", exact=True).click()
    line = _lines(wire, "/dj")
    expect(line.locator(".status")).to_have_text("500 ⚠ 11200")
    wire.locator("[name=kind]").select_option("trouble only")
    expect(wire.locator(".line")).to_have_count(1)

    line.locator("summary").click()

    expect(line.locator(".wrong")).to_contain_text("Is it running, and at that address?")
    expect(line.get_by_role("link", name="Twilio on it")).to_have_attribute(
        "href", "https://www.twilio.com/docs/api/errors/11200"
    )


def test_a_request_is_copied_as_curl(wire: Locator, page: Page, application: Application) -> None:
    """The command can be run, and asks the application the same; where copying is forbidden it is shown."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    line = _lines(wire, "/listener")
    line.locator("summary").click()
    line.get_by_role("button", name="Copy as curl").click()
    expect(line.get_by_role("status")).to_contain_text("Copied")

    words = shlex.split(page.evaluate("navigator.clipboard.readText()").replace("\\\n", ""))
    assert words[:4] == ["curl", "-X", "POST", f"{application.url}/listener"]
    assert "From=+15550101001" in words
    assert any(word.startswith("X-Twilio-Signature: ") for word in words)
    asked = application.module.asked["/listener"]
    answered = subprocess.run([*words, "-s"], capture_output=True, text=True, check=True).stdout
    assert "welcome to the show" in answered
    assert application.module.asked["/listener"] == asked + 1


def test_a_webhook_sent_again_stands_beside_the_first(wire: Locator, page: Page, application: Application) -> None:
    """The application is really asked; the call does not hear of it."""
    line = _lines(wire, "/listener")
    line.locator("summary").click()
    expect(line.get_by_role("heading", name="Answer")).to_be_visible()
    asked = application.module.asked["/listener"]

    line.get_by_role("button", name="Send it again").click()
    expect(line.get_by_role("heading", name="Again: the same")).to_be_visible()
    application.module.refusing.append("/listener")
    line.get_by_role("button", name="Send it again").click()
    expect(line.get_by_role("heading", name="Again: different")).to_be_visible()

    expect(line.locator(".again-answer .wrong")).to_contain_text("11200")
    assert application.module.asked["/listener"] == asked + 2
    expect(_lines(wire, "/listener").locator(".again")).to_have_text(["again of 1", "again of 1"])
    expect(card(page, LISTENER).locator(".caption.say", has_text="welcome")).to_have_count(1)


def test_rest_requests_are_on_the_wire_too(wire: Locator, phone_in: ServedExchange) -> None:
    """With what the application asked, and the exchange's answer as readable JSON."""
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = phone_in.url
    client.queues.list()

    line = wire.locator(".line.rest")
    line.locator("summary").click()
    expect(line.locator("pre")).to_contain_text('"friendly_name": "line"')
    expect(line.get_by_role("button", name="Send it again")).to_be_hidden()
