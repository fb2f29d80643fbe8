"""`callin people`: what is known of a person, given to them; and forgotten, here and at Twilio."""

from __future__ import annotations

import click

from callin.cli.terminal import Exit, answer, answer_json, ask_before, station_for_command, tell
from callin.desk import erasures, person_data
from callin.forgetting import erase_at_twilio, forget, forget_older_than
from callin.phone_number import masked, normalised
from callin.station import Station

# While somebody watches, Twilio is asked so often; the courier goes on with what is left.
ROUNDS_AT_TWILIO = 50


class _Number(click.ParamType[str]):
    """An international phone number, however it is spaced."""

    name = "number"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it as E.164."""
        number = normalised(value)
        if number is None:
            self.fail(f"{value!r} is not an international phone number such as +14155550123.", param, ctx)
        return number


@click.group()
def people() -> None:
    """What is known of callers: to be given to them, or forgotten."""


@people.command()
@click.argument("number", type=_Number())
@click.option("--files", is_flag=True, help="With the sound of messages, and pictures, in base64.")
def export(*, number: str, files: bool) -> None:
    """All that is kept of whoever has this NUMBER, in JSON."""
    station = station_for_command()
    with station.reading() as session:
        found = person_data.data_of(session, phone_number=number, with_files=files)
    answer_json(found)


@people.command("forget")
@click.argument("number", type=_Number(), required=False)
@click.option("--older-than", type=click.IntRange(1, 36_500), metavar="DAYS", help="Everybody, as of so long ago.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget_people(*, number: str | None, older_than: int | None, yes: bool) -> int:
    """Erase whoever has this NUMBER, or all that is older, here and at Twilio. Safe to repeat, and to be cut off."""
    if (number is None) == (older_than is None):
        raise click.UsageError("Say whom to forget: either a NUMBER or --older-than DAYS.")
    station = station_for_command()
    if number is not None:
        ask_before(f"Forget {masked(number)} for good", yes=yes)
        count = forget(station, phone_number=number)
        whose = f"Of {masked(number)}"
    else:
        ask_before(f"Forget for good all that is older than {older_than} days", yes=yes)
        count = forget_older_than(station, days=older_than or 1)
        whose = f"Of what is older than {older_than} days"
    answer(f"{whose} nothing is known here any more ({count} rows erased)." if count else f"{whose} nothing was known.")
    return _finish_at_twilio(station)


def _finish_at_twilio(station: Station) -> int:
    for _round in range(ROUNDS_AT_TWILIO):
        if not erase_at_twilio(station):
            break
    with station.reading() as session:
        owed = erasures.count_owed(session)
    if owed:
        tell(f"Twilio still has {owed} of the recordings and texts: the courier goes on asking until they are gone.")
    else:
        answer("Twilio has none of the recordings and texts any more.")
    return Exit.OK
