"""`callin show`: open, close and list shows; exporting one is in cli/show_export.py."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from callin import opening
from callin.cli import show_report
from callin.cli.show_export import export
from callin.cli.terminal import (
    Exit,
    answer,
    answer_json,
    ask_before,
    console,
    side_console,
    station_for_command,
    tell,
)
from callin.desk import shows
from callin.desk.closing_duty import ClosingProgress
from callin.drain import ClosingReport, close_show, follow_closing, look_at_closing
from callin.errors import CarrierError, ClosingUnderWay
from callin.settings import LONGEST_SHOW_NAME
from callin.station import Station

GO_ON = "callin: closing is not finished. Go on with: callin show close"


@click.group()
def show() -> None:
    """The show: open it, close it, look at past ones."""


@show.command("open")
@click.option("--name", help="What callers hear it called, if not CALLIN_SHOW_NAME.")
@click.option("--until", metavar="HH:MM", help="When it ends, in this machine's time; told to who waits in vain.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def open_(*, name: str | None, until: str | None, as_json: bool) -> int:
    """Let callers into the line. Safe to repeat: what is missing at Twilio is made."""
    ends_at = None if until is None else next_time_of(until, now=datetime.now().astimezone())
    if name is not None and len(name) > LONGEST_SHOW_NAME:
        raise click.BadParameter(f"is longer than {LONGEST_SHOW_NAME} characters", param_hint="--name")
    station = station_for_command()
    card, was_open = opening.open_show(station, name=name, ends_at=ends_at, actor="producer")
    try:
        opening.ensure_queues(station, card=card)
    except CarrierError:
        tell(
            "callin: the show is open and callers are taken, but its queues are not ready at Twilio: "
            "a DJ who rings now may find no line. Run again: callin show open"
        )
        raise
    if was_open and (name is not None or until is not None):
        tell("callin: the show was open already, so --name and --until change nothing.")
    if as_json:
        answer_json(show_report.show_as_json(card) | {"was_open": was_open})
    elif was_open:
        answer(f"«{card.name}» is open since {show_report.clock_time(card.opened_at)}; its queues are ready.")
    else:
        settings = station.settings
        answer(f"«{card.name}» is open. Listeners ring {settings.listener_number}, the DJ rings {settings.dj_line}.")
    return Exit.OK


@show.command("close")
@click.option("--dry-run", is_flag=True, help="Say who would be sent home, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--keep-queue", is_flag=True, help="Leave the empty queues at Twilio.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def close(*, dry_run: bool, yes: bool, keep_queue: bool, as_json: bool) -> int:
    """Thank everyone who waits, take their messages, and delete the queue.

    Whoever is on the air stays there. Killed midway, the courier finishes it, or it does when run again.
    """
    station = station_for_command()
    if dry_run or not yes:
        if not dry_run:
            # Before anything is asked of Twilio: a script that forgot --yes should hear of it at once.
            _refuse_to_ask_nobody()
        planned = look_at_closing(station)
        if dry_run or planned.had_nothing_to_do:
            _print(planned, as_json=as_json, is_dry_run=dry_run)
            return Exit.OK
        what = f"Close «{planned.show.name}»" if planned.show else "Empty the queues that were left behind"
        count = len(planned.callers)
        ask_before(f"{what} and send {count} {'caller' if count == 1 else 'callers'} home with thanks", yes=False)
    try:
        report = _close(station, keep_queue=keep_queue)
        if isinstance(report, ClosingProgress):
            _print_others(report, as_json=as_json)
            return Exit.OK
    except (KeyboardInterrupt, CarrierError):
        tell(GO_ON)
        raise
    _print(report, as_json=as_json, is_dry_run=False)
    if report.left_a_queue:
        tell("callin: Twilio would not delete a queue. Nobody waits in it; try again later: callin show close")
        return Exit.FAILED
    return Exit.OK


@show.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many at the most.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def list_(*, limit: int, as_json: bool) -> None:
    """The latest shows, newest first."""
    station = station_for_command()
    with station.transaction() as session:
        summaries = shows.all_shows(session, limit=limit)
    if as_json:
        answer_json([show_report.summary_as_json(summary) for summary in summaries])
    elif summaries:
        console().print(show_report.shows_table(summaries))
    else:
        answer("No show yet. Open one: callin show open")


show.add_command(export)


def next_time_of(text: str, *, now: datetime) -> datetime:
    """Return when the clock next shows this time.

    Args:
        text: HH:MM.
        now: aware, in the zone that is meant.

    Raises:
        click.BadParameter: it is no time of day.
    """
    try:
        wanted = datetime.strptime(text, "%H:%M")  # noqa: DTZ007  a time of day; the zone comes from `now`
    except ValueError as error:
        raise click.BadParameter("give a time of day such as 22:00", param_hint="--until") from error
    moment = now.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return (moment if moment > now else moment + timedelta(days=1)).astimezone(UTC)


def _refuse_to_ask_nobody() -> None:
    if not sys.stdin.isatty():
        ask_before("Close the show and send everyone home", yes=False)


def _close(station: Station, *, keep_queue: bool) -> ClosingReport | ClosingProgress:
    """Return what closing did, or how far it came if another process did it."""
    side = side_console()
    bar = Progress(
        TextColumn("sending callers home"),
        BarColumn(),
        MofNCompleteColumn(),
        console=side,
        disable=not side.is_terminal,
    )
    with bar:
        row = bar.add_task("", total=None)

        def show_progress(settled: int, known: int) -> None:
            bar.update(row, completed=settled, total=known)

        while True:
            try:
                return close_show(station, keep_queue=keep_queue, pause=time.sleep, progress=show_progress)
            except ClosingUnderWay as busy:
                tell(f"callin: {busy}. Waiting for it to end.")
                seen = follow_closing(station, show_id=busy.show_id, pause=time.sleep, progress=show_progress)
                if seen.is_closed:
                    return seen
                # Whoever did it is gone: it is for us to go on.


def _print_others(seen: ClosingProgress, *, as_json: bool) -> None:
    if as_json:
        answer_json(show_report.progress_as_json(seen))
    else:
        answer(f"«{seen.name}» is closed; {seen.sent_home} of {seen.to_send_home} callers were sent home.")


def _print(report: ClosingReport, *, as_json: bool, is_dry_run: bool) -> None:
    if as_json:
        answer_json(show_report.closing_as_json(report))
        return
    if report.had_nothing_to_do:
        answer("Nothing to do: no show is open, and no queue of ours is at Twilio.")
        return
    if report.callers:
        console().print(show_report.callers_table(report))
    answer(show_report.closing_in_words(report, is_dry_run=is_dry_run))
