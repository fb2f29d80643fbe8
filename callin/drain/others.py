"""Closings of other processes: following one, finishing one that was left; run by the terminal and the courier."""

from __future__ import annotations

import structlog

from callin.desk import closing_duty
from callin.desk.closing_duty import ClosingProgress
from callin.drain.closing import close_show
from callin.drain.duty import Progress, owner_of
from callin.drain.release import Pause
from callin.errors import CallinError, ClosingUnderWay
from callin.station import Station

LOOK_EVERY_S = 0.5
# Twilio is down, or does not move somebody: no courier asks again before that.
AGAIN_AFTER_S = 20

_log = structlog.get_logger(__name__)


def follow_closing(station: Station, *, show_id: int, pause: Pause, progress: Progress) -> ClosingProgress:
    """Return how it ended: closed, or left undone by whoever did it.

    Args:
        station: the wired whole.
        show_id: of the show.
        pause: waits for so many seconds.
        progress: hears how many callers are settled, of how many.
    """
    while True:
        with station.reading() as session:
            seen = closing_duty.progress_of(session, now=station.clock(), show_id=show_id)
        progress(seen.sent_home, seen.to_send_home)
        if seen.is_closed or seen.owner is None:
            return seen
        pause(LOOK_EVERY_S)


def finish_closing(station: Station) -> bool:
    """A closing that nobody sees to any more has been finished; return whether there was one.

    Its process was killed, or it was begun at the board, which leaves the work to the courier.
    """
    with station.reading() as session:
        show_id = closing_duty.left_undone(session, now=station.clock())
    if show_id is None:
        return False
    owner = owner_of("the courier")
    try:
        close_show(station, owner=owner)
    except ClosingUnderWay:
        return False  # another courier was quicker
    except CallinError as error:
        _log.warning("closing not finished", show_id=show_id, why=str(error), again_in_s=AGAIN_AFTER_S)
        with station.transaction() as session:
            closing_duty.take_on(session, now=station.clock(), show_id=show_id, owner=owner, lease_s=AGAIN_AFTER_S)
        return False
    _log.info("closing finished", show_id=show_id)
    return True
