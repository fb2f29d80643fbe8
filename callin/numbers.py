"""Pointing the station's two numbers at the station, and back; called by `callin numbers`, setup, tunnel and doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callin.carrier import Account, NumberCard
from callin.desk import number_changes
from callin.desk.number_changes import RecordedChange
from callin.settings import Settings
from callin.station import Station

LISTENERS, DJ = "listeners", "DJ"
# Set on a number, any of these makes Twilio ignore the number's own addresses.
_VOICE_OVERRIDES = ("voice_application_sid", "trunk_sid")
_SMS_OVERRIDES = ("sms_application_sid",)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change at a number: from what to what, empty where nothing is set."""

    target: str
    now: str
    wanted: str


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What a number needs to be the station's.

    Attributes:
        role: who rings it.
        setting: the environment name that says which number it is.
        number_sid: None if the account has no such number.
        changes: empty if it points here already.
        takes_calls: whether it was bought with voice.
        takes_texts: whether it was bought with SMS.
    """

    role: str
    setting: str
    phone_number: str
    number_sid: str | None
    changes: tuple[Change, ...]
    takes_calls: bool = True
    takes_texts: bool = True


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """How to put back what the last sync changed.

    Attributes:
        at: when that was.
        plans: what to change now.
        left_alone: what somebody has changed since; it stays.
    """

    at: datetime
    plans: tuple[NumberPlan, ...]
    left_alone: tuple[RecordedChange, ...]


def plan_numbers(account: Account, settings: Settings) -> list[NumberPlan]:
    """Return what each of the two numbers needs; nothing is changed.

    Raises:
        CarrierError: Twilio cannot be asked.
    """
    owned = {number.phone_number: number for number in account.numbers()}
    base = settings.public_base_url
    shared = {
        "voice_method": "POST",
        "voice_fallback_url": settings.fallback_url or f"{base}/voice/fallback",
        # A host of files answers GET alone.
        "voice_fallback_method": "GET" if settings.fallback_url else "POST",
        "status_callback": f"{base}/voice/status",
        "status_callback_method": "POST",
    } | dict.fromkeys(_VOICE_OVERRIDES, "")
    texts = {"sms_url": f"{base}/sms/inbound", "sms_method": "POST"} | dict.fromkeys(_SMS_OVERRIDES, "")
    listener = {"voice_url": f"{base}/voice/listener/answer"} | shared | texts
    # Texts to the DJ line are nobody's business of ours: whatever is set there stays.
    dj = {"voice_url": f"{base}/voice/dj/answer"} | shared
    return [
        _plan(LISTENERS, "CALLIN_LISTENER_NUMBER", settings.listener_number, owned=owned, wanted=listener),
        _plan(DJ, "CALLIN_DJ_LINE", settings.dj_line, owned=owned, wanted=dj),
    ]


def point_numbers(station: Station, *, plans: Sequence[NumberPlan]) -> None:
    """The numbers point here; what was there before is on record first, so that it can be put back.

    Args:
        station: the wired whole.
        plans: of `plan_numbers`; those without changes are left alone.

    Raises:
        CarrierError: Twilio did not do all of it; doing it again is harmless.
    """
    changes = [
        RecordedChange(plan.number_sid, plan.phone_number, change.target, was=change.now, became=change.wanted)
        for plan in plans
        if plan.number_sid is not None
        for change in plan.changes
    ]
    with station.transaction() as session:
        number_changes.record_changes(session, now=station.clock(), changes=changes)
    _apply(station.carrier.account, plans)


def plan_undo(station: Station) -> UndoPlan | None:
    """Return how to put back what the last sync changed, or None if there is nothing to undo; nothing is changed.

    Raises:
        CarrierError: Twilio cannot be asked.
    """
    with station.reading() as session:
        last = number_changes.last_changes(session)
    if last is None:
        return None
    at, recorded = last
    owned = {number.sid: number for number in station.carrier.account.numbers()}
    changes: dict[str, list[Change]] = {}
    left_alone = []
    for change in recorded:
        number = owned.get(change.number_sid)
        now = None if number is None else number.targets.get(change.target, "")
        if now == change.became and now != change.was:
            changes.setdefault(change.number_sid, []).append(Change(change.target, now=now, wanted=change.was))
        elif now != change.was:
            left_alone.append(change)
    roles = {station.settings.listener_number: LISTENERS, station.settings.dj_line: DJ}
    plans = tuple(
        NumberPlan(
            role=roles.get(owned[number_sid].phone_number, "–"),
            setting="",
            phone_number=owned[number_sid].phone_number,
            number_sid=number_sid,
            changes=tuple(of_number),
        )
        for number_sid, of_number in changes.items()
    )
    return UndoPlan(at=at, plans=plans, left_alone=tuple(left_alone))


def undo(station: Station, *, plan: UndoPlan) -> None:
    """The numbers are as they were before the last sync; the next undo goes one further back.

    Args:
        station: the wired whole.
        plan: of `plan_undo`.

    Raises:
        CarrierError: Twilio did not do all of it; doing it again is harmless.
    """
    _apply(station.carrier.account, plan.plans)
    with station.transaction() as session:
        number_changes.record_undone(session, now=station.clock(), at=plan.at)


def _apply(account: Account, plans: Sequence[NumberPlan]) -> None:
    for plan in plans:
        if plan.number_sid is not None and plan.changes:
            account.update_number(plan.number_sid, **{change.target: change.wanted for change in plan.changes})


def _plan(
    role: str, setting: str, phone_number: str, *, owned: dict[str, NumberCard], wanted: dict[str, str]
) -> NumberPlan:
    number = owned.get(phone_number)
    if number is None:
        return NumberPlan(role, setting, phone_number, None, ())
    changes = tuple(
        Change(target, now=number.targets.get(target, ""), wanted=value)
        for target, value in wanted.items()
        if number.targets.get(target, "") != value
    )
    return NumberPlan(role, setting, phone_number, number.sid, changes, number.takes_calls, number.takes_texts)
