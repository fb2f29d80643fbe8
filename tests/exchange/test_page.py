"""The phones page's files: served with their types and a strict policy, and true to the exchange."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callin.exchange.errors import Code
from callin.exchange.faults import Faults
from callin.exchange.http_messages import HttpRequest
from callin.exchange.page.app import FILES, FOLDER, answer

HERE = Path(__file__).parents[2]
SCRIPTS = sorted(FOLDER.glob("*.js"))


def _get(path: str, *, method: str = "GET") -> tuple[int, str, dict[str, str], str]:
    answered = answer(HttpRequest(method, f"http://127.0.0.1:4010{path}"))
    return answered.status, answered.content_type, dict(answered.headers), answered.body.decode()


def test_the_page_comes_with_a_policy_that_allows_nothing_inline() -> None:
    """Only the exchange's own files, no frames, no sniffing."""
    status, kind, headers, body = _get("/")

    assert (status, kind) == (200, "text/html; charset=utf-8")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", body)


def test_whatever_the_page_names_is_there() -> None:
    """Each address in the page, and each import of a script."""
    _, _, _, body = _get("/")
    named = set(re.findall(r'(?:href|src)="(/page/[^"]+)"', body))
    for script in SCRIPTS:
        named |= {f"/page/{name}" for name in re.findall(r'from "\./([\w.]+)"', script.read_text())}

    assert named == {f"/page/{name}" for name in FILES if name != "index.html"}
    assert {_get(path)[0] for path in named} == {200}


@pytest.mark.parametrize(
    "path", ["/page/", "/page/nothing.js", "/page/../app.py", "/page/%2e%2e/app.py", "/app.py", "/x"]
)
def test_nothing_else_is_served(path: str) -> None:
    """404, with where things are."""
    assert _get(path)[0] == 404


def test_the_page_is_only_read() -> None:
    """405 for a POST."""
    assert _get("/", method="POST")[0] == 405


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_file_says_what_it_is_and_stays_small(path: Path) -> None:
    """A comment at its head; at most 300 lines, none longer than 140."""
    lines = path.read_text().splitlines()

    assert any(lines[n].lstrip().startswith(("//", "/*", "<!--")) for n in (0, 1))
    assert len(lines) <= 300


def test_every_fault_and_policy_has_its_words() -> None:
    """The page can set whatever the control API can, and offers each policy's default first."""
    text = (FOLDER / "fault_words.js").read_text()
    named = re.findall(r'name: "(\w+)"', text)

    assert sorted(named) == sorted(Faults().shown())
    for name, default in Faults().shown().items():
        found = re.search(rf'name: "{name}",\s+choices: \[("?)([\w-]+)\1', text)
        if found is not None:
            assert found[2] == (str(default).lower() if isinstance(default, bool) else str(default)), name


def test_every_code_has_its_sentence() -> None:
    """Whatever code stands in the exchange's sources, the page can tell what it means."""
    told = set(re.findall(r"^  (\d{5}): ", (FOLDER / "error_words.js").read_text(), re.MULTILINE))
    used: set[str] = {str(int(code)) for code in Code}
    for path in (HERE / "callin" / "exchange").rglob("*.py"):
        constants = re.findall(r"^[A-Z_, ]+(?:: Final)? = ([\d, ]+)$", path.read_text(), re.MULTILINE)
        used |= {number for line in constants for number in re.findall(r"\b[123]\d{4}\b", line)}

    assert used - told - {"16000", "10000"} == set()
