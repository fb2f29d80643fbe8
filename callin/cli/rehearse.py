"""`callin rehearse`: a whole show on this machine, with a cast of callers; or a recorded one, played again."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import click
from click.core import ParameterSource

from callin import migrations
from callin.cli.terminal import Exit, Speed, answer, console
from callin.db import engine_for
from callin.errors import RecordingUnfit
from callin.logs import configure_logs
from callin.recorded import counted, read_file
from callin.rehearsal.plots import PLOTS
from callin.rehearsal.rehearse import Rehearsal
from callin.rehearsal.rehearse import rehearse as play
from callin.replay import Difference, replay

NOT_WITH_REPLAY = ("once", "plot", "port", "as_list", "record")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--once", is_flag=True, help="End after the show: exit 0 only if all went as the plot says.")
@click.option("--speed", type=Speed(0.1, 200), default=20, show_default=True, help="Times real time.")
@click.option("--plot", type=click.Choice(sorted(PLOTS)), default=min(PLOTS), show_default=True, help="What is played.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the station; 0: any.")
@click.option("--list", "as_list", is_flag=True, help="Say which plots there are.")
@click.option("--record", metavar="FILE", help="Export the show when it is over, to be played again.")
@click.option("--replay", "recorded", type=_FILE, metavar="FILE", help="Play an exported show, as quickly as possible.")
@click.pass_context
def rehearse(
    context: click.Context,
    *,
    once: bool,
    speed: float,
    plot: str,
    port: int,
    as_list: bool,
    record: str | None,
    recorded: Path | None,
) -> int:
    """Start exchange, station and courier here, open a show, and play it from first caller to last goodbye.

    With --replay: play a recorded show on a fresh station instead, and compare what becomes of everybody.
    """
    said = {name for name in context.params if context.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    if recorded is not None:
        if said.intersection(NOT_WITH_REPLAY):
            raise click.UsageError("A recorded show is played as it was: --replay goes with --speed alone.")
        return _replay(recorded, speed=speed if "speed" in said else None)
    if as_list:
        for name in sorted(PLOTS):
            answer(f"{name}: {PLOTS[name].title}")
        return Exit.OK
    for number in (signal.SIGINT, signal.SIGTERM):
        # Said outright: whoever starts us in the background leaves SIGINT ignored, and SIGTERM would orphan the stage.
        signal.signal(number, signal.default_int_handler)
    wanted = Rehearsal(
        plot=PLOTS[plot], speed=speed, port=port, is_once=once, record=None if record is None else Path(record)
    )
    return play(wanted, console=console())


def _replay(path: Path, *, speed: float | None) -> int:
    configure_logs(level="ERROR", form="text")
    with tempfile.TemporaryDirectory(prefix="callin-replay-") as folder:
        database_url = f"sqlite:///{Path(folder) / 'callin.db'}"
        try:
            show = read_file(path.read_bytes())
            engine = engine_for(database_url)
            migrations.upgrade(engine)
            engine.dispose()
            found = replay(show, database_url=database_url, speed=speed)
        except RecordingUnfit as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{path} cannot be read ({error.strerror}).") from error
    return _tell(found, counts=counted(show.endings))


def _tell(found: list[Difference], *, counts: str) -> int:
    if not found:
        answer(f"The same outcomes: {counts}.")
        return Exit.OK
    first, *others = found
    answer(f"The first difference: {first}.")
    if others:
        answer(f"{len(others)} more after it.")
    return Exit.FAILED
