"""What became of each caller and queue when a show closed; made by the drain, shown by the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callin.desk.shows import ShowCard


class Fate(StrEnum):
    """What became of a caller who was waiting."""

    WAITING = "waiting"  # a dry run: nothing was done
    THANKED = "thanked"
    PRESUMED = "thanked, unconfirmed"  # Twilio's answer was lost, and the caller has left the queue
    GONE = "had hung up"
    UNCLEAR = "not moved"  # no clear answer from Twilio, and still in the queue when last seen


class QueueFate(StrEnum):
    """What became of a queue."""

    ABSENT = "not there"
    WAITING = "to be deleted"  # a dry run
    DELETED = "deleted"
    KEPT = "kept"
    LEFT = "left behind"  # Twilio would not delete it; empty, it harms nobody


@dataclass(frozen=True, slots=True)
class CallerFate:
    """One caller who was waiting.

    Attributes:
        place: in the order of release, 1 first.
        phone_number: E.164, or None if withheld or unknown; mask it before showing it.
        waited_s: seconds in the line, over all its queues.
    """

    call_sid: str
    place: int
    phone_number: str | None
    waited_s: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class QueueReport:
    """One of the show's two queues."""

    name: str
    fate: QueueFate


@dataclass(frozen=True, slots=True)
class ClosingReport:
    """What closing did, or would do.

    Attributes:
        show: the show that was closed, or None if none was open.
        callers: everyone who waited, in the order of release.
        queues: both queues of the show.
    """

    show: ShowCard | None
    callers: list[CallerFate]
    queues: list[QueueReport]

    @property
    def had_nothing_to_do(self) -> bool:
        """Whether there was neither a show to close nor a queue to empty."""
        return self.show is None and all(queue.fate == QueueFate.ABSENT for queue in self.queues)

    @property
    def left_a_queue(self) -> bool:
        """Whether Twilio would not delete a queue."""
        return any(queue.fate == QueueFate.LEFT for queue in self.queues)
