"""`callin doctor`: what a live show stands on, looked at in one go."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.padding import Padding
from rich.text import Text

from callin.cli.terminal import Exit, answer_json, console
from callin.doctor import Finding, Health, examine
from callin.logs import configure_logs

MARKS = {Health.OK: "ok", Health.NOTE: "note", Health.PROBLEM: "PROBLEM", Health.UNKNOWN: "–"}
STYLES = {Health.OK: "green", Health.NOTE: "yellow", Health.PROBLEM: "bold red", Health.UNKNOWN: "dim"}
WIDTH = 8


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def doctor(*, as_json: bool) -> int:
    """Look at settings, database, Twilio, numbers and the public address, and say how to mend what is wrong.

    Changes nothing. Exit 5 if there are problems.
    """
    configure_logs(level="ERROR", form="text")
    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            _show(finding)
    problems = sum(finding.health == Health.PROBLEM for finding in findings)
    if as_json:
        answer_json({"problems": problems, "findings": [asdict(finding) for finding in findings]})
    else:
        console().print(f"{problems} {'problem' if problems == 1 else 'problems'}." if problems else "All is well.")
    return Exit.PROBLEMS if problems else Exit.OK


def _show(finding: Finding) -> None:
    out = console()
    head = Text(f"{MARKS[finding.health]:<{WIDTH}}", style=STYLES[finding.health])
    out.print(head.append(f"{finding.check}: {finding.what}", style="default"), soft_wrap=True)
    for word, said in (("where", finding.where), ("do", finding.do)):
        if said:
            out.print(Padding(Text(f"{word}: {said}"), (0, 0, 0, WIDTH)), soft_wrap=True)
