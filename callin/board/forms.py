"""What the forms of the pages say, in our types; used by the doors of the board that change something."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request
from werkzeug.exceptions import BadRequest

from callin.desk.lineup import PlaceKind
from callin.desk.places import LONGEST_WORDS
from callin.webhooks.fields import Fields

LARGEST_ID = 2**31 - 1
LONGEST_TEXT = 1600  # as many letters as Twilio takes
LONGEST_BAN_DAYS = 3660
PLACE = f"/places/<any(call, texter):kind>/<int(max={LARGEST_ID}):place_id>"


def words_of(name: str, *, longest: int = LONGEST_WORDS, keeps_lines: bool = False) -> str | None:
    """Return what was typed, fit for screens, or None if nothing is left.

    Args:
        name: of the field.
        longest: characters kept.
        keeps_lines: whether line breaks stay.
    """
    typed = Fields([(name, request.form.get(name, ""))])
    return typed.words(name, longest=longest, keeps_lines=keeps_lines)


def sentence_of(name: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return what was typed into a field that must not be empty.

    Raises:
        BadRequest: it is empty, or too long.
    """
    if len(request.form.get(name, "")) > longest:
        raise BadRequest(f"That is longer than {longest} characters. Make it shorter.")
    typed = words_of(name, longest=longest, keeps_lines=True)
    if typed is None:
        raise BadRequest("There is nothing written there.")
    return typed


def moment_of(name: str) -> datetime | None:
    """Return a moment as scripts write it, with its zone, or None if none is given.

    Raises:
        BadRequest: it is no moment.
    """
    said = request.form.get(name)
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadRequest("That is not a time.") from error
    if moment.tzinfo is None:
        raise BadRequest("That time does not say in which zone.")
    return moment


def place_of(key: str) -> tuple[PlaceKind, int] | None:
    """Return kind and id of a row named as on the page, such as `call-7`, or None for none.

    Raises:
        BadRequest: it is no such name.
    """
    if not key:
        return None
    kind, _, number = key.partition("-")
    if kind not in set(PlaceKind) or not number.isascii() or not number.isdigit() or int(number) > LARGEST_ID:
        raise BadRequest("There is no such row.")
    return PlaceKind(kind), int(number)


def until_of(now: datetime) -> datetime | None:
    """Return when a ban of so many `days` ends, or None for good.

    Raises:
        BadRequest: it is no number of days.
    """
    if not request.form.get("days"):
        return None
    days = request.form.get("days", type=int)
    if days is None or not 1 <= days <= LONGEST_BAN_DAYS:
        raise BadRequest(f"A ban lasts 1 to {LONGEST_BAN_DAYS} days, or for good.")
    return now + timedelta(days=days)
