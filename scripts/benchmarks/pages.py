"""Open pages of the board for a benchmark: somebody signed in, streams without a browser, and one real browser."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import requests
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import BenchError
from benchmarks.processes import ROOT
from callin.db import engine_for, sessions_for, transaction
from callin.desk import sign_in, users
from callin.rules.roles import Role

PRODUCER = "bench"
WITHIN_S = 30.0
CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# When a row with a word is on the page and the frame after it has been painted, its moment is written down.
_OBSERVE = """() => {
  window.benchSeen = {};
  const look = () => {
    for (const row of document.querySelectorAll('[data-name^="Bench-"]')) {
      const word = row.dataset.name;
      if (word in window.benchSeen) continue;
      window.benchSeen[word] = null;
      requestAnimationFrame(() => requestAnimationFrame(() => { window.benchSeen[word] = Date.now() / 1000; }));
    }
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


def signed_in_cookie(public_url: str, *, database_url: str) -> str:
    """Return the cookie of a producer who signed in by a link that works once.

    Args:
        public_url: of the running station.
        database_url: of its database.
    """
    engine, now = engine_for(database_url), datetime.now(UTC)
    try:
        with transaction(sessions_for(engine)) as session:
            users.add_user(session, now=now, name=PRODUCER, role=Role.PRODUCER, password_hash=None)
            token = sign_in.make_link(session, now=now, name=PRODUCER, lasts=timedelta(minutes=15))
    finally:
        engine.dispose()
    with requests.Session() as browser:
        link = sign_in.link_of(token, base_url=public_url)
        form = browser.get(link, timeout=WITHIN_S).text
        csrf = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        browser.post(link, data={"csrf_token": csrf}, timeout=WITHIN_S, allow_redirects=False)
        cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
        if browser.get(f"{public_url}/board", timeout=WITHIN_S, allow_redirects=False).status_code != 200:
            raise BenchError("the producer could not sign in to the board")
    return cookie


@dataclass(slots=True)
class Watchers:
    """So many open streams in a process of their own."""

    process: psutil.Popen
    _told: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def all_heard(self, word: str) -> float:
        """Return the moment, in seconds since 1970, when the last stream had heard a word.

        Args:
            word: empty for the first state.
        """
        while True:
            try:
                line = self._told.get(timeout=WITHIN_S)
            except queue.Empty:
                raise BenchError(f"not every stream heard «{word}» in {WITHIN_S:g} s") from None
            if not line:
                raise BenchError("the streams have ended")
            told = json.loads(line)
            if told["word"] == word:
                return float(told["at"])

    def listen(self) -> None:
        """Pass on what the process tells; in a thread of its own."""
        for line in self.process.stdout:
            self._told.put(line)
        self._told.put("")


@contextmanager
def watching(port: int, *, count: int, cookie: str) -> Iterator[Watchers]:
    """Give so many streams that have the present state.

    Args:
        port: of the station.
        count: at least one.
        cookie: of somebody who may see the board.
    """
    process = psutil.Popen(
        [sys.executable, "-m", "benchmarks.watchers", str(port), str(count), cookie],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        text=True,
    )
    watchers = Watchers(process)
    listener = threading.Thread(target=watchers.listen, daemon=True)
    listener.start()
    try:
        watchers.all_heard("")
        yield watchers
    finally:
        process.kill()
        process.wait()
        listener.join(WITHIN_S)
        process.stdout.close()


@contextmanager
def board_in_browser(public_url: str, *, cookie: str) -> Iterator[Page]:
    """Give the board in a real browser, watched for rows with a word of ours."""
    if not CHROMIUM.exists():
        raise BenchError("the board's figures need a browser (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        context = browser.new_context(extra_http_headers={})
        for part in cookie.split("; "):
            name, _equals, value = part.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": public_url}])
        page = context.new_page()
        page.goto(f"{public_url}/board")
        page.evaluate(_OBSERVE)
        yield page
        browser.close()


def painted_at(page: Page, word: str) -> float:
    """Return the moment, in seconds since 1970, when a row with this word had been painted."""
    page.wait_for_function("word => window.benchSeen[word]", arg=word, timeout=WITHIN_S * 1000)
    return float(page.evaluate("word => window.benchSeen[word]", word))
