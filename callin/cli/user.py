"""`callin user`: who may sign in on the board, as what, and how they get in."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from callin.cli.terminal import answer, answer_json, console, station_for_command, table, tell
from callin.desk import passwords, sign_in, users
from callin.desk.users import UserCard
from callin.rules.roles import Right, Role, may
from callin.rules.sign_in import LONGEST_PASSWORD, SHORTEST_PASSWORD, Weakness, weakness_of
from callin.station import Station

LONGEST_LINK_MIN = 7 * 24 * 60

WHY_REFUSED = {
    Weakness.SHORT: f"is shorter than {SHORTEST_PASSWORD} characters; three or four words are easy to remember",
    Weakness.LONG: f"is longer than {LONGEST_PASSWORD} characters",
    Weakness.NAME: "is little more than the name",
    Weakness.EASY: "is one that is tried first; three or four words that nobody expects are better",
}

_role = click.Choice(Role, case_sensitive=False)
_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from one line of stdin.")


@click.group()
def user() -> None:
    """The station's people: who may sign in on the board."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=_role, required=True, help="What they are there for.")
@_from_stdin
def add(*, name: str, role: Role, password_stdin: bool) -> None:
    """Let somebody sign in on the board.

    A producer may do everything; a screener writes and orders the line; a DJ sees who is next.
    """
    station = station_for_command()
    with station.reading() as session:
        name = users.free_name(session, name=name)
    password_hash = passwords.hash_of(password_for(name, from_stdin=password_stdin))
    with station.transaction() as session:
        card = users.add_user(session, now=station.clock(), name=name, role=role, password_hash=password_hash)
    answer(f"{card.name} may sign in as {card.role}: {station.settings.public_base_url}/sign-in")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def list_(*, as_json: bool) -> None:
    """Everybody who was ever let in."""
    station = station_for_command()
    with station.reading() as session:
        cards = users.all_users(session)
    if as_json:
        answer_json([_as_json(card) for card in cards])
    elif cards:
        made = table("name", "role", "signs in by", "since")
        for card in cards:
            way = "nothing, disabled" if card.is_disabled else "password" if card.has_password else "link alone"
            made.add_row(card.name, card.role.value, way, f"{card.created_at.astimezone():%Y-%m-%d}")
        console().print(made)
    else:
        answer("Nobody yet. Add somebody: callin user add NAME --role producer")


@user.command("password")
@click.argument("name")
@_from_stdin
def password(*, name: str, password_stdin: bool) -> None:
    """Give somebody a new password; their open sessions and links end."""
    station = station_for_command()
    with station.reading() as session:
        name = users.user_named(session, name=name).name
    password_hash = passwords.hash_of(password_for(name, from_stdin=password_stdin))
    with station.transaction() as session:
        users.set_password(session, name=name, password_hash=password_hash)
    answer(f"{name} has a new password, and is signed out everywhere.")


@user.command("role")
@click.argument("name")
@click.argument("role", type=_role)
def role_(*, name: str, role: Role) -> None:
    """Make somebody a producer, a screener or a DJ, from their next click on."""
    station = station_for_command()
    with station.transaction() as session:
        card = users.set_role(session, name=name, role=role)
    answer(f"{card.name} is a {card.role} now.")
    _say_if_nobody_runs_the_show(station)


@user.command("disable")
@click.argument("name")
def disable(*, name: str) -> None:
    """Let somebody in no longer; their open sessions and links end. Safe to repeat."""
    station = station_for_command()
    with station.transaction() as session:
        card = users.disable(session, now=station.clock(), name=name)
    answer(f"{card.name} is disabled, and signed out everywhere.")
    _say_if_nobody_runs_the_show(station)


@user.command("enable")
@click.argument("name")
def enable(*, name: str) -> None:
    """Let somebody in again, with the password they had. Safe to repeat."""
    station = station_for_command()
    with station.transaction() as session:
        card = users.enable(session, name=name)
    answer(f"{card.name} may sign in again.")


@user.command("link")
@click.argument("name")
@click.option(
    "--minutes", type=click.IntRange(1, LONGEST_LINK_MIN), default=15, show_default=True, help="How long it is good."
)
def link(*, name: str, minutes: int) -> None:
    """Print a link that signs somebody in once, whether or not they are locked out."""
    station = station_for_command()
    with station.transaction() as session:
        token = sign_in.make_link(session, now=station.clock(), name=name, lasts=timedelta(minutes=minutes))
    answer(sign_in.link_of(token, base_url=station.settings.public_base_url))
    tell(f"It works once, within {minutes} minutes, for whoever has it: give it to nobody else.")


def password_for(name: str, *, from_stdin: bool) -> str:
    """Return a password that may be used.

    Raises:
        click.UsageError: it is refused, or there is nobody to ask.
    """
    if from_stdin:
        try:
            typed = sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise click.UsageError("The password on stdin is not text in UTF-8.") from error
        weakness = weakness_of(typed, name=name)
        if weakness is not None:
            raise click.UsageError(f"The password {WHY_REFUSED[weakness]}.")
        return typed
    if not sys.stdin.isatty():
        raise click.UsageError("This is not a terminal, so nobody can be asked for a password: add --password-stdin.")
    while True:
        typed = click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt="Once more", err=True)
        weakness = weakness_of(typed, name=name)
        if weakness is None:
            return str(typed)
        tell(f"That password {WHY_REFUSED[weakness]}.")


def _say_if_nobody_runs_the_show(station: Station) -> None:
    with station.reading() as session:
        cards = users.all_users(session)
    if not any(may(card.role, Right.RUN_SHOW) and not card.is_disabled for card in cards):
        tell("callin: nobody can run the show from the board now. Add somebody: callin user add NAME --role producer")


def _as_json(card: UserCard) -> dict[str, object]:
    return {
        "name": card.name,
        "role": card.role,
        "has_password": card.has_password,
        "is_disabled": card.is_disabled,
        "created_at": card.created_at.isoformat(),
    }
