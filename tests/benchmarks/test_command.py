"""`./scripts/bench`: runs, tells, keeps, and fails when nothing was measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import command
from benchmarks.command import FAILED, bench
from benchmarks.figures import BenchError, Figure, Findings, at_least
from benchmarks.parts import PARTS, Effort, Part
from click.testing import CliRunner

from tests.system import need

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "_bench.py"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(bench, list(words))
    return result.exit_code, result.output


def test_its_parts_are_named() -> None:
    """`--list` names every part, and measures nothing."""
    code, output = run("--list")
    assert code == 0
    assert all(name in output for name in PARTS)


def test_the_short_form_measures_a_real_station(tmp_path: Path) -> None:
    """Webhooks against the tutorial's application, waiting callers, the board in a browser, a closing: all real."""
    need("chromium", "libatomic")
    # In a process of its own: it drives a browser, and tests here may be driving another.
    command = [sys.executable, str(SCRIPT), "--quick", "--out", str(tmp_path), "wait", "waiting", "board", "drain"]
    measured = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    assert measured.returncode == 0, measured.stdout + measured.stderr
    (ratio,) = json.loads((tmp_path / "wait.json").read_text())["figures"]
    assert ratio["value"] > 0.1
    figures = {figure["name"]: figure for figure in json.loads((tmp_path / "waiting.json").read_text())["figures"]}
    assert figures["errors with 50 waiting"]["value"] == 0
    assert json.loads((tmp_path / "board.json").read_text())["figures"][0]["value"] > 0
    assert json.loads((tmp_path / "drain.json").read_text())["figures"][1]["value"] >= 1
    assert "| callin, SQLite |" in (tmp_path / "results.md").read_text()


@pytest.mark.parametrize(
    ("findings", "words"),
    [(Findings(), "nothing was measured"), (BenchError("it answered 403"), "it answered 403")],
)
def test_a_measurement_that_went_wrong_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, findings: Findings | BenchError, words: str
) -> None:
    """It says what went wrong, ends with 1, and keeps no figure."""

    def measure(_effort: Effort) -> Findings:
        if isinstance(findings, BenchError):
            raise findings
        return findings

    monkeypatch.setitem(command.PARTS, "wait", Part("broken", measure))
    code, output = run("--out", str(tmp_path), "wait")
    assert code == FAILED
    assert words in output
    assert list(tmp_path.iterdir()) == []


def test_a_missed_target_is_told_and_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is slow is a result too."""
    slow = Findings([Figure("speed", 1, "/s", at_least(2))])
    monkeypatch.setitem(command.PARTS, "wait", Part("slow", lambda _effort: slow))
    code, output = run("--out", str(tmp_path), "wait")
    assert code == 0
    assert "missed by 50%" in output
