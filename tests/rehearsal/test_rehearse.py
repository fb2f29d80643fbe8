"""The rehearsal, as a newcomer runs it: processes, HTTP, a table, an exit code."""

import dataclasses
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests
from rich.console import Console

from callin.cli import run as callin
from callin.rehearsal.database import REHEARSAL_MARK
from callin.rehearsal.plots import PLOTS, Plot
from callin.rehearsal.plots.plot import Ending
from callin.rehearsal.rehearse import Rehearsal, rehearse
from callin.rules.call_states import Outcome


def run(plot: Plot, *, record: Path | None = None) -> tuple[int, str]:
    told = io.StringIO()
    console = Console(file=told, width=120)
    # Half the usual speed: other tests keep this machine busy, and the DJ has seconds of show time to press a key.
    code = rehearse(Rehearsal(plot=plot, speed=10, port=0, is_once=True, record=record), console=console)
    return code, told.getvalue()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of the test's own: rehearsals keep their show in ./callin.db."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_friday_night_ends_as_its_plot_says(elsewhere: Path) -> None:
    """Fourteen callers, four texters, a DJ: every outcome, place, text and message is right, and the queue is gone.

    Recorded, it ends the same when it is played again.
    """
    code, told = run(PLOTS["friday"], record=elsewhere / "friday.jsonl")
    assert code == 0, told
    for line in (
        "You are number 3 in line",
        "Sorry, so many people are calling that our line is full.",
        "puts Finn next up",
        "reads: It's your turn on Friday Night Lines.",
        "The topic is owls on the night bus.",
        "reads: You have successfully been unsubscribed.",
        "Every outcome, text and message is as the plot says, and the queue is gone.",
    ):
        assert line in told
    assert callin(["rehearse", "--replay", "friday.jsonl"]) == 0


def test_what_differs_from_the_plot_is_told_and_fails() -> None:
    """A plot that promises another ending is not fulfilled in silence."""
    short = PLOTS["short"]
    wrong = dataclasses.replace(short.parts[0], ending=Ending(Outcome.ABANDONED, texts=1))
    code, told = run(dataclasses.replace(short, parts=(wrong, *short.parts[1:])))
    assert code == 1
    assert "Ada: outcome: aired, not abandoned" in told
    assert "Ada: texts on the phone: 0, not 1" in told
    assert "Ben:" not in told.split("What differed:")[1]


def test_somebody_elses_database_is_left_alone(elsewhere: Path) -> None:
    """A ./callin.db that is not a rehearsal's is never deleted."""
    with closing(sqlite3.connect(elsewhere / "callin.db")) as theirs:
        theirs.execute("CREATE TABLE precious (it TEXT)")
    code, told = run(PLOTS["short"])
    assert code == 0, told
    assert "is left alone" in told
    with closing(sqlite3.connect(elsewhere / "callin.db")) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]


def test_a_running_rehearsals_database_is_left_alone(elsewhere: Path) -> None:
    """Two rehearsals in one folder do not take each other's show away."""
    with closing(sqlite3.connect(elsewhere / "callin.db")) as running:
        running.execute(f"PRAGMA application_id = {REHEARSAL_MARK}")
        running.execute("PRAGMA journal_mode = WAL")
        running.execute("CREATE TABLE precious (it TEXT)")
        code, told = run(PLOTS["short"])
        assert code == 0, told
        assert "belongs to a rehearsal that is still running" in told
        assert running.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]


def test_two_rehearsals_begun_together_share_nothing(elsewhere: Path) -> None:
    """Begun at one moment in one folder, each has a port and a show of its own."""
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "callin", "rehearse", "--plot", "short", "--once", "--speed", "10"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120)[0] for process in begun]
    assert [process.returncode for process in begun] == [0, 0], "".join(told)
    assert "belongs to a rehearsal that is still running" in "".join(told)


@pytest.mark.parametrize("ignoring", ["", "trap '' INT; "], ids=["at a terminal", "in the background"])
def test_it_stays_up_until_ctrl_c_and_leaves_nothing_running(elsewhere: Path, ignoring: str) -> None:
    """Without --once the addresses are printed, the board's at both ends; Ctrl-C ends every process of theirs."""
    with subprocess.Popen(
        ["sh", "-c", f'{ignoring}exec "$0" -m callin rehearse --plot short --port 0', sys.executable],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if "Ctrl-C" in line:
                break
        links = re.findall(r"http://\S+/sign-in/once/\S+", "".join(told))
        ways = [sign_in(link) for link in links]
        process.send_signal(signal.SIGINT)
        told.append(process.communicate(timeout=30)[0])
    assert process.returncode == 130, "".join(told)
    assert re.search(r"phones in your browser +http://127.0.0.1:\d+/\n", "".join(told))
    assert ways == ["/board", "/board"]
    assert _processes_mentioning(f"sqlite:///{elsewhere}") == []


def test_plots_are_listed() -> None:
    """`--list` names every plot with its title."""
    listed = subprocess.run(
        [sys.executable, "-m", "callin", "rehearse", "--list"], capture_output=True, text=True, check=True
    ).stdout
    for plot in PLOTS.values():
        assert f"{plot.name}: {plot.title}" in listed


def sign_in(link: str) -> str:
    """Where a browser is led that opens this link and presses the button."""
    with requests.Session() as browser:
        page = browser.get(link, timeout=10)
        (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
        return browser.post(link, {"csrf_token": token}, allow_redirects=False, timeout=10).headers["Location"]


def _processes_mentioning(mark: str) -> list[str]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if mark in environment:
            found.append(pid)
    return found
