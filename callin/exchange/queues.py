"""The queues: created, filled from the back, emptied from the front, deleted; used by the verbs and by REST.

Source: sections 1.1, 3.1 and 15 of the facts.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from callin.exchange.errors import RestError, not_found
from callin.exchange.interpreter import Interruption, Leg
from callin.exchange.parameters import Pairs
from callin.exchange.records import Call, HeardKind, Member, Queue, new_sid

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

DEFAULT_SIZE: Final = 1000
LARGEST_SIZE: Final = 5000
LONGEST_NAME: Final = 64
DUPLICATE_NAME: Final = 22003
BAD_PARAMETER: Final = 20001
NOT_EMPTY: Final = 22004
NO_LONGER_QUEUED: Final = 20400
"""This code and the one before are undocumented: no application may rely on them."""
FRONT: Final = "Front"


class QueueGone:
    """The message to a DJ whose queue was deleted while waiting on it."""


QUEUE_GONE = QueueGone()


@dataclass
class Dequeued(Interruption):
    """The waiting call was taken by a DJ."""

    link: Link


@dataclass
class Parted(Interruption):
    """The DJ is gone, or has ended the conversation."""

    link: Link


@dataclass(frozen=True, slots=True)
class WaitingDj:
    """A DJ's leg in Dial Queue, and the whisper it brings for whoever it takes."""

    leg: Leg
    whisper: str = ""  # an absolute URL
    whisper_method: str = "POST"


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """The message to a DJ: the link has been made, bridged or ended, as it says itself."""

    link: Link


@dataclass(eq=False)
class Link:
    """A DJ's leg and the waiting caller's, from the dequeue to the end of the bridge."""

    dj: Leg
    caller: Leg
    queue_sid: str
    queue_time_s: int
    whisper: str = ""  # absolute URL, with `whisper_method`
    whisper_method: str = "POST"
    is_bridged: bool = False  # now or before
    is_over: bool = False
    dial_status: str = "completed"  # how the Dial ended, once it is over

    def end_by_dj(self) -> None:
        """The caller is told that the DJ is gone, and has had its action sent when this returns."""
        if not self.is_over:
            self._end()
            self.caller.interrupt(Parted(self))

    def end_by_caller(self, dial_status: str) -> None:
        """The DJ is told how its Dial ended."""
        if not self.is_over:
            self._end()
            self.dial_status = dial_status
            self.dj.signal(LinkEvent(self))

    def bridge(self) -> None:
        """Both hear each other."""
        self.is_bridged = True
        for leg in (self.caller, self.dj):
            leg.hear(HeardKind.BRIDGE)
        self.caller.call.bridged_to = self.dj.call.sid
        self.dj.call.bridged_to = self.caller.call.sid
        self.dj.signal(LinkEvent(self))

    def _end(self) -> None:
        self.is_over = True
        if self.is_bridged:
            self.caller.call.bridged_to = self.dj.call.bridged_to = None


