"""Who may drive the exchange: this machine, and of all web pages only its own."""

from __future__ import annotations

import pytest

from callin.exchange.guard import refusal
from callin.exchange.http_messages import HttpRequest

HERE = "127.0.0.1:4010"


def _refused(*, is_open: bool = False, is_page: bool = False, client: str = "127.0.0.1", **headers: str) -> bool:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = HttpRequest("POST", f"http://{HERE}/_exchange/reset", sent)
    return refusal(request, client=client, is_open=is_open, is_page=is_page) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE},
        {"host": "localhost:4010"},
        {"host": "phones.localhost:4010"},
        {"host": "[::1]:4010"},
        {"host": HERE, "origin": f"http://{HERE}", "sec_fetch_site": "same-origin"},
        {"host": HERE, "sec_fetch_site": "none"},
        {},
    ],
)
def test_programs_and_the_own_page_may_pass(headers: dict[str, str]) -> None:
    """Curl says nothing of where it comes from, the page says that it is the page."""
    assert not _refused(**headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE, "origin": "https://evil.test"},
        {"host": HERE, "origin": "null"},
        {"host": HERE, "origin": "http://127.0.0.1:8000"},
        {"host": HERE, "origin": "http://localhost:4010"},
        {"host": HERE, "origin": f"https://{HERE}"},
        {"host": HERE, "sec_fetch_site": "cross-site"},
        {"host": HERE, "sec_fetch_site": "same-site"},
        {"host": "evil.test"},
        {"host": "evil.test:4010", "origin": "http://evil.test:4010", "sec_fetch_site": "same-origin"},
        {"host": "127.0.0.1.evil.test:4010"},
        {"host": "localhost.evil.test"},
        {"host": "192.0.2.7:4010"},
        {"host": "["},
    ],
)
def test_another_page_may_not(headers: dict[str, str]) -> None:
    """Neither from its own origin, nor by a name turned towards this machine."""
    assert _refused(**headers)


def test_other_machines_are_let_in_only_when_told() -> None:
    """By address or by a plain name then, never by a name that somebody else could own."""
    assert _refused(client="192.0.2.7", host=HERE)
    assert not _refused(client="192.0.2.7", host="192.0.2.1:4010", is_open=True)
    assert not _refused(client="192.0.2.7", host="exchange:4010", is_open=True)
    assert _refused(client="192.0.2.7", host="evil.test:4010", is_open=True)


def test_other_pages_may_link_to_the_phones() -> None:
    """The page itself may be opened from anywhere, by its own name."""
    assert not _refused(host=HERE, sec_fetch_site="cross-site", is_page=True)
    assert _refused(host="evil.test", is_page=True)
