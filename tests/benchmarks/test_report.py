"""The report: figures beside their targets, kept so that they can be read again."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from benchmarks import report
from benchmarks.figures import Chart, Figure, Findings, Table, Target, at_least, at_most

ABOUT = {
    "machine": {"processor": "a chip", "cores": 2, "system": "Linux", "python": "3.11.7"},
    "watch": {"began_at": "2026-11-25T22:00:00+00:00", "load_before": 0.1, "load_after": 2.0, "steal_share": 0.01},
}


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (at_least(3), 3.0, "met"),
        (at_least(3), 2.4, "missed by 20%"),
        (at_most(15), 15, "met"),
        (at_most(15), 30, "missed by 100%"),
        (at_most(0), 4, "missed by 4"),
    ],
)
def test_a_figure_meets_its_target_or_misses_it_by_so_much(target: Target, value: float, verdict: str) -> None:
    """Both sides of a target are told apart, and how far off it was."""
    assert target.verdict(value) == verdict
    assert Figure("f", value, "s", target).is_missed == (verdict != "met")


def test_findings_are_kept_as_data_a_picture_and_a_page(tmp_path: Path) -> None:
    """JSON has every figure with its verdict; the page has those of all parts; the picture is well-formed."""
    chart = Chart("speed", "Speed of <this> & that", [("callin", 300.0), ("another", 0.0)])
    table = Table("All | of it", ["server", "a second"], [["callin | x", "300"]])
    first = Findings([Figure("speed", 300, "/s", at_least(200))], [table], [chart], ["A note."])
    report.keep("one", first, folder=tmp_path, about=ABOUT)
    report.keep("two", Findings([Figure("seconds", 9, "s", at_most(8))]), folder=tmp_path, about=ABOUT)

    kept = json.loads((tmp_path / "one.json").read_text())
    assert (kept["figures"][0]["value"], kept["figures"][0]["verdict"]) == (300, "met")
    assert kept["machine"]["processor"] == "a chip"
    assert len(list(ET.fromstring((tmp_path / "speed.svg").read_text()).iter("{http://www.w3.org/2000/svg}rect"))) == 2
    page = (tmp_path / report.RESULTS).read_text()
    assert "| speed | 300 /s | ≥ 200 /s | met |" in page
    assert "| seconds | 9 s | ≤ 8 s | missed by 12% |" in page
    assert "callin \\| x" in page
    assert "A note." in page