class Queues:
    """Every queue of the account, oldest first; names are unique, stripped and compared exactly."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.by_sid: dict[str, Queue] = {}

    def named(self, name: str) -> Queue | None:
        """Return the queue with this name, if there is one."""
        return next((queue for queue in self.by_sid.values() if queue.friendly_name == name), None)

    def create(self, name: str, *, max_size: int | None = None) -> Queue:
        """A new queue exists, empty.

        Raises:
            RestError: 400 / 22003 for a name in use, 400 / 20001 for an impossible name or size.
        """
        self._check(name, max_size=max_size, unless=None)
        now = self._exchange.now()
        size = DEFAULT_SIZE if max_size is None else max_size
        queue = Queue(sid=new_sid("QU"), friendly_name=name.strip(), max_size=size, date_created=now, date_updated=now)
        self.by_sid[queue.sid] = queue
        return queue

    def update(self, queue: Queue, *, friendly_name: str | None = None, max_size: int | None = None) -> None:
        """The queue has the new name and size; nobody who waits is ejected by a smaller one.

        Raises:
            RestError: as for `create`.
        """
        name = queue.friendly_name if friendly_name is None else friendly_name
        self._check(name, max_size=max_size, unless=queue)
        queue.friendly_name = name.strip()
        queue.max_size = queue.max_size if max_size is None else max_size
        queue.date_updated = self._exchange.now()

    def delete(self, queue: Queue) -> None:
        """The empty queue is gone; DJs who wait on it hear so.

        Raises:
            RestError: somebody still waits in it; its status is a policy.
        """
        if queue.members:
            status = self._exchange.faults.settings.delete_nonempty_status
            raise RestError(status, NOT_EMPTY, f"Queue {queue.sid} is not empty: only empty queues can be deleted")
        if self.by_sid.pop(queue.sid, None) is None:
            raise not_found(f"/2010-04-01/Accounts/{self._exchange.account.sid}/Queues/{queue.sid}.json")
        for dj in tuple(queue.waiting_djs):
            dj.leg.signal(QUEUE_GONE)

    def join(self, queue: Queue, call: Call) -> Member:
        """The call waits at the end of the queue."""
        queue.tickets += 1
        member = Member(call=call, enqueued_at=self._exchange.now(), ticket=queue.tickets)
        queue.members.append(member)
        queue.arrivals_s += member.enqueued_at.timestamp()
        call.queue_sid = queue.sid
        call.queue_time_s = None
        return member

    def remove(self, queue: Queue, member: Member) -> None:
        """The call waits no longer, and the time it waited is fixed; nothing happens if it had gone already."""
        position = position_of(queue, member)
        if position is None:
            return
        del queue.members[position - 1]
        queue.arrivals_s -= member.enqueued_at.timestamp()
        member.call.queue_sid = None
        member.call.queue_time_s = self.waited_s(member)

    def match(self, queue: Queue) -> Link:
        """The DJ who has waited longest has the front of the queue, and knows it."""
        link = self._take(queue, queue.waiting_djs.pop(0))
        link.dj.signal(LinkEvent(link))
        return link

    def take_front(self, queue: Queue, dj: WaitingDj) -> Link | None:
        """The DJ has the front of the queue, and the caller knows it; None if nobody waits."""
        if not queue.members:
            return None
        link = self._take(queue, dj)
        link.caller.interrupt(Dequeued(link))
        return link

    def _take(self, queue: Queue, dj: WaitingDj) -> Link:
        member = queue.members[0]
        self.remove(queue, member)
        assert member.call.leg is not None
        return Link(
            dj=dj.leg,
            caller=member.call.leg,
            queue_sid=queue.sid,
            queue_time_s=self.waited_s(member),
            whisper=dj.whisper,
            whisper_method=dj.whisper_method,
        )

    def waited_s(self, member: Member) -> int:
        """Return how long the call has waited, or had when it was dequeued."""
        if member.call.queue_time_s is not None:
            return member.call.queue_time_s
        return int((self._exchange.now() - member.enqueued_at).total_seconds())

    def parameters(self, queue: Queue, member: Member) -> Pairs:
        """Return the six parameters of a request made while waiting (facts 1.2)."""
        size = len(queue.members)
        mean_s = (self._exchange.now().timestamp() - queue.arrivals_s / size) if size else 0
        return (
            ("QueuePosition", str(position_of(queue, member) or 1)),
            ("QueueSid", queue.sid),
            ("QueueTime", str(self.waited_s(member))),
            # A hair is added: sums of times of day lose the last microseconds.
            ("AvgQueueTime", str(int(mean_s + 1e-3))),
            ("CurrentQueueSize", str(size)),
            ("MaxQueueSize", str(queue.max_size)),
        )

    def find_member(self, queue: Queue, which: str) -> Member:
        """Return the member that a REST path names, by its call's SID or `Front`.

        Raises:
            RestError: 404 / 20404; for a call that has left the queue, by policy.
        """
        for member in queue.members:
            if which in (FRONT, member.call.sid):
                return member
        if which in self._exchange.calls and self._exchange.faults.settings.second_member_post == 400:
            raise RestError(400, NO_LONGER_QUEUED, f"Call {which} is no longer queued")
        raise not_found(f"/2010-04-01/Accounts/{self._exchange.account.sid}/Queues/{queue.sid}/Members/{which}.json")

    def _check(self, name: str, *, max_size: int | None, unless: Queue | None) -> None:
        if not name.strip() or len(name.strip()) > LONGEST_NAME:
            raise RestError(400, BAD_PARAMETER, f"FriendlyName must have 1 to {LONGEST_NAME} characters")
        if max_size is not None and not 1 <= max_size <= LARGEST_SIZE:
            raise RestError(400, BAD_PARAMETER, f"MaxSize must be 1 to {LARGEST_SIZE}")
        if self.named(name.strip()) not in (None, unless):
            raise RestError(400, DUPLICATE_NAME, f"A queue with the name {name.strip()} already exists")


def position_of(queue: Queue, member: Member) -> int | None:
    """Return a member's place, 1 at the front; None when it has left."""
    index = bisect_left(queue.members, member.ticket, key=lambda each: each.ticket)
    if index < len(queue.members) and queue.members[index] is member:
        return index + 1
    return None
