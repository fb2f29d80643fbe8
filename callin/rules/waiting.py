"""What a waiting caller is told, and when; used by the wait verb on every wait request.

Announcements are disciplined: never two within 20 s, the place when it changed or a minute has passed,
«you are next» once, and nothing while there is nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from callin.rules.estimate import WaitRange

QUIET_S = 20  # never two announcements closer than this
REMIND_AFTER_S = 60  # the place again after so long


@dataclass(frozen=True, slots=True)
class WaitMemory:
    """What this caller has been told so far, on their own clock of waiting.

    Attributes:
        place: the last place spoken; None before the first.
        at_s: seconds of waiting at the last announcement.
        forecast: the last one spoken.
        told_late: whether «the show may end before your turn» was said.
    """

    place: int | None = None
    at_s: int = 0
    forecast: WaitRange | None = None
    told_late: bool = False


@dataclass(frozen=True, slots=True)
class WaitNotice:
    """What the wait document says now; all decisions ready-made.

    Attributes:
        place: to speak, 1-based, or None to say nothing.
        is_next: speak «you are next» instead of a number.
        waited_min: whole minutes waited, spoken when ≥ 1 together with a place.
        forecast: to speak, or None.
        is_first: the first announcement of this call: the keys are explained.
        may_be_late: the forecast runs past the end of the show: say so, and offer the message key.
        show_is_closing: nobody new goes on air: hold without promises.
        must_leave: the show is closed and the queue let this caller be: `<Leave>`.
    """

    place: int | None = None
    is_next: bool = False
    waited_min: int = 0
    forecast: WaitRange | None = None
    is_first: bool = False
    may_be_late: bool = False
    show_is_closing: bool = False
    must_leave: bool = False


def has_news(*, place: int, waited_s: int, memory: WaitMemory, may_be_late: bool) -> bool:
    """Return whether anything is to be said now.

    Args:
        place: 1-based place in the whole line.
        waited_s: seconds in the line since the first enqueue, by Twilio's count.
        memory: what was said before.
        may_be_late: whether the forecast runs past the planned end of the show; True while that is not known yet.
    """
    if memory.place is None:
        return True
    since_s = waited_s - memory.at_s
    if since_s < QUIET_S:
        return False
    # Whoever is next has heard so; reminding them every minute only makes them doubt it.
    reminder_is_due = since_s >= REMIND_AFTER_S and place != 1
    return place != memory.place or reminder_is_due or (may_be_late and not memory.told_late)


def what_to_say(
    *, place: int, waited_s: int, memory: WaitMemory, forecast: WaitRange | None, may_be_late: bool = False
) -> tuple[WaitNotice, WaitMemory]:
    """Return the notice for one wait request and what to remember; the memory is the same object if nothing is said.

    Args:
        place: 1-based place in the whole line.
        waited_s: seconds in the line since the first enqueue, by Twilio's count.
        memory: what was said before.
        forecast: of now, or None if too little is known.
        may_be_late: whether it runs past the planned end of the show.
    """
    if not has_news(place=place, waited_s=waited_s, memory=memory, may_be_late=may_be_late):
        return WaitNotice(), memory
    is_first = memory.place is None
    is_next = place == 1
    has_changed = place != memory.place
    newly_late = may_be_late and not memory.told_late
    spoken = None if is_next else forecast
    notice = WaitNotice(
        # «You are next» is said once, even if there is other news.
        place=place if has_changed or not is_next else None,
        is_next=is_next and has_changed,
        waited_min=waited_s // 60,
        forecast=spoken,
        is_first=is_first,
        may_be_late=newly_late,
    )
    remembered = replace(
        memory,
        place=place,
        at_s=waited_s,
        forecast=spoken or memory.forecast,
        told_late=memory.told_late or may_be_late,
    )
    return notice, remembered
