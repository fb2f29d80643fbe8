"""A rehearsal from curtain to review; called by `callin rehearse`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from callin.errors import CallinError
from callin.recorded import export_show, save_file
from callin.rehearsal.director import Director
from callin.rehearsal.encore import stay_up
from callin.rehearsal.plots import Plot
from callin.rehearsal.producer import PAULA, hire, way_in
from callin.rehearsal.review import Review, review
from callin.rehearsal.stage import Stage, StageOrder

ALL_WELL, DIFFERED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the person asked for.

    Attributes:
        plot: what is played.
        speed: show seconds in one real second.
        port: of the station, or 0.
        is_once: whether it ends after the show.
        record: the file that the show is exported to, or None.
    """

    plot: Plot
    speed: float
    port: int
    is_once: bool
    record: Path | None = None


def rehearse(rehearsal: Rehearsal, *, console: Console) -> int:
    """A whole show was played and judged; return the exit code.

    Args:
        rehearsal: what was asked for.
        console: where it is told.
    """

    def tell(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    tell(f"Setting up: exchange, station and courier on this machine, {rehearsal.speed:g} times as fast as life.")
    stage = Stage(StageOrder(speed=rehearsal.speed, port=rehearsal.port, settings=rehearsal.plot.settings), say=tell)
    is_all_well = False
    try:
        stage.set_up()
        tell(f"Exchange {stage.exchange_url}   station {stage.station_url}   show kept in {stage.database}")
        hire(stage.station)
        tell(f"Board    {way_in(stage.station)}   (works once: you are {PAULA}, the producer)")
        tell("")
        director = Director(rehearsal.plot, stage=stage, speed=rehearsal.speed, tell=tell)
        director.play()
        judged = review(rehearsal.plot, cast=director.cast, stage=stage, troubles=director.troubles)
        _tell_review(judged, console=console)
        is_all_well = judged.is_as_the_plot_says
        if rehearsal.record is not None:
            _record(stage, path=rehearsal.record)
            tell(f"The show is in {rehearsal.record}. Play it again: callin rehearse --replay {rehearsal.record}")
        if not rehearsal.is_once:
            stay_up(stage, say=tell)
        return ALL_WELL if is_all_well else DIFFERED
    except KeyboardInterrupt:
        tell("\nStopped.")
        return INTERRUPTED
    except CallinError as error:
        tell(f"The rehearsal did not come about. {error}")
        return DIFFERED
    finally:
        stage.strike(keep_logs=not is_all_well)


def _record(stage: Stage, *, path: Path) -> None:
    with stage.station.reading() as session:
        show = export_show(session, settings=stage.station.settings, show_id=None)
    save_file(show, path=path)


def _tell_review(judged: Review, *, console: Console) -> None:
    table = Table(title="What became of everybody", title_justify="left")
    table.add_column("caller")
    table.add_column("outcome")
    for heading in ("waited", "aired", "texts", "messages"):
        table.add_column(heading, justify="right")
    table.add_column("as the plot says")
    for row in judged.rows:
        table.add_row(
            row.name,
            row.outcome,
            f"{row.waited_s} s",
            "" if row.aired_s is None else f"{row.aired_s} s",
            str(row.texts),
            str(row.messages),
            "yes" if not row.differences else "NO",
        )
    console.print()
    console.print(table)
    if judged.is_as_the_plot_says:
        console.print("Every outcome, text and message is as the plot says, and the queue is gone.")
    else:
        console.print("What differed:")
        for difference in judged.differences:
            console.print(f"  {difference}", markup=False, highlight=False)
