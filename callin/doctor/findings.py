"""What the doctor found: one finding a check, with the place and the next command; made by every part of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    NOTE = "note"  # worth knowing; nothing has to be done
    PROBLEM = "problem"
    UNKNOWN = "unknown"  # could not be looked at, for a reason that another finding tells


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: its short name, the same for every finding of one check.
        what: what was found, in a sentence without numbers of people and without secrets.
        where: the setting, file or place at Twilio.
        do: what to type or to do next; empty where nothing is.
    """

    check: str
    health: Health
    what: str
    where: str = ""
    do: str = ""


def fine(check: str, what: str) -> Finding:
    """Return that all is well with something."""
    return Finding(check, Health.OK, what)


def note(check: str, what: str, *, where: str = "", do: str = "") -> Finding:
    """Return something worth knowing."""
    return Finding(check, Health.NOTE, what, where, do)


def problem(check: str, what: str, *, where: str, do: str) -> Finding:
    """Return something that has to be mended."""
    return Finding(check, Health.PROBLEM, what, where, do)


def unknown(check: str, why: str) -> Finding:
    """Return that something could not be looked at."""
    return Finding(check, Health.UNKNOWN, why)
