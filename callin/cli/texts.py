"""`callin texts`: stop all texts that go out, or start them again."""

from __future__ import annotations

import click

from callin.cli.terminal import answer, station_for_command
from callin.desk import sending

ACTOR = "terminal"


@click.group()
def texts() -> None:
    """The texts that go out: all of them, or none."""


@texts.command()
def stop() -> None:
    """Send no text any more, from this moment on and in every process; safe to repeat."""
    station = station_for_command()
    with station.transaction() as session:
        is_new = sending.stop_texts(session, now=station.clock(), actor=ACTOR)
        since = sending.current_stop(session)
    if is_new or since is None:
        answer("No text goes out any more. To start them again: callin texts start")
    else:
        answer(f"No text goes out since {since.began_at:%Y-%m-%d %H:%M} UTC. To start them again: callin texts start")


@texts.command()
def start() -> None:
    """Send texts again; those withheld meanwhile stay unsent. Safe to repeat."""
    station = station_for_command()
    with station.transaction() as session:
        is_new = sending.start_texts(session, now=station.clock(), actor=ACTOR)
    answer("Texts go out again." if is_new else "Texts go out already.")
