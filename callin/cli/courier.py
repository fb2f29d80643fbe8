"""`callin courier`: a courier in a process of its own."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from callin.cli.chores import CHORES_STOP_WITHIN_S, begin_chores
from callin.cli.terminal import Exit, answer, station_for_command
from callin.courier import Courier


@click.command()
@click.option("--once", is_flag=True, help="Do what is owed now, then end.")
def courier(*, once: bool) -> int:
    """Send owed texts, fetch recordings and compare calls with Twilio, until stopped.

    `callin serve` has a courier of its own unless told otherwise; several may work side by side.
    """
    station = station_for_command(is_server=not once)
    working = Courier(station)
    if once:
        done = 0
        while more := working.round():
            done += more
        answer(f"{done} done.")
        return Exit.OK
    stop = threading.Event()
    signals: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    chores = begin_chores(station, stop=stop)
    working.run(stop)
    for chore in chores:
        chore.join(CHORES_STOP_WITHIN_S)
    return Exit.INTERRUPTED if signal.SIGINT in signals else Exit.OK
