"""`callin show export`: a show as a file that is nobody's, to be played again by `callin rehearse --replay`."""

from __future__ import annotations

from pathlib import Path

import click

from callin.cli.terminal import Exit, answer, station_for_command, tell
from callin.recorded import counted, export_show, save_file, write_file

STDOUT = "-"


@click.command()
@click.argument("number", metavar="[SHOW]", type=click.IntRange(1, 2**31 - 1), required=False)
@click.option("--out", metavar="FILE", required=True, help="Where it is written; - for here.")
def export(*, number: int | None, out: str) -> int:
    """Export a show, to be played again: the newest, or the one with this number in `callin show list`.

    No phone number, name, text, SID or date in the file is a real one.
    """
    station = station_for_command()
    with station.reading() as session:
        show = export_show(session, settings=station.settings, show_id=number)
    if out == STDOUT:
        click.echo(write_file(show), nl=False)
    else:
        save_file(show, path=Path(out))
        answer(f"{out} holds the show: {counted(show.endings)}. Play it again: callin rehearse --replay {out}")
    if show.forgotten:
        tell(f"callin: {show.forgotten} of its calls have been forgotten and are missing: it may end differently.")
    return Exit.OK
