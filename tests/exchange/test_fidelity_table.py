"""docs/exchange.md promises only what a test shows: its fidelity table, its control API, its faults and policies."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from callin.exchange.control.app import PREFIX, ROUTES
from callin.exchange.faults import Faults

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "exchange.md").read_text()


def _section(title: str) -> str:
    begin = PAGE.index(f"\n## {title}\n")
    end = PAGE.find("\n## ", begin + 1)
    return PAGE[begin : end if end >= 0 else None]


def _rows(section: str) -> list[list[str]]:
    """Return the cells of a section's tables, without their heads."""
    rows = []
    for line in section.splitlines():
        cells = (
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] if line.startswith("|") else []
        )
        if cells and not set(cells[0]) <= {"-"} and cells[0] not in ("fact", "fault", "policy", "call"):
            rows.append(cells)
    return rows


TESTS = Counter(
    node.name
    for path in HERE.rglob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
)
FACTS = _rows(_section("Fidelity"))


@pytest.mark.parametrize("row", FACTS, ids=[row[0] for row in FACTS])
def test_every_fact_in_the_table_names_a_test_that_exists(row: list[str]) -> None:
    """The last cell holds nothing but names of tests of the exchange, each of them unmistakable."""
    names = re.findall(r"`(test_\w+)`", row[-1])

    assert names
    assert re.sub(r"`test_\w+`|[ ,]", "", row[-1]) == ""
    for name in names:
        assert TESTS[name] == 1, f"{TESTS[name]} tests are called {name}"


def test_the_table_has_facts_of_every_section_it_promises() -> None:
    """Sections 1 to 7 of the facts, and the rulings of section 15."""
    sections = set(re.findall(r"\n### (\d+)\b", _section("Fidelity")))

    assert sections == {"1", "2", "3", "4", "5", "6", "7", "15"}


def test_every_fault_and_policy_is_explained_with_its_default() -> None:
    """Both tables together are what GET /_exchange/faults shows."""
    told = {row[0].strip("`"): json.loads(row[1]) for row in _rows(_section("Faults")) + _rows(_section("Policies"))}

    assert told == Faults().shown()


def test_every_call_of_the_control_api_is_in_its_table() -> None:
    """Each method and path of the table exists, and each that exists is in the table."""
    told = {tuple(row[0].split("`")[1].split("?")[0].split(" ")) for row in _rows(_section("Control API"))}
    places = {"call_sid": "{CA}", "number": "{number}", "n": "{n}", "key": "{key}"}
    known = {
        (method, PREFIX + re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda place: places[place[1]], pattern.pattern))
        for method, pattern, _ in ROUTES
    }

    assert told == known
