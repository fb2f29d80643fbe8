"""Having the duty of a closing while it goes on: one process at a time, told in the database; used by the closing."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callin.desk import closing_duty, shows
from callin.desk.closing_duty import ClosingProgress
from callin.desk.shows import ShowCard
from callin.drain.release import Pause
from callin.errors import ClosingUnderWay
from callin.station import Station

# Often enough for a board's progress bar; a lease lasts far longer.
TELL_EVERY_S = 0.25

# How many callers are settled, and how many are known of.
Progress = Callable[[int, int], None]


def owner_of(who: str) -> str:
    """Return what this process calls itself where a person will read it.

    Args:
        who: «the courier».
    """
    return f"{who} on {platform.node()}, process {os.getpid()}"


@dataclass(slots=True)
class Duty:
    """The closing of a show, or of what was left behind when there is none, as this process's own."""

    station: Station
    owner: str
    show: ShowCard | None
    settled: int = 0
    known: int = 0
    told_at: float = 0.0

    def pausing(self, pause: Pause) -> Pause:
        """Return a pause that keeps the duty."""

        def pause_on_duty(seconds: float) -> None:
            self.keep()
            pause(seconds)
            self.keep()

        return pause_on_duty

    def telling(self, progress: Progress) -> Progress:
        """Return a progress that keeps the duty, and is seen on boards."""

        def tell_on_duty(settled: int, known: int) -> None:
            self.settled, self.known = settled, known
            self.keep()
            progress(settled, known)

        return tell_on_duty

    def keep(self) -> None:
        """The lease runs for longer.

        Raises:
            ClosingUnderWay: this process slept so long that another has taken over.
        """
        if self.show is None or time.monotonic() - self.told_at < TELL_EVERY_S:
            return
        self.told_at = time.monotonic()
        with self.station.transaction() as session:
            self._renew(session, show=self.show)

    def finish(self) -> ShowCard | None:
        """The show is closed; return it."""
        if self.show is None:
            return None
        now = self.station.clock()
        with self.station.transaction() as session:
            self._renew(session, show=self.show)
            return shows.finish_closing(session, now=now, show_id=self.show.show_id)

    def _renew(self, session: Session, *, show: ShowCard) -> None:
        now = self.station.clock()
        is_ours = closing_duty.renew(
            session,
            now=now,
            show_id=show.show_id,
            owner=self.owner,
            sent_home=self.settled,
            to_send_home=self.known,
        )
        if not is_ours:
            raise _under_way(closing_duty.progress_of(session, now=now, show_id=show.show_id))


@contextmanager
def on_duty(station: Station, *, owner: str, keep_queues: bool = False) -> Iterator[Duty]:
    """The show that is on is closing, and this process sees to it; whatever ends it early, another may go on at once.

    Raises:
        ClosingUnderWay: another process sees to it.
    """
    with station.transaction() as session:
        now = station.clock()
        show = shows.current_show(session) and shows.begin_closing(session, now=now, keep_queues=keep_queues)
        if show is not None and not closing_duty.take_on(session, now=now, show_id=show.show_id, owner=owner):
            raise _under_way(closing_duty.progress_of(session, now=now, show_id=show.show_id))
    try:
        yield Duty(station, owner, show)
    except BaseException:
        # A database that is gone too is no reason to hide what went wrong first: the lease ends by itself.
        with suppress(SQLAlchemyError):
            if show is not None:
                with station.transaction() as session:
                    closing_duty.let_go(session, show_id=show.show_id, owner=owner)
        raise


def _under_way(seen: ClosingProgress) -> ClosingUnderWay:
    return ClosingUnderWay(f"«{seen.name}» is being closed already, by {seen.owner}", show_id=seen.show_id)
