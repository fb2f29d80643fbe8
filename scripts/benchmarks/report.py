"""What a run leaves behind: tables in the terminal, and JSON, SVG and Markdown in a folder; called by the command."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.figures import Chart, Figure, Findings, Table

RESULTS = "results.md"
_WIDTH, _LABEL, _BAR, _GAP = 720, 220, 22, 10


def tell(name: str, findings: Findings, *, console: Console) -> None:
    """The findings of one part stand in the terminal.

    Args:
        name: of the part.
        findings: what it measured.
        console: where.
    """
    for table in findings.tables:
        console.print(_rich(table))
    headings = ["figure", "measured", "target", ""]
    console.print(_rich(Table(f"{name}: figures and targets", headings, [_row(f) for f in findings.figures])))
    for note in findings.notes:
        console.print(f"[dim]{note}[/dim]", highlight=False)


def keep(name: str, findings: Findings, *, folder: Path, about: dict[str, object]) -> None:
    """The findings of one part stand in the folder, and its page of results is that of all parts kept there.

    Args:
        name: of the part.
        findings: what it measured.
        folder: where.
        about: machine, load and effort, for JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"part": name, **about, **asdict(findings)}
    for figure, told in zip(findings.figures, kept["figures"], strict=True):
        told["verdict"] = "" if figure.target is None else figure.target.verdict(figure.value)
    (folder / f"{name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    for chart in findings.charts:
        (folder / f"{chart.name}.svg").write_text(drawn(chart))
    write_page(folder)


def write_page(folder: Path) -> None:
    """The page of results says what the JSON files beside it say."""
    lines = ["# Results", "", "Made by `./scripts/bench`; how to read them is in [README.md](README.md)."]
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text())
        lines += ["", f"## {kept['part']}", "", _circumstances(kept), ""]
        lines += _markdown(["figure", "measured", "target", ""], [_kept_row(figure) for figure in kept["figures"]])
        for table in kept["tables"]:
            lines += ["", f"**{table['title']}**", "", *_markdown(table["headings"], table["rows"])]
        lines += [f"\n![{chart['title']}]({chart['name']}.svg)" for chart in kept["charts"]]
        lines += [f"\n{note}" for note in kept["notes"]]
    (folder / RESULTS).write_text("\n".join(lines) + "\n")


def drawn(chart: Chart) -> str:
    """Return the bars as SVG, readable on light and dark pages.

    Args:
        chart: with at least one bar.
    """
    most = max(value for _label, value in chart.bars) or 1
    height = 50 + len(chart.bars) * (_BAR + _GAP)
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
    parts = [
        f'<svg {frame} aria-label="{escape(chart.title)}" font-family="sans-serif" font-size="14">',
        "<style>text{fill:#222}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>",
        f'<text x="0" y="22" font-weight="bold">{escape(chart.title)}</text>',
    ]
    for number, (label, value) in enumerate(chart.bars):
        top = 40 + number * (_BAR + _GAP)
        width = max(2, (_WIDTH - _LABEL - 80) * value / most)
        colour = "#2a7f62" if label.startswith("callin") else "#6b8cae"
        parts += [
            f'<text x="{_LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LABEL}" y="{top}" width="{width:.0f}" height="{_BAR}" rx="3" fill="{colour}"/>',
            f'<text x="{_LABEL + width + 8:.0f}" y="{top + 16}">{_number(value)}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(figure: Figure) -> list[str]:
    target = figure.target
    wanted = "" if target is None else f"{target.bound} {_number(target.value)} {figure.unit}".strip()
    verdict = "" if target is None else target.verdict(figure.value)
    return [figure.name, f"{_number(figure.value)} {figure.unit}".strip(), wanted, verdict]


def _kept_row(figure: dict[str, Any]) -> list[str]:
    target, unit = figure["target"], figure["unit"]
    wanted = f"{target['bound']} {_number(target['value'])} {unit}".strip() if target else ""
    return [figure["name"], f"{_number(figure['value'])} {unit}".strip(), wanted, figure["verdict"]]


def _circumstances(kept: dict[str, Any]) -> str:
    machine, watch = kept["machine"], kept["watch"]
    return (
        f"{watch['began_at']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}. Load average {watch['load_before']} before and {watch['load_after']} after"
        f"{_priority(watch)}; "
        f"{watch['steal_share']:.1%} of the time stolen by other machines."
    )


def _priority(watch: dict[str, Any]) -> str:
    """Return what must be known of a run that others were made to wait for."""
    return f" (run at nice {watch['priority']})" if watch.get("priority") else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _markdown(headings: list[str], rows: list[list[str]]) -> list[str]:
    table = [headings, ["---"] * len(headings), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left", box=SIMPLE_HEAD)
    for number, heading in enumerate(table.headings):
        shown.add_column(heading, justify="left" if number == 0 else "right")
    for row in table.rows:
        shown.add_row(*row)
    return shown
