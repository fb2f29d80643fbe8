"""What must be true after an evening, by the exchange's word and by our record; each breach is a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from benchmarks.faults.evening import Diary
from benchmarks.faults.troupe import Troupe
from callin.clock import wall_clock
from callin.courier import Courier
from callin.given_settings import OnlyThese
from callin.models import Call, Show, ShowState, Text, TextKind, TextState
from callin.phone_number import masked
from callin.reconciler import reconcile
from callin.rehearsal.switchboard import Line
from callin.rules.apologies import is_owed
from callin.rules.call_states import CallState, Outcome
from callin.station import Station, station_of

# Past every lease and every time that callbacks are given: what a later check and a later courier find.
LATER = timedelta(minutes=4)
_UNDERWAY = (TextState.OWED, TextState.SENDING)


def breaches(troupe: Troupe, *, diary: Diary) -> list[str]:
    """Return what is not as it must be; empty if all is well.

    Args:
        troupe: everybody has gone home; web and courier run.
        diary: what people did.
    """
    station = station_of(OnlyThese(**troupe.environment))  # type: ignore[arg-type]  # by alias
    try:
        troupe.kill("courier")
        _catch_up(station)
        return [
            *_about_calls(station, troupe, diary),
            *_about_texts(station, troupe),
            *_about_the_show(station, troupe),
        ]
    finally:
        station.engine.dispose()


def _catch_up(station: Station) -> None:
    """The check and then the courier look once more, minutes later: no lease, no grace protects anybody any more."""
    reconcile(replace(station, clock=lambda: wall_clock() + LATER))
    courier = Courier(replace(station, clock=lambda: wall_clock() + 2 * LATER))
    while courier.round():
        pass


def _about_calls(station: Station, troupe: Troupe, diary: Diary) -> Iterator[str]:
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
        yield from (f"{who}: {wrong}" for wrong in _about_call(row, line=line, apologies=texts[row.id]))
    for call_sid in rows.keys() - diary.calls.keys():
        yield f"call {call_sid} is on record, and nobody made it"


def _about_call(row: Call, *, line: Line, apologies: int) -> Iterator[str]:
    talks = sum(kind == "bridge" for kind, _ in line.heard)
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
