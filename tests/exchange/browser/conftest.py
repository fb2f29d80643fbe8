"""An exchange in a process of its own, an application behind it, and the phones page in a real browser."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import urllib3
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.chromium import chromium

LISTENER_LINE, DJ_LINE = "+15550100001", "+15550100002"
PATIENCE_MS = 60_000  # the machine may be busy with other tests

expect.set_options(timeout=PATIENCE_MS)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the terminal free."""


@dataclass
class Application:
    """The application, running."""

    url: str
    module: ModuleType


@pytest.fixture(scope="session")
def application() -> Iterator[Application]:
    """Somebody's application on a port of its own."""
    spec = importlib.util.spec_from_file_location("application", Path(__file__).with_name("application.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = make_server("127.0.0.1", 0, module.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Application(f"http://127.0.0.1:{server.server_port}", module)
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class ServedExchange:
    """`callin exchange`, running, and its control API."""

    url: str
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        response = urllib3.request(method, f"{self.url}/_exchange/{path}", body=body, retries=False)
        assert response.status < 300, response.data
        return json.loads(response.data) if response.data else None

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)


def serve(*options: str) -> ServedExchange:
    """Start `callin exchange` and wait for the lines that say where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "callin", "exchange", "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    found = re.search(r"http://[\d.:]+", process.stdout.readline())
    assert found is not None
    return ServedExchange(found[0], process)


@pytest.fixture(scope="session")
def _process() -> Iterator[ServedExchange]:
    made = serve()
    yield made
    made.end()


@pytest.fixture
def exchange(_process: ServedExchange, application: Application) -> ServedExchange:
    """An exchange with nothing in it, going at life's pace."""
    _process.ask("POST", "reset")
    _process.ask("PUT", "clock", {"speed": 1})
    application.module.refusing.clear()
    return _process


@pytest.fixture
def phone_in(exchange: ServedExchange, application: Application) -> ServedExchange:
    """The exchange with a listener line and a DJ line of the application."""
    for number, name, path in ((LISTENER_LINE, "Listener", "listener"), (DJ_LINE, "DJ", "dj")):
        addresses = {"voice_url": f"{application.url}/{path}", "sms_url": f"{application.url}/sms"}
        exchange.ask("PUT", f"numbers/{number}", {"name": name, **addresses})
    return exchange


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser with a microphone that hums."""
    with chromium(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as made:
        yield made


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the phones page of an exchange; whatever it logs or throws fails the test."""
    contexts, complaints = [], list[str]()

    def open_at(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(url)
        expect(page.locator(".link .words")).to_have_text("live")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., Page], phone_in: ServedExchange) -> Page:
    """The page of the phone-in, with its two phones laid out."""
    return open_page(phone_in.url)


def card(page: Page, name: str) -> Locator:
    """Return the phone with this name."""
    return page.get_by_role("article", name=name)
