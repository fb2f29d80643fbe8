"""DOOR outward: holds our calls against Twilio's every few seconds, and puts them right; run by the courier's process.

Twilio is asked outside any transaction. A list may lag or shift while it is read, so nobody is ended on its word alone:
each such call is asked for by its SID first.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from callin.desk import checking
from callin.desk.checking import Member, OurView
from callin.errors import CarrierError
from callin.phone_number import identity_of
from callin.station import Station

# A check is repeated soon; what it cannot look at now it looks at then.
MOST_LOOKED_AT = 50

_log = structlog.get_logger(__name__)


def reconcile(station: Station) -> bool:
    """Our calls have been held against Twilio's, if that was due and no other process did; return whether.

    Args:
        station: the wired whole.
    """
    with station.transaction() as session:
        if not checking.take_on(session, now=station.clock()):
            return False
        view = checking.our_view(session, now=station.clock())
    ended = adopted = 0
    trouble = None
    try:
        if view.show_is_open:
            adopted = _adopt_strangers(station, members=_members(station, view=view))
        ended = _end_ghosts(station, view=view)
    except CarrierError as error:
        trouble = str(error)
        _log.warning("not compared with twilio", why=trouble)
    with station.transaction() as session:
        checking.record(session, now=station.clock(), trouble=trouble, ended=ended, adopted=adopted)
    if ended or adopted:
        _log.warning("differed from twilio", ended=ended, adopted=adopted)
    return True


def _members(station: Station, *, view: OurView) -> list[Member]:
    queues = ((view.queue_sid, False), (view.next_queue_sid, True))
    return [
        Member(call_sid=card.call_sid, is_next_queue=is_next_queue, wait_s=card.wait_s)
        for queue_sid, is_next_queue in queues
        if queue_sid is not None
        for card in station.carrier.all_members(queue_sid)
    ]


def _adopt_strangers(station: Station, *, members: list[Member]) -> int:
    if not members:
        return 0
    with station.transaction() as session:
        unknown = checking.strangers(session, now=station.clock(), members=members)
    adopted = 0
    for member in unknown[:MOST_LOOKED_AT]:
        card = station.carrier.look_at_call(member.call_sid)
        if card is None or card.is_over:
            continue
        with station.transaction() as session:
            checking.adopt(session, now=station.clock(), member=member, phone_number=identity_of(card.from_number))
        adopted += 1
    return adopted


def _end_ghosts(station: Station, *, view: OurView) -> int:
    if not view.calls:
        return 0
    settings = station.settings
    alive: set[str] = set()
    for number in (settings.listener_number, settings.dj_line):
        alive.update(station.carrier.calls_under_way(number))
    ended = 0
    for call_sid in _some(view.calls - alive):
        card = station.carrier.look_at_call(call_sid)
        if card is not None and not card.is_over:
            continue
        with station.transaction() as session:
            checking.end_ghost(
                session,
                now=station.clock(),
                call_sid=call_sid,
                duration_s=card.duration_s if card else None,
                apology_after_s=settings.apology_after_s,
            )
        ended += 1
    return ended


def _some(call_sids: Iterable[str]) -> list[str]:
    return sorted(call_sids)[:MOST_LOOKED_AT]
