"""DOOR outward: people are forgotten, here and at Twilio; run by the courier's process and by `callin people`.

Here first, in pieces; what Twilio has is owed from the same transaction on, and asked for until it is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from callin.db import empty_log
from callin.desk import erasure, erasures
from callin.desk.erasures import OwedErasure
from callin.errors import CarrierError
from callin.models import ErasureKind
from callin.station import Station

BATCH = 20
LEASE_S = 300
FIRST_RETRY_S = 60
LONGEST_RETRY_S = 86_400

_log = structlog.get_logger(__name__)


def forget(station: Station, *, phone_number: str) -> int:
    """Nothing is known of this person here any more, and Twilio is to forget them too; return how many rows that was.

    Args:
        station: the wired whole.
        phone_number: E.164.

    Raises:
        StillHere: they are in the line or on the air.
    """
    return _all_of_it(
        station,
        lambda session: erasure.forget_person(session, now=station.clock(), phone_number=phone_number),
    )


def forget_older_than(station: Station, *, days: int) -> int:
    """Nothing older is known of anybody; return how many rows that was.

    Args:
        station: the wired whole.
        days: before now.
    """
    before = station.clock() - timedelta(days=days)
    return _all_of_it(station, lambda session: erasure.forget_older(session, now=station.clock(), before=before))


def forget_what_is_old(station: Station) -> bool:
    """Once a day, what is older than the station's setting is forgotten; return whether that was now.

    Args:
        station: the wired whole.
    """
    days = station.settings.retention_days
    if days is None:
        return False
    with station.transaction() as session:
        if not erasures.take_on_retention(session, now=station.clock()):
            return False
    count = forget_older_than(station, days=days)
    with station.transaction() as session:
        erasures.finish_retention(session, now=station.clock())
    _log.info("forgot what is old", rows=count, days=days)
    return True


def erase_at_twilio(station: Station) -> bool:
    """What is owed to be deleted at Twilio is deleted, or is asked for again later; return whether anything was owed.

    Args:
        station: the wired whole.
    """
    with station.transaction() as session:
        owed = erasures.claim(session, now=station.clock(), limit=BATCH, lease_s=LEASE_S)
    for one in owed:
        _erase(station, one=one)
    return bool(owed)


def _erase(station: Station, *, one: OwedErasure) -> None:
    try:
        if one.kind == ErasureKind.RECORDING:
            station.carrier.delete_recording(one.sid)
        else:
            station.carrier.delete_text(one.sid)
    except CarrierError as error:
        retry_in_s = min(FIRST_RETRY_S * 2 ** min(one.attempts - 1, 20), LONGEST_RETRY_S)
        _log.warning("not erased at twilio", sid=one.sid, why=str(error), retry_in_s=retry_in_s)
        with station.transaction() as session:
            erasures.record_not_done(
                session, now=station.clock(), erasure_id=one.erasure_id, retry_in_s=retry_in_s, why=str(error)
            )
        return
    with station.transaction() as session:
        erasures.record_done(session, erasure_id=one.erasure_id)


def _all_of_it(station: Station, piece: Callable[[Session], int]) -> int:
    total = 0
    while True:
        with station.transaction() as session:
            done = piece(session)
        if done == 0:
            break
        total += done
    if total:
        empty_log(station.engine)
    return total
