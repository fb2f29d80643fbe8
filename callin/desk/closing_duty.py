"""The closing as a duty that one process at a time has, until its lease ends; called by the drain and the board.

Whoever closes takes the duty on in the database, tells there how far it has come, and lets go at the end. If it dies,
its lease ends, and the next one goes on where it stopped: Twilio's queues say who is still waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callin.desk import show_log
from callin.models import Show, ShowState

# A request to Twilio has ten seconds, and a lease is renewed between any two of them.
LEASE_S = 45


@dataclass(frozen=True, slots=True)
class ClosingProgress:
    """How far the closing of a show has come.

    Attributes:
        owner: who does it, in words; None if nobody does at the moment.
        sent_home: how many callers are settled.
        to_send_home: how many are known of.
    """

    show_id: int
    name: str
    is_closed: bool
    owner: str | None
    sent_home: int
    to_send_home: int


def take_on(session: Session, *, now: datetime, show_id: int, owner: str, lease_s: int = LEASE_S) -> bool:
    """Return whether the closing of this show is now this owner's; another's lease must have ended first.

    Args:
        now: aware.
        show_id: of a show that is closing.
        owner: in words, and no other process calls itself so: «the courier on air-1, process 412».
        lease_s: seconds until somebody else may.
    """
    show = session.get_one(Show, show_id)
    if show.state != ShowState.CLOSING or (show.drain_owner != owner and _is_somebodys(show, now=now)):
        return False
    if show.drain_owner is not None and show.drain_owner != owner:
        show_log.note(session, at=now, what="closing goes on", show_id=show_id, actor="closing", detail=owner)
    show.drain_owner, show.drain_lease_until = owner, now + timedelta(seconds=lease_s)
    return True


def renew(
    session: Session,
    *,
    now: datetime,
    show_id: int,
    owner: str,
    sent_home: int,
    to_send_home: int,
    lease_s: int = LEASE_S,
) -> bool:
    """Return whether the duty is still this owner's; then it is for longer, and boards see how far it has come."""
    show = session.get_one(Show, show_id)
    if show.drain_owner != owner:
        return False
    show.drain_lease_until = now + timedelta(seconds=lease_s)
    show.sent_home, show.to_send_home = sent_home, to_send_home
    return True


def let_go(session: Session, *, show_id: int, owner: str) -> None:
    """The duty is nobody's, if it was this owner's; whatever is left of it may be taken on at once."""
    show = session.get_one(Show, show_id)
    if show.drain_owner == owner:
        show.drain_owner = show.drain_lease_until = None


def left_undone(session: Session, *, now: datetime) -> int | None:
    """Return the show that is closing while nobody sees to it, or None."""
    nobodys = or_(Show.drain_lease_until.is_(None), Show.drain_lease_until <= now)
    return session.scalar(select(Show.id).where(Show.state == ShowState.CLOSING, nobodys))


def progress_of(session: Session, *, now: datetime, show_id: int) -> ClosingProgress:
    """Return how far the closing of a show has come, and who does it."""
    show = session.get_one(Show, show_id)
    return ClosingProgress(
        show_id=show_id,
        name=show.name,
        is_closed=show.state == ShowState.CLOSED,
        owner=show.drain_owner if _is_somebodys(show, now=now) else None,
        sent_home=show.sent_home,
        to_send_home=show.to_send_home,
    )


def _is_somebodys(show: Show, *, now: datetime) -> bool:
    return show.drain_lease_until is not None and now < show.drain_lease_until
