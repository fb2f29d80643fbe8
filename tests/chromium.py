"""Debian's Chromium for tests in a real browser, and axe's judgement of a page; used by their conftests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.system import need

FLAGS = [
    "--no-sandbox",  # it does not start as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session", name="playwright")
def playwright_fixture() -> Iterator[Playwright]:
    """What drives browsers, one for the whole process: a second one refuses to start beside the first."""
    need("chromium", "libatomic")
    with sync_playwright() as started:
        yield started


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Run a browser without a screen, with these flags on top."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *flags])
    yield browser
    browser.close()


def faults_of(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, by rule and place, by WCAG 2.2 AA and its best practices."""
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": WCAG_22_AA}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
