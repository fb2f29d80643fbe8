"""Closing a show from first to last, so that it can be killed anywhere and run again.

The show is marked closing first: an `<Enqueue>` would bring a deleted queue back to life under a new SID. Then both
queues are emptied and deleted, and looked for once more by name. Only then is the show closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog

from callin.carrier import MemberCard, QueueCard
from callin.desk import shows
from callin.desk.shows import ShowCard
from callin.drain.duty import Progress, on_duty, owner_of
from callin.drain.release import Pace, Pause, release
from callin.drain.report import CallerFate, ClosingReport, Fate, QueueFate, QueueReport
from callin.errors import CarrierError, ClosingStuck, MemberGone, QueueNotEmpty
from callin.station import Station

PAGE = 1000
TRIES = 6
FIRST_PAUSE_S = 0.5
# Rounds in which the list showed callers and none of them could be settled: half a minute in all.
MOST_IDLE_ROUNDS = 6
# How often a caller who was moved may be listed again before we believe the list.
MOST_ECHOES = 3
# An <Enqueue> under way while we deleted re-creates its queue; a second one is no coincidence any more.
MOST_LOOKS = 3

Answer = TypeVar("Answer")

_UNSETTLED = (Fate.WAITING, Fate.UNCLEAR)

_log = structlog.get_logger(__name__)


def look_at_closing(station: Station) -> ClosingReport:
    """Return what closing would do; nothing is changed.

    Raises:
        CarrierError: Twilio cannot be asked.
    """
    closing = _Closing(station, pause=time.sleep, progress=_quietly)
    with station.transaction() as session:
        closing.show = shows.current_show(session)
    queues = []
    for name in closing.queue_names():
        queue = closing.find(name)
        queues.append(QueueReport(name, QueueFate.ABSENT if queue is None else QueueFate.WAITING))
        if queue is not None:
            # One page is as much as anybody reads.
            closing.meet(station.carrier.members(queue.sid, page_size=PAGE))
    return closing.report(queues)


def close_show(
    station: Station,
    *,
    owner: str | None = None,
    keep_queue: bool = False,
    pause: Pause = time.sleep,
    progress: Progress | None = None,
) -> ClosingReport:
    """The show is closed, everyone who waited has been sent to a goodbye, and its queues are gone.

    Whoever is on the air stays there. Without a show, queues left behind by an earlier closing are emptied and deleted.

    Args:
        station: the wired whole.
        owner: who does it, in words that no other process uses; None for somebody at a terminal.
        keep_queue: whether the empty queues stay at Twilio; so they do if the closing was begun with that wish.
        pause: waits for so many seconds.
        progress: hears how many callers are settled, of how many.

    Raises:
        CarrierError: Twilio does not answer, or refuses; the show is still closing, and running this again goes on.
        ClosingStuck: somebody is still in the queue and cannot be moved; the same holds.
        ClosingUnderWay: another process is closing it.
    """
    with on_duty(station, owner=owner or owner_of("callin show close"), keep_queues=keep_queue) as duty:
        keep = duty.show.keeps_queues if duty.show else keep_queue
        closing = _Closing(
            station, pause=duty.pausing(pause), progress=duty.telling(progress or _quietly), show=duty.show
        )
        queues = [QueueReport(name, closing.empty_and_delete(name, keep=keep)) for name in closing.queue_names()]
        closing.show = duty.finish()
    return closing.report(queues)


@dataclass(slots=True)
class _Waiting:
    """A caller as the closing knows them."""

    place: int
    wait_s: int
    fate: Fate = Fate.WAITING
    echoes: int = 0


@dataclass(slots=True)
class _Closing:
    """One run."""

    station: Station
    pause: Pause
    progress: Progress
    show: ShowCard | None = None
    callers: dict[str, _Waiting] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    trouble: CarrierError | None = None
    settled: int = 0

    def queue_names(self) -> tuple[str, str]:
        """Those next up have waited longest: they go first."""
        if self.show is not None:
            return self.show.next_queue_name, self.show.queue_name
        return self.station.settings.next_queue_name, self.station.settings.queue_name

    def find(self, name: str) -> QueueCard | None:
        return self.patiently(lambda: self.station.carrier.find_queue(name))

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask what may be asked twice, and ask again while the trouble may pass."""
        for attempt in range(TRIES - 1):
            try:
                return ask()
            except CarrierError as error:
                if error.permanent:
                    raise
                self.pause(FIRST_PAUSE_S * 2**attempt)
        return ask()

    def empty_and_delete(self, name: str, *, keep: bool) -> QueueFate:
        fate = QueueFate.ABSENT
        for _look in range(MOST_LOOKS):
            queue = self.find(name)
            if queue is None:
                return fate
            self.empty(queue.sid)
            if keep:
                return QueueFate.KEPT
            if not self.delete(queue.sid):
                return QueueFate.LEFT
            fate = QueueFate.DELETED
        return fate if self.find(name) is None else QueueFate.LEFT

    def delete(self, queue_sid: str) -> bool:
        """Twilio's sizes lag behind its members: «not empty» is asked again, after another look at who waits."""
        for attempt in range(TRIES):
            try:
                self.patiently_delete(queue_sid)
            except QueueNotEmpty:
                self.pause(FIRST_PAUSE_S * 2**attempt)
                self.empty(queue_sid)
            else:
                return True
        _log.warning("twilio would not delete the queue", queue_sid=queue_sid)
        return False

    def patiently_delete(self, queue_sid: str) -> None:
        """`QueueNotEmpty` is an answer, not a trouble: it is passed on at once."""
        try:
            self.station.carrier.delete_queue(queue_sid)
        except QueueNotEmpty:
            raise
        except CarrierError as error:
            if error.permanent:
                raise
            self.pause(FIRST_PAUSE_S)
            self.patiently(lambda: self.station.carrier.delete_queue(queue_sid))

    def empty(self, queue_sid: str) -> None:
        """Nobody is listed in the queue any more, save calls that are over.

        Positions shift while callers leave, so the first page is listed and let go until it is empty.
        """
        idle_rounds = 0
        while members := self.patiently(lambda: self.station.carrier.members(queue_sid, page_size=PAGE)):
            self.meet(members)
            before = self.settled
            release(
                [member for member in members if self.is_to_be_moved(member)],
                move=lambda member: self.move(queue_sid, member),
                pace=self.pace,
                pause=self.pause,
                tell=self.note,
            )
            if self.settled > before:
                idle_rounds = 0
                continue
            idle_rounds += 1
            if idle_rounds >= MOST_IDLE_ROUNDS:
                self.accept_ghosts(members)
                return
            self.pause(FIRST_PAUSE_S * 2 ** (idle_rounds - 1))

    def meet(self, members: list[MemberCard]) -> None:
        for member in members:
            self.callers.setdefault(member.call_sid, _Waiting(place=len(self.callers) + 1, wait_s=member.wait_s))
        self.progress(self.settled, len(self.callers))

    def is_to_be_moved(self, member: MemberCard) -> bool:
        caller = self.callers[member.call_sid]
        if caller.fate in _UNSETTLED:
            return True
        caller.echoes += 1
        return caller.echoes >= MOST_ECHOES

    def move(self, queue_sid: str, member: MemberCard) -> Fate | None:
        goodbye = f"{self.station.settings.public_base_url}/voice/listener/goodbye?waited_s={member.wait_s}"
        try:
            self.station.carrier.move_member(queue_sid, member.call_sid, url=goodbye)
        except MemberGone:
            return Fate.GONE
        except CarrierError as error:
            if error.status == 429:
                return None
            if error.permanent:
                raise
            # Perhaps it was done all the same: the next list tells who is still there.
            self.trouble = error
            return Fate.UNCLEAR
        return Fate.THANKED

    def note(self, member: MemberCard, fate: Fate) -> None:
        caller = self.callers[member.call_sid]
        if fate == Fate.GONE and caller.fate in (Fate.THANKED, Fate.UNCLEAR):
            # Gone because of us: the answer to our first request was lost, or the list lagged behind.
            fate = Fate.THANKED if caller.fate == Fate.THANKED else Fate.PRESUMED
        if caller.fate in _UNSETTLED and fate not in _UNSETTLED:
            self.settled += 1
        caller.fate, caller.wait_s = fate, max(caller.wait_s, member.wait_s)
        self.progress(self.settled, len(self.callers))

    def accept_ghosts(self, members: list[MemberCard]) -> None:
        """Calls that are over but still listed are nobody; anybody else must not be forgotten.

        Raises:
            ClosingStuck: a caller is still on the line.
        """
        carrier = self.station.carrier
        alive = [m for m in members if not self.patiently(partial(carrier.is_over, m.call_sid))]
        if not alive:
            return
        if self.trouble is not None:
            raise self.trouble
        raise ClosingStuck(
            f"{len(alive)} callers are still in the queue and Twilio does not move them. "
            "The show is still closing; run again: callin show close"
        )

    def report(self, queues: list[QueueReport]) -> ClosingReport:
        known = {}
        if self.show is not None:
            with self.station.transaction() as session:
                known = {call.call_sid: call for call in shows.calls_of(session, show_id=self.show.show_id)}
        callers = []
        for call_sid, caller in self.callers.items():
            call = known.get(call_sid)
            callers.append(
                CallerFate(
                    call_sid=call_sid,
                    place=caller.place,
                    phone_number=call.phone_number if call else None,
                    waited_s=max(caller.wait_s, call.waited_s if call else 0),
                    # Whoever was asked to go without a clear answer, and is no longer listed, went.
                    fate=Fate.PRESUMED if caller.fate == Fate.UNCLEAR else caller.fate,
                )
            )
        return ClosingReport(show=self.show, callers=callers, queues=queues)


def _quietly(_settled: int, _known: int) -> None:
    """Tell nobody."""
