"""What the courier's process does beside its outbox, each chore in a thread of its own; begun by serve and courier.

A chore may take long (a closing waits for Twilio): no text waits for it. Several processes may run the same chores:
each of these is taken on in the database first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from callin.drain import finish_closing
from callin.forgetting import erase_at_twilio, forget_what_is_old
from callin.reconciler import reconcile
from callin.station import Station

LOOK_EVERY_S = 1.0
# One request to Twilio under way; what is not finished by then is taken up by the next process.
CHORES_STOP_WITHIN_S = 10

# Does what is due, if anything is; returns whether it did.
Chore = Callable[[Station], bool]
CHORES: tuple[Chore, ...] = (reconcile, finish_closing, erase_at_twilio, forget_what_is_old)

_log = structlog.get_logger(__name__)


def begin_chores(
    station: Station, *, stop: threading.Event, chores: tuple[Chore, ...] = CHORES
) -> list[threading.Thread]:
    """Every chore is being looked after until told to stop; return the threads, to be joined then.

    Args:
        station: the wired whole.
        stop: set by whoever ends the process.
        chores: what is to be done.
    """
    threads = [
        threading.Thread(target=_look_after, args=(chore, station, stop), name=chore.__name__) for chore in chores
    ]
    for thread in threads:
        thread.daemon = True  # whatever Twilio keeps it waiting for, the process may end
        thread.start()
    return threads


def _look_after(chore: Chore, station: Station, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            chore(station)
        except Exception:
            # Whatever it is, it must not end the chore: it is due again.
            _log.exception("chore stumbled", chore=chore.__name__)
        stop.wait(LOOK_EVERY_S)
