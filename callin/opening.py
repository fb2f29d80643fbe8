"""DOOR outward: opens the show here and makes its two queues at Twilio; called by the terminal and the board.

The desk opens first: from then on callers are taken, and Twilio makes a queue by itself when the first of them waits.
But a DJ who dials a queue that does not exist yet finds no line, so both are made now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from callin.desk import shows
from callin.desk.shows import ShowCard
from callin.errors import ShowAlreadyOpen
from callin.models import ShowState
from callin.station import Station


def open_show(station: Station, *, name: str | None, ends_at: datetime | None, actor: str) -> tuple[ShowCard, bool]:
    """A show is open; return it, and whether it was open before (then nothing has changed).

    Args:
        station: the wired whole.
        name: what callers hear it called, or None for the station's usual name.
        ends_at: as planned, aware, or None.
        actor: who opens it.

    Raises:
        ShowAlreadyOpen: one is being closed.
    """
    settings = station.settings
    try:
        with station.transaction() as session:
            card = shows.open_show(
                session,
                now=station.clock(),
                name=name or settings.show_name,
                queue_name=settings.queue_name,
                max_queue_size=settings.max_queue_size,
                ends_at=ends_at,
                actor=actor,
            )
            return card, False
    except (ShowAlreadyOpen, IntegrityError):
        with station.transaction() as session:
            running = shows.current_show(session)
        if running is None or running.state != ShowState.OPEN:
            raise
        return running, True


def ensure_queues(station: Station, *, card: ShowCard) -> None:
    """Both queues of the show exist at Twilio, and their SIDs are on record; safe to repeat.

    Args:
        station: the wired whole.
        card: of the open show.

    Raises:
        CarrierError: Twilio could not be asked; callers are taken all the same.
    """
    carrier = station.carrier
    queue_sid = carrier.ensure_queue(card.queue_name, max_size=card.max_queue_size)
    next_queue_sid = carrier.ensure_queue(card.next_queue_name, max_size=card.max_queue_size)
    with station.transaction() as session:
        shows.record_queues(session, show_id=card.show_id, queue_sid=queue_sid, next_queue_sid=next_queue_sid)
