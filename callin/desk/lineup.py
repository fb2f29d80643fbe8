"""What the board, the host's view and the status page show: the whole state of the show, read at once.

Called by the board's doors, once for each change and not once for each page. Nothing here knows a phone number that is
not masked, but for `reveal` in desk/places.py, which is logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callin.models import ShowState
from callin.rules.lineup import Flag

MOST_SHOWN = 200  # rows of the line on one page; nobody steers more by hand, and each page open costs its share of them


class PlaceKind(StrEnum):
    """By what somebody holds their place."""

    CALL = "call"
    TEXTER = "texter"


class PlaceState(StrEnum):
    """Where a row of the board stands, in the words of the board."""

    WAITING = "waiting"
    MOVING = "moving"  # asked to go next up; Twilio has not yet said that it happened
    NEXT_UP = "next_up"
    ON_AIR = "on_air"
    NOTIFIED = "notified"  # a texter was told that it is their turn
    NO_ANSWER = "no_answer"  # … and has not called in time; the place is kept


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the lineup.

    Attributes:
        kind, place_id: together the address of the row.
        state: of the row.
        number: 1-based place in the whole line; None on the air.
        phone: masked, or «withheld».
        name, town, topic, note, flag: as somebody wrote them, or None.
        since: of the waiting (never reset), aware.
        on_air_since: or None.
        turn_ends_at: of a texter who was notified, or None.
        times_aired: how often this person was on the air before; 0 for the withheld.
        is_banned: whether this person is banned now.
        why_no_texts: why they cannot be texted («opted out», «landline», «withheld»), or None.
        trouble: why the last thing asked could not be done, in words, or None.
        caller_id: of the person, or None for the withheld.
    """

    kind: PlaceKind
    place_id: int
    state: PlaceState
    number: int | None
    phone: str
    name: str | None
    town: str | None
    topic: str | None
    note: str | None
    flag: Flag | None
    since: datetime
    on_air_since: datetime | None = None
    turn_ends_at: datetime | None = None
    times_aired: int = 0
    is_banned: bool = False
    why_no_texts: str | None = None
    trouble: str | None = None
    caller_id: int | None = None

    @property
    def key(self) -> str:
        """Return the row's name on a page, such as `call-7`."""
        return f"{self.kind}-{self.place_id}"


@dataclass(frozen=True, slots=True)
class InboxText:
    """A text that is no command, not dealt with yet.

    Attributes:
        text_id: of the row.
        caller_id: of the person, or None.
        phone: masked.
        name: of the person as last written, or None.
        body: as it came.
        at: aware.
        pictures: the numbers of those that can be shown.
        pictures_missing: why others cannot, in words.
        is_in_line: whether this person is in the line now.
        can_reply: whether they may be texted.
    """

    text_id: int
    caller_id: int | None
    phone: str
    name: str | None
    body: str
    at: datetime
    pictures: tuple[int, ...] = ()
    pictures_missing: tuple[str, ...] = ()
    is_in_line: bool = False
    can_reply: bool = True


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A message left after the tone, not deleted.

    Attributes:
        state: new, heard or kept.
        can_play: whether its sound is here.
        why_not: in words, when it is not.
    """

    message_id: int
    caller_id: int | None
    phone: str
    name: str | None
    town: str | None
    at: datetime
    duration_s: int | None
    state: str
    can_play: bool
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class ShowOnBoard:
    """The show's own state.

    Attributes:
        is_paused: whether nobody new gets in.
        sent_home, to_send_home: how far a closing has come.
    """

    show_id: int
    name: str
    state: ShowState
    opened_at: datetime
    ends_at: datetime | None
    is_paused: bool
    sent_home: int
    to_send_home: int


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """All that strangers may know: counts and a range.

    Attributes:
        show_name: None when no show is open.
        is_open: whether callers are taken.
        is_paused: whether nobody new is taken for the moment.
        waiting: how many wait, by phone and by text.
        is_on_air: whether somebody is on the air.
        low_min, high_min: what a new caller may expect, or None if too little is known.
    """

    show_name: str | None
    is_open: bool
    is_paused: bool
    waiting: int
    is_on_air: bool
    low_min: int | None
    high_min: int | None


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The last comparison of our calls with Twilio's.

    Attributes:
        at: when one was last completed, or None before the first.
        trouble: why the newest was not, in words, or None.
        found: what had to be put right, in words, or None.
    """

    at: datetime | None
    trouble: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class Lineup:
    """The whole board.

    Attributes:
        read_at: when it was read, aware.
        revision: of the show; grows with every change.
        show: open or closing, or None.
        djs: how many DJs are on the line now.
        on_air: those on the air.
        line: who waits, next up first, then by rank; at most `MOST_SHOWN`.
        not_shown: how many more wait behind those.
        inbox: oldest first.
        messages: newest first.
        status: as strangers see it.
        check: when our calls were last held against Twilio's, and what was found.
        no_texts_since: when somebody stopped all texts, or None while they go out.
    """

    read_at: datetime
    revision: int
    show: ShowOnBoard | None
    djs: int
    on_air: tuple[Place, ...]
    line: tuple[Place, ...]
    not_shown: int
    inbox: tuple[InboxText, ...]
    messages: tuple[LeftMessage, ...]
    status: StatusCounts
    check: LastCheck
    no_texts_since: datetime | None
