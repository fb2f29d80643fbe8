#!/usr/bin/env python3
"""Take the picture of the phones page for docs/exchange.md: `.venv/bin/python scripts/make_phones_picture.py`.

A phone-in of a few lines, an exchange, and a Chromium without a screen, all on this machine; needs what the tests need.
"""

import shutil
import sys
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import sync_playwright

from callin.exchange.clock import RealClock
from callin.exchange.exchange import ACCOUNT_SID, AUTH_TOKEN, Exchange
from callin.exchange.server import ExchangeServer

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "phones.png"
SIZE = {"width": 1740, "height": 940}
APPLICATION = "https://phone-in.example"
LISTENERS, DJ = "+15550001000", "+15550002000"
DOCUMENTS = {
    "/listener": "<Say>Welcome to the Friday Show.</Say><Enqueue waitUrl='/wait' action='/left'>friday</Enqueue>",
    "/wait": "<Say>You are number {QueuePosition} in line, of {CurrentQueueSize}.</Say><Pause length='12'/>",
    "/left": "<Say>Thank you for calling.</Say>",
    "/dj": "<Dial hangupOnStar='true'><Queue>friday</Queue></Dial>",
    "/sms": "<Message>You are in line. We text you when it is your turn.</Message>",
}


def phone_in(environ, start_response):
    """Answer with the document that the path names, its places filled from the form."""
    form = parse_qs(environ["wsgi.input"].read().decode())
    document = DOCUMENTS[environ["PATH_INFO"]].format(**{name: values[0] for name, values in form.items()})
    start_response("200 OK", [("Content-Type", "text/xml")])
    return [f"<Response>{document}</Response>".encode()]


def set_the_scene(page):
    """Two listeners wait, the DJ talks with the first, and a text has been answered."""
    listener, another, dj = (page.get_by_role("article").nth(n) for n in range(3))
    listener.get_by_role("button", name="Call", exact=True).click()
    page.wait_for_timeout(1_500)
    another.get_by_role("button", name="Call", exact=True).click()
    page.wait_for_timeout(4_500)
    dj.get_by_role("button", name="Call", exact=True).click()
    page.wait_for_timeout(500)
    for phone, words in ((dj, "You are on the air. Who is this?"), (listener, "This is Ada, good evening!")):
        phone.get_by_role("textbox", name="Say").fill(words)
        phone.get_by_role("button", name="Say it").click()
    page.locator("#wire .line", has_text="/wait").first.locator("summary").click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)


def main():
    """Set the scene, take the picture, and say where it is."""
    apps = {APPLICATION: phone_in}
    exchange = Exchange(clock=RealClock(), account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, apps=apps)
    for number, name, path in ((LISTENERS, "Listeners", "/listener"), (DJ, "DJ", "/dj")):
        addresses = {"voice_url": APPLICATION + path, "sms_url": f"{APPLICATION}/sms"}
        exchange.add_number(number, friendly_name=name, **addresses)
    server = ExchangeServer(exchange, host="127.0.0.1", port=4010)
    server.start()
    phones = (("Listener", "15550123456", LISTENERS), ("Another listener", "15550123457", LISTENERS))
    phones += (("DJ", "15550109999", DJ),)
    laid_out = "&".join(f"phone={name},{number},{to[1:]}" for name, number, to in phones)
    PICTURE.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"{server.url}/#{laid_out}")
        set_the_scene(page)
        page.screenshot(path=PICTURE)
        browser.close()
    server.close()
    print(PICTURE)


if __name__ == "__main__":
    sys.exit(main())
