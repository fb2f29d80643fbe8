"""What docs/deploy offers fits the station: figures that exist, commands that can be typed."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import click
import pytest

from callin.cli import callin
from tests.house.pages import ROOT, codes, table

DEPLOY = ROOT / "docs" / "deploy"
UNITS = [DEPLOY / "callin-web.service", DEPLOY / "callin-courier.service"]


def check(line: str) -> None:
    """A command of ours with options that it has."""
    command: click.Command = callin
    words = line.split()[1:]
    while isinstance(command, click.Group):
        command, words = command.commands[words[0]], words[1:]
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, line


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


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_what_there_is(unit: object) -> None:
    """Its commands can be typed, it runs as nobody special, and it is stopped with patience."""
    text = (DEPLOY / unit.name).read_text()  # type: ignore[attr-defined]  # a path
    commands = re.findall(r"^Exec\w+=/srv/callin/\.venv/bin/(callin .+)$", text, re.MULTILINE)
    assert commands
    for command in commands:
        check(command)
    for line in ("User=callin", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "TimeoutStopSec=40"):
        assert f"\n{line}\n" in text, line


def test_the_procfile_starts_what_there_is() -> None:
    """Web, courier and the upgrade before each release."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert list(lines) == ["release", "web", "courier"]
    for command in lines.values():
        check(command)


def test_the_image_holds_what_it_needs_and_no_more() -> None:
    """Everything copied is let through, nothing else is, and it neither runs as root nor without a health check."""
    text = (ROOT / "Dockerfile").read_text()
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)
    assert "\nUSER callin\n" in text
    assert "\nHEALTHCHECK " in text
    for command in re.findall(r"callin [a-z][^&\"]*", text.partition("\nCMD ")[2]):
        check(command)


def test_the_composition_starts_what_there_is() -> None:
    """Commands that can be typed, every secret from outside, nothing open but on this machine."""
    text = (ROOT / "compose.yaml").read_text()
    commands = [json.loads(words) for words in re.findall(r"^    command: (\[.+\])$", text, re.MULTILINE)]
    assert len(commands) == 3
    for words in commands:
        check(" ".join(words))
    assert re.findall(r"ports: (.+)$", text, re.MULTILINE) == ['["127.0.0.1:8000:8000"]']
    assert not re.search(r"PASSWORD: (?!\$)", text)


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_front_lets_streams_through(name: str) -> None:
    """Neither holds back what is written bit by bit, and both lead to the port of `callin serve`."""
    text = (DEPLOY / name).read_text()
    assert "127.0.0.1:8000" in text
    assert "flush_interval -1" in text or "proxy_buffering off;" in text


def test_the_document_for_a_dead_station_leads_back_to_it() -> None:
    """It keeps callers on the phone, and its last word is the station's own door for when it could not be reached."""
    document = ET.parse(DEPLOY / "fallback.xml").getroot()
    assert [verb.tag for verb in document] == ["Say", "Say", "Play", "Redirect"]
    assert (document[-1].text or "").endswith("/voice/fallback")
    assert document[-1].get("method") == "POST"
