"""`callin rehearse`: a whole show on this machine, with a cast of callers."""

from __future__ import annotations

import signal

import click

from callin.cli.terminal import Exit, Speed, answer, console
from callin.rehearsal.plots import PLOTS
from callin.rehearsal.rehearse import Rehearsal
from callin.rehearsal.rehearse import rehearse as play


@click.command()
@click.option("--once", is_flag=True, help="End after the show: exit 0 only if all went as the plot says.")
@click.option("--speed", type=Speed(0.1, 200), default=20, show_default=True, help="Times real time.")
@click.option("--plot", type=click.Choice(sorted(PLOTS)), default=min(PLOTS), show_default=True, help="What is played.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the station; 0: any.")
@click.option("--list", "as_list", is_flag=True, help="Say which plots there are.")
def rehearse(*, once: bool, speed: float, plot: str, port: int, as_list: bool) -> int:
    """Start exchange, station and courier here, open a show, and play it from first caller to last goodbye."""
    if as_list:
        for name in sorted(PLOTS):
            answer(f"{name}: {PLOTS[name].title}")
        return Exit.OK
    for number in (signal.SIGINT, signal.SIGTERM):
        # Said outright: whoever starts us in the background leaves SIGINT ignored, and SIGTERM would orphan the stage.
        signal.signal(number, signal.default_int_handler)
    return play(Rehearsal(plot=PLOTS[plot], speed=speed, port=port, is_once=once), console=console())
