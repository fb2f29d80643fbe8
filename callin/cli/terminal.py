"""How commands speak: answers on stdout, everything else on stderr, and one exit code a kind of ending."""

from __future__ import annotations

import json
import math
import sys
from enum import IntEnum
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from callin import migrations
from callin.db import engine_for
from callin.errors import DatabaseUnfit
from callin.logs import configure_logs
from callin.settings import Settings, load_settings
from callin.station import Station, station_of

# A pipe has no width; rich would take eighty columns and cut cells off.
PIPE_WIDTH = 200


class Exit(IntEnum):
    """What a script can tell from how a command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SETTINGS = 3
    UNREACHABLE = 4
    PROBLEMS = 5
    INTERRUPTED = 130


def console() -> Console:
    """Return where answers go."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def side_console() -> Console:
    """Return where questions, progress and errors go."""
    return Console(stderr=True, highlight=False)


def tell(sentence: str) -> None:
    """Say something beside the answer."""
    click.echo(sentence, err=True)


def answer(sentence: str) -> None:
    """Say the answer."""
    click.echo(sentence)


def answer_json(what: Any) -> None:
    """Give the answer to a machine."""
    click.echo(json.dumps(what, indent=2, ensure_ascii=False))


def table(*columns: str) -> Table:
    """Return an empty table; cells hold what people typed, so nothing in them is taken for markup."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = column.startswith(">")
        made.add_column(column.removeprefix(">"), justify="right" if right else "left", overflow="fold")
    return made


def ask_before(what: str, *, yes: bool) -> None:
    """Return only if somebody wants it done.

    Args:
        what: the question, without its mark: «Close the show».
        yes: whether they said so already.

    Raises:
        click.UsageError: there is nobody to ask.
        Declined: they said no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{what}? This is not a terminal, so nobody can be asked: add --yes.")
    if not click.confirm(f"{what}?", err=True):
        raise Declined


class Speed(click.FloatRange):
    """How many times as fast as real time: in the range, and a number at all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; NaN is in every range by click's comparisons."""
        speed = float(super().convert(value, param, ctx))
        if math.isnan(speed):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return speed


class Declined(Exception):
    """Somebody was asked, and said no."""


def settings_for_command(*, is_server: bool = False) -> Settings:
    """Return the settings, with the log set up as they say.

    Args:
        is_server: whether it runs on by itself; else a log for people tells only what goes wrong.

    Raises:
        BadSettings: with every problem.
    """
    settings = load_settings()
    level = settings.log_level
    if settings.log_format == "text" and level == "INFO" and not is_server:
        level = "WARNING"  # somebody is reading: the answer is enough
    configure_logs(level=level, form=settings.log_format)
    return settings


def station_for_command(*, is_server: bool = False) -> Station:
    """Return the station, on a database that is fit for it.

    Args:
        is_server: whether it runs on by itself.

    Raises:
        BadSettings: with every problem.
        DatabaseUnfit: it cannot be reached, or is not at this version.
    """
    settings = settings_for_command(is_server=is_server)
    check_database(settings)
    station = station_of(settings)
    click.get_current_context().call_on_close(station.engine.dispose)
    return station


def check_database(settings: Settings) -> None:
    """The database is there and has the tables of this version.

    Raises:
        DatabaseUnfit: with the fix.
    """
    engine = engine_for_command(settings)
    try:
        problem = migrations.problem(engine)
    finally:
        engine.dispose()
    if problem is not None:
        raise DatabaseUnfit(problem)


def engine_for_command(settings: Settings) -> Engine:
    """Return an engine for the database; nothing is connected yet.

    Raises:
        DatabaseUnfit: its folder or its driver is missing, with the fix.
    """
    try:
        return engine_for(settings.database_url)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DatabaseUnfit(f"The database's folder cannot be made ({reason}). Check DATABASE_URL in .env.") from error
    except ImportError as error:
        raise DatabaseUnfit("PostgreSQL needs its driver. Run: pip install 'callin[postgres]'") from error
    except SQLAlchemyError as error:
        raise DatabaseUnfit("DATABASE_URL in .env is not the address of a database.") from error
