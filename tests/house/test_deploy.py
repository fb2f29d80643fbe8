"""What docs/deploy offers fits the station: figures that exist, commands that can be typed."""

from __future__ import annotations

import json
import re

from tests.house.pages import ROOT, codes, table

DEPLOY = ROOT / "docs" / "deploy"


def test_the_dashboard_asks_for_figures_that_exist() -> None:
    """Each panel has a title, words, and queries for figures of the reference with labels they have."""
    figures = {codes(row[0])[0]: set(codes(row[1])) for row in table("Figures")}
    board = json.loads((DEPLOY / "grafana.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["description"].endswith(".")
        for query in panel["targets"]:
            (name,) = set(re.findall(r"\bcallin_\w+", query["expr"]))
            assert name.removesuffix("_bucket") in figures, query
            asked = {label for by in re.findall(r"by \(([\w, ]+)\)", query["expr"]) for label in by.split(", ")}
            asked |= set(re.findall(r"{{(\w+)}}", query["legendFormat"]))
            assert asked <= figures[name.removesuffix("_bucket")], query


def test_every_figure_but_the_counts_of_seconds_is_on_the_dashboard() -> None:
    """A figure that nobody looks at would not be worth counting."""
    shown = set(re.findall(r"\bcallin_\w+", (DEPLOY / "grafana.json").read_text()))
    assert {name.removesuffix("_bucket") for name in shown} == {codes(row[0])[0] for row in table("Figures")}
