"""`./scripts/bench`: what is measured, how long, and where the results go; called by scripts/_bench.py."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from benchmarks import report
from benchmarks.figures import BenchError
from benchmarks.machine import Watch, this_machine
from benchmarks.parts import PARTS, Effort
from benchmarks.processes import ROOT

OUT = ROOT / "docs" / "bench"
FAILED = 1


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)), metavar="[PART]...")
@click.option("--list", "only_list", is_flag=True, help="Name the parts and stop.")
@click.option("--quick", is_flag=True, help="Only show that everything works; the figures mean nothing.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Of whatever is compared.")
@click.option("--seconds", type=click.FloatRange(0.1), default=4.0, show_default=True, help="Of load in each round.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of whatever is left to chance.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for JSON and SVG [docs/bench].")
def bench(
    *, parts: tuple[str, ...], only_list: bool, quick: bool, rounds: int, seconds: float, seed: int, out: Path | None
) -> None:
    """Measure the station on this machine, without an account: PARTs, or all that do not have to be asked for.

    Whatever is compared is measured in one run, in turns; what counts are the ratios. A target that is missed is told
    and is no failure; a measurement that went wrong is.
    """
    console = Console(width=None if Console().is_terminal else 160)
    if only_list:
        for name, part in PARTS.items():
            asked_for = " (only by name)" if part.is_asked_for else ""
            console.print(f"{name:10} {part.about}{asked_for}", highlight=False)
        return
    chosen = list(parts) or [name for name, part in PARTS.items() if not part.is_asked_for]
    with tempfile.TemporaryDirectory(prefix="callin-bench-") as room:
        effort = Effort(
            Path(room), rounds=1 if quick else rounds, seconds=0.5 if quick else seconds, is_quick=quick, seed=seed
        )
        try:
            for name in chosen:
                _run(name, effort, console=console, out=out or (None if quick else OUT))
        except BenchError as error:
            console.print(f"scripts/bench: {name}: {error}", markup=False, highlight=False, soft_wrap=True)
            click.get_current_context().exit(FAILED)


def _run(name: str, effort: Effort, *, console: Console, out: Path | None) -> None:
    folder = effort.folder / name
    folder.mkdir()
    console.print(f"{name}: {PARTS[name].about} …", highlight=False)
    watch = Watch()
    findings = PARTS[name].measure(replace(effort, folder=folder))
    if not findings.figures:
        raise BenchError("nothing was measured")
    report.tell(name, findings, console=console)
    seen = watch.told()
    console.print(f"[dim]load average {seen['load_before']} before, {seen['load_after']} after[/dim]", highlight=False)
    if out is not None:
        about = {
            "machine": this_machine().described(),
            "watch": seen,
            "effort": {"rounds": effort.rounds, "seconds": effort.seconds, "is_quick": effort.is_quick},
        }
        report.keep(name, findings, folder=out, about=about)
        console.print(f"Written to {out}", highlight=False)
