"""What a newcomer does after the show: one click on the phones page, and they are in line (real browser)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from callin.rehearsal.encore import invite
from callin.rehearsal.plots import PLOTS
from callin.rehearsal.producer import hire
from callin.rehearsal.stage import Stage, StageOrder
from tests.chromium import chromium

PATIENCE_MS = 120_000  # a busy machine answers webhooks slowly, and the station speaks in real time


@pytest.fixture
def phones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the phones page, as a rehearsal that stays up prints it."""
    monkeypatch.chdir(tmp_path)  # a rehearsal keeps its show in ./callin.db
    told: list[str] = []
    stage = Stage(StageOrder(speed=20, settings=PLOTS["short"].settings), say=told.append)
    try:
        stage.set_up()
        hire(stage.station)
        invite(stage, say=told.append)
        found = re.search(r"phones in your browser +(http://\S+)", "\n".join(told))
        assert found is not None, told
        yield found[1]
    finally:
        stage.strike(keep_logs=False)


def test_one_click_and_one_is_in_line(phones: str, playwright: Playwright) -> None:
    """A listener rings, and is number two; the DJ rings, is let in by number, and is put through to who was first."""
    with chromium(playwright) as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(phones)
        listener, _another, dj, robin = (page.get_by_role("article").nth(n) for n in range(4))

        expect(robin.locator(".captions")).to_contain_text("You are next", timeout=PATIENCE_MS)
        listener.get_by_role("button", name="Call", exact=True).click()
        expect(listener.locator(".captions")).to_contain_text("You are number 2 in line", timeout=PATIENCE_MS)
        dj.get_by_role("button", name="Call", exact=True).click()

        expect(dj.locator(".state")).to_contain_text("talking with Robin", timeout=PATIENCE_MS)
        expect(robin.locator(".captions")).to_contain_text("put through to DJ")
