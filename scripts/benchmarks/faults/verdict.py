"""What must be true after an evening, by the exchange's word and by our record; each breach is a sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus

import urllib3
from sqlalchemy import select

from benchmarks.faults.evening import Diary
from benchmarks.faults.troupe import Troupe
from callin.clock import wall_clock
from callin.courier import Courier
from callin.given_settings import OnlyThese
from callin.models import Call, Show, ShowState, Text, TextKind, TextState
from callin.phone_number import masked
from callin.reconciler import reconcile
from callin.rules.apologies import is_owed
from callin.rules.call_states import CallState, Outcome
from callin.station import Station, station_of
from callin.webhooks import AGAIN

# Past every lease and every time that callbacks are given: what a later check and a later courier find.
LATER = timedelta(minutes=4)
_UNDERWAY = (TextState.OWED, TextState.SENDING)


@dataclass(slots=True)
class Verdict:
    """What came of an evening.

    Attributes:
        breaches: what is not as it must be, in words.
        untold: talks of which no word arrived: every request that told of them met a dead web process or database.
    """

    breaches: list[str] = field(default_factory=list)
    untold: int = 0


def judge(troupe: Troupe, *, diary: Diary) -> Verdict:
    """Return what is not as it must be.

    Args:
        troupe: everybody has gone home; web and courier run.
        diary: what people did.
    """
    station = station_of(OnlyThese(**troupe.environment))  # type: ignore[arg-type]  # by alias
    try:
        troupe.kill("courier")
        _catch_up(station)
        verdict = Verdict()
        verdict.breaches += _about_calls(station, troupe, diary, verdict)
        verdict.breaches += _about_texts(station, troupe)
        verdict.breaches += _about_the_show(station, troupe)
        return verdict
    finally:
        station.engine.dispose()


def _catch_up(station: Station) -> None:
    """The check and then the courier look once more, minutes later: no lease, no grace protects anybody any more."""
    reconcile(replace(station, clock=lambda: wall_clock() + LATER))
    courier = Courier(replace(station, clock=lambda: wall_clock() + 2 * LATER))
    while courier.round():
        pass


def _about_calls(station: Station, troupe: Troupe, diary: Diary, verdict: Verdict) -> Iterator[str]:
    with station.transaction() as session:
        rows = {call.call_sid: call for call in session.scalars(select(Call))}
        texts = Counter(session.scalars(select(Text.call_id).where(Text.purpose == "apology")))
    for call_sid, number in diary.calls.items():
        who = f"call {call_sid} of {masked(number)}"
        line = troupe.switchboard.line(call_sid)
        row = rows.get(call_sid)
        if row is None:
            # Whoever heard only that something is wrong, and had enough of it, was not served.
            if any(kind not in ("say", "silence") for kind, _ in line.heard):
                yield f"{who}: was served, and is not on record"
            continue
        talks = sum(kind == "bridge" for kind, _ in line.heard)
        if talks and row.outcome != Outcome.AIRED and not _was_told_of_talk(troupe, call_sid):
            verdict.untold += 1
            talks = 0
        yield from (f"{who}: {wrong}" for wrong in _about_call(row, talks=talks, apologies=texts[row.id]))
    for call_sid in rows.keys() - diary.calls.keys():
        yield f"call {call_sid} is on record, and nobody made it"


def _was_told_of_talk(troupe: Troupe, call_sid: str) -> bool:
    """Return whether any request that told of the end of this call's talk was served; Twilio tells it no other way."""
    log = json.loads(urllib3.request("GET", f"{troupe.switchboard.url}/_exchange/log?after=0").data)
    for entry in log:
        told_by_queue = "/voice/listener/left" in entry["url"] and entry["call_sid"] == call_sid
        told_by_dial = "/voice/dj/done" in entry["url"] and call_sid in json.dumps([entry["url"], entry["params"]])
        is_served = entry["status"] == HTTPStatus.OK and f"{AGAIN}=" not in (entry["body"] or "")
        if (told_by_queue or told_by_dial) and is_served:
            return True
    return False


def _about_call(row: Call, *, talks: int, apologies: int) -> Iterator[str]:
    if talks > 1:
        yield f"was on the air {talks} times"
    if row.state != CallState.OVER or row.outcome is None:
        yield f"is {row.state} with outcome {row.outcome}, and the phone is on the hook"
        return
    if (row.outcome == Outcome.AIRED) != (talks > 0):
        yield f"outcome {row.outcome}, and {talks} talks"
    owed = is_owed(Outcome(row.outcome), waited_s=row.waited_s, apology_after_s=30)
    if apologies != owed:
        yield f"outcome {row.outcome} after {row.waited_s} s, and {apologies} apologies owed"


def _about_texts(station: Station, troupe: Troupe) -> Iterator[str]:
    with station.transaction() as session:
        texts = list(session.scalars(select(Text).where(Text.kind != TextKind.INBOUND)))
        doubled = Counter(session.scalars(select(Text.message_sid).where(Text.message_sid.is_not(None))))
    yield from (f"message {sid} is on record {times} times" for sid, times in doubled.items() if times > 1)
    sent: dict[str, Counter[str]] = {}
    for text in texts:
        if text.state in _UNDERWAY:
            yield f"text {text.id} to {masked(text.phone_number)} is still {text.state}"
        if text.state not in (TextState.WITHHELD, TextState.FAILED):
            sent.setdefault(text.phone_number, Counter())[text.body] += 1
    for number, bodies in sent.items():
        got = Counter(troupe.switchboard.inbox(number))
        for body in bodies | got:
            if got[body] != bodies[body]:
                yield f"«{body[:40]}…» to {masked(number)}: owed {bodies[body]}, arrived {got[body]}"


def _about_the_show(station: Station, troupe: Troupe) -> Iterator[str]:
    with station.transaction() as session:
        states = list(session.scalars(select(Show.state)))
    if states != [ShowState.CLOSED]:
        yield f"the shows are {states}"
    for name in troupe.switchboard.queue_names():
        yield f"the queue {name} is still at Twilio"
