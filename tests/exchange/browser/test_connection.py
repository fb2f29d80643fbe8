"""The page when the exchange goes away and comes back, and who else may drive it; in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from callin.exchange.exchange import ACCOUNT_SID, AUTH_TOKEN
from callin.exchange.server import ExchangeServer, start_server
from tests.exchange.browser.conftest import LISTENER_LINE, Application, ServedExchange, card

LISTENER = "Listener phone"


@pytest.fixture
def start(application: Application) -> Iterator[Callable[..., ExchangeServer]]:
    """Start an exchange, at a port if one is named; all are closed in the end."""
    started: list[ExchangeServer] = []

    def start_at(port: int = 0) -> ExchangeServer:
        started.append(start_server(port=port, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN))
        return started[-1]

    yield start_at
    for server in started:
        server.close()


def test_a_restart_is_told_and_the_numbers_can_be_attached_again(
    start: Callable[..., ExchangeServer], open_page: Callable[..., Page], application: Application
) -> None:
    """While it is away the page says that it is old; afterwards that everything is gone, and offers the numbers."""
    first = start()
    first.exchange.add_number(LISTENER_LINE, voice_url=f"{application.url}/listener", friendly_name="Listener")
    page = open_page(first.url)
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("#wire .line")).to_have_count(3)

    first.close()
    expect(page.get_by_role("alert").first).to_contain_text("what you see is old")
    expect(page.locator(".link")).to_contain_text("connection lost, trying again")
    second = start(first.port)
    assert second.port == first.port

    expect(page.locator(".link .words")).to_have_text("live")
    expect(page.get_by_role("alert").first).to_contain_text("The exchange was started again")
    expect(page.locator("#wire .line")).to_have_count(0)
    page.get_by_role("button", name="Attach the numbers again").click()
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    expect(card(page, LISTENER).locator(".captions")).to_contain_text("welcome to the show")


def test_a_network_that_comes_back_shows_the_present_state(page: Page, phone_in: ServedExchange) -> None:
    """What happened meanwhile is there at once, and a half-typed line too."""
    listener = card(page, LISTENER)
    listener.get_by_role("textbox", name="Say").fill("half a sent")
    page.context.set_offline(True)
    listener.get_by_role("button", name="Call", exact=True).click()
    expect(listener.get_by_role("alert").last).to_contain_text("The exchange does not answer.")
    sid = phone_in.ask("POST", "calls", {"from": "+15550101001", "to": LISTENER_LINE})["sid"]

    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(listener.locator(".captions")).to_contain_text("you are number 1 of 1")
    expect(listener.get_by_role("textbox", name="Say")).to_have_value("half a sent")
    phone_in.ask("POST", f"calls/{sid}/hangup")
    expect(listener.locator(".state")).to_contain_text("over")


def test_another_page_cannot_drive_the_exchange(open_page: Callable[..., Page], phone_in: ServedExchange) -> None:
    """Neither a form's POST, nor a script's, nor a picture; from a page on this very machine."""
    server = make_server("127.0.0.1", 0, Response("<title>elsewhere</title>", mimetype="text/html"), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    page = open_page(phone_in.url)
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        tried = page.evaluate(
            """async (url) => {
                const sent = { method: "POST", mode: "no-cors" };
                const post = await fetch(`${url}/_exchange/reset`, sent).then(() => "sent");
                const read = await fetch(`${url}/_exchange/numbers`).then(() => "read", () => "refused");
                return [post, read];
            }""",
            phone_in.url,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert tried == ["sent", "refused"]
    assert len(phone_in.ask("GET", "numbers")) == 2


def test_everything_comes_from_the_exchange_itself(page: Page, phone_in: ServedExchange) -> None:
    """No request goes to anybody else."""
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.reload()
    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    expect(card(page, LISTENER).locator(".captions")).to_contain_text("welcome")

    assert hosts == {urlsplit(phone_in.url).netloc}
