"""Pointing the station's two numbers at the station; called by `callin numbers sync` and the rehearsal."""

from __future__ import annotations

from dataclasses import dataclass

from callin.carrier import Account, NumberCard
from callin.settings import Settings

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


def plan_numbers(account: Account, settings: Settings) -> list[NumberPlan]:
    """Return what each of the two numbers needs; nothing is changed.

    Raises:
        CarrierError: Twilio cannot be asked.
    """
    owned = {number.phone_number: number for number in account.numbers()}
    base = settings.public_base_url
    shared = {
        "voice_method": "POST",
        "voice_fallback_url": f"{base}/voice/fallback",
        "voice_fallback_method": "POST",
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


def apply_plan(account: Account, plan: NumberPlan) -> None:
    """The number points here; doing it again is harmless.

    Raises:
        CarrierError: Twilio did not do it.
    """
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
