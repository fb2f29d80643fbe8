"""Whether one more text may go out at all: the limits that keep a fraud, or a defect of ours, cheap; asked by the desk.

A number that costs money for each text is the fraudster's own: it is made to be texted, in a country nobody listens
from, a thousand times. So a text goes only to whoever contacted us, in few countries, and so often.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Limit(StrEnum):
    """Why a text is withheld, in words, for the board."""

    STOPPED = "all texts are stopped"
    NEVER_CONTACTED_US = "never contacted us"
    COUNTRY = "country not among CALLIN_COUNTRIES"
    SHOW_IS_SPENT = "the show has sent as many texts as it may"
    NUMBER_IS_SPENT = "this number had as many texts today as it may"


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """What a station allows itself.

    Attributes:
        countries: ISO codes, or None for all.
        per_show: texts of one show; outside shows, of one day.
        per_number: texts to one number in a day.
    """

    countries: frozenset[str] | None
    per_show: int
    per_number: int


def limit_reached(
    limits: SendingLimits,
    *,
    is_stopped: bool,
    has_contacted_us: bool,
    country: str | None,
    sent_in_show: int,
    sent_to_number: int,
) -> Limit | None:
    """Return what keeps a text from going out, or None if it may.

    Args:
        is_stopped: whether somebody has stopped all texts.
        has_contacted_us: whether the number has ever called or texted.
        country: of the number, by ISO code; None where no plan knows it.
        sent_in_show: texts of its show so far, or of the last day outside shows.
        sent_to_number: texts to it in the last day.
    """
    if is_stopped:
        return Limit.STOPPED
    if not has_contacted_us:
        return Limit.NEVER_CONTACTED_US
    if limits.countries is not None and country not in limits.countries:
        return Limit.COUNTRY
    if sent_in_show >= limits.per_show:
        return Limit.SHOW_IS_SPENT
    return Limit.NUMBER_IS_SPENT if sent_to_number >= limits.per_number else None
