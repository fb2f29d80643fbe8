"""`callin setup`: from an account at Twilio to a station that can be rung, one question at a time."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click

from callin import env_file, migrations
from callin.cli.numbers import count_of, show_changes
from callin.cli.questions import (
    ASKED,
    SID,
    Answers,
    NotEnough,
    account_of,
    choose_address,
    choose_dj_door,
    choose_numbers,
)
from callin.cli.terminal import Exit, answer, engine_for_command, tell
from callin.cli.user import password_for
from callin.desk import passwords, users
from callin.errors import BadSettings, CallinError
from callin.logs import configure_logs
from callin.numbers import plan_numbers, point_numbers
from callin.opening import ensure_queues, open_show
from callin.rules.roles import Role
from callin.settings import ENV_FILE, Settings, load_settings
from callin.settings_told import problems_with, reasons, told_settings
from callin.station import Station, station_of

SECRET_KEY = "SECRET_KEY"  # noqa: S105  a name


@click.command()
@click.option("--no-input", is_flag=True, help="Ask nothing: what .env and the environment say must be enough.")
@click.option("--yes", is_flag=True, help="Change the numbers at Twilio without asking.")
@click.option("--open-show", "opens", is_flag=True, help="Open a test show at the end without asking.")
def setup(*, no_input: bool, yes: bool, opens: bool) -> int:
    """Ask for what is missing, write .env, prepare the database, and point the numbers here.

    Safe to repeat: what is right is not asked again. Nothing is changed at Twilio before it has been shown.
    """
    configure_logs(level="ERROR", form="text")
    may_ask = not no_input
    if may_ask and not sys.stdin.isatty():
        raise click.UsageError("This is not a terminal, so nobody can be asked: add --no-input.")
    settings = _settled(Answers(told_settings(), may_ask=may_ask))
    _prepare_database(settings)
    station = station_of(settings)
    try:
        _point(station, yes=yes, may_ask=may_ask)
        _first_producer(station, may_ask=may_ask)
        _open(station, opens=opens, may_ask=may_ask)
    finally:
        station.engine.dispose()
    answer(f"Start the server: callin serve. Then ring {settings.listener_number}; the DJ rings {settings.dj_line}.")
    answer("Whether all is well, callin doctor says at any time.")
    return Exit.OK


def _settled(answers: Answers) -> Settings:
    """Everything has been asked, and `.env` holds what is new; until then nothing is written.

    Raises:
        BadSettings: something is wrong that is not asked for here.
        NotEnough: something is missing, and cannot be had.
    """
    wrong = {name: said for name, said in problems_with(answers.told).items() if name not in ASKED}
    if wrong:
        raise BadSettings(list(wrong.values()))
    is_new = SID not in answers.told
    account = account_of(answers)
    try:
        choose_numbers(answers, numbers=account.numbers())
    except NotEnough:
        _write(answers)  # the credentials are right: nobody should have to type them again
        raise
    choose_dj_door(answers)
    choose_address(answers)
    if is_new and SECRET_KEY not in answers.told:
        answers.take({SECRET_KEY: secrets.token_hex(24)})
    _write(answers)
    return load_settings()


def _write(answers: Answers) -> None:
    if not answers.new:
        return
    path = Path(ENV_FILE)
    env_file.write(path, env_file.with_values(env_file.read(path), answers.new, reasons=reasons()))
    tell(f"Wrote {', '.join(sorted(answers.new))} to {path}, which only you can read.")


def _prepare_database(settings: Settings) -> None:
    engine = engine_for_command(settings)
    try:
        if migrations.problem(engine) is not None:
            migrations.upgrade(engine)
    finally:
        engine.dispose()
    tell("The database is ready.")


def _point(station: Station, *, yes: bool, may_ask: bool) -> None:
    due = [plan for plan in plan_numbers(station.carrier.account, station.settings) if plan.changes]
    if not due:
        tell("Both numbers point here already.")
        return
    show_changes(due)
    if not yes and not may_ask:
        raise CallinError("The numbers do not point here yet. To change them as shown: callin numbers sync")
    if not yes and not click.confirm(f"Change {count_of(due)} at Twilio?", err=True):
        tell("They stay as they are. Later: callin numbers sync")
        return
    point_numbers(station, plans=due)
    tell(f"Changed {count_of(due)}. To put it back as it was: callin numbers undo")


def _first_producer(station: Station, *, may_ask: bool) -> None:
    with station.reading() as session:
        if users.all_users(session):
            return
    if not may_ask:
        tell("callin: nobody can sign in on the board yet: callin user add NAME --role producer")
        return
    name = click.prompt("Your name, to sign in on the board (none: later)", default="", show_default=False, err=True)
    if not name.strip():
        return
    password_hash = passwords.hash_of(password_for(name, from_stdin=False))
    with station.transaction() as session:
        card = users.add_user(session, now=station.clock(), name=name, role=Role.PRODUCER, password_hash=password_hash)
    tell(f"{card.name} may sign in as producer: {station.settings.public_base_url}/sign-in")


def _open(station: Station, *, opens: bool, may_ask: bool) -> None:
    if not opens and not (may_ask and click.confirm("Open a test show now?", default=False, err=True)):
        return
    card, was_open = open_show(station, name=None, ends_at=None, actor="setup")
    ensure_queues(station, card=card)
    tell(f"«{card.name}» {'was open already' if was_open else 'is open'}. It closes with: callin show close")
