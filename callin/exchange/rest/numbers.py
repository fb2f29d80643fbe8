"""The IncomingPhoneNumber resource: the account's numbers and the applications behind them; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Number
from callin.exchange.rest.parameters import Parameters, is_phone_number
from callin.exchange.rest.render import API_VERSION, account_path, formatted, rfc_2822
from callin.exchange.rest.resource import RestCall

INVALID_NUMBER, NOT_AVAILABLE, INVALID_URL, INVALID_METHOD = 21421, 21422, 21402, 21403
URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


def rendered(asking: RestCall, number: Number) -> dict[str, Any]:
    """Return the number as the contract has it."""
    account_sid = asking.exchange.account.sid
    return {
        "account_sid": account_sid,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False},
        "date_created": rfc_2822(number.date_created),
        "date_updated": rfc_2822(number.date_updated),
        "friendly_name": number.friendly_name,
        "identity_sid": None,
        "phone_number": number.phone_number,
        "origin": "twilio",
        "sid": number.sid,
        "sms_application_sid": None,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_fallback_url": number.sms_fallback_url or None,
        "sms_method": number.sms_method,
        "sms_url": number.sms_url or None,
        "status_callback": number.status_callback or None,
        "status_callback_method": number.status_callback_method,
        "trunk_sid": None,
        "uri": account_path(account_sid, "IncomingPhoneNumbers", number.sid) + ".json",
        "voice_receive_mode": "voice",
        "voice_application_sid": None,
        "voice_caller_id_lookup": number.voice_caller_id_lookup,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_fallback_url": number.voice_fallback_url or None,
        "voice_method": number.voice_method,
        "voice_url": number.voice_url or None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "bundle_sid": None,
        "status": "in-use",
        "type": "local",
    }


def read_all(asking: RestCall) -> HttpAnswer:
    """List the numbers that the filters let through, newest first."""
    asked = asking.asked
    pattern, name = asked.text("PhoneNumber"), asked.text("FriendlyName")
    beta, origin = asked.boolean("Beta"), asked.text("Origin")
    with asking.exchange.lock:
        return asking.listed(
            [
                number
                for number in reversed(asking.exchange.numbers.values())
                if (pattern is None or pattern in number.phone_number)
                and (name is None or number.friendly_name == name)
                and beta is not True
                and origin in (None, "twilio")
            ],
            key="incoming_phone_numbers",
            path=asking.path("IncomingPhoneNumbers.json"),
            token=lambda number: number.sid,
            render=lambda number: rendered(asking, number),
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one number."""
    with asking.exchange.lock:
        return json_answer(200, rendered(asking, _find(asking)))


def create(asking: RestCall) -> HttpAnswer:
    """Bring a number to life."""
    asked, exchange = asking.asked, asking.exchange
    phone_number = asked.text("PhoneNumber")
    if not phone_number or not is_phone_number(phone_number):
        raise RestError(400, INVALID_NUMBER, "PhoneNumber is not a valid E.164 number")
    changes = _changes(asked)
    with exchange.lock:
        if phone_number in exchange.numbers:
            raise RestError(400, NOT_AVAILABLE, f"{phone_number} is not available")
        number = exchange.add_number(phone_number, friendly_name=formatted(phone_number))
        _apply(number, changes=changes)
        return json_answer(201, rendered(asking, number))


def update(asking: RestCall) -> HttpAnswer:
    """Change the application behind a number; what the request does not name stays."""
    changes = _changes(asking.asked)
    with asking.exchange.lock:
        number = _find(asking)
        _apply(number, changes=changes)
        number.date_updated = asking.exchange.now()
        return json_answer(200, rendered(asking, number))


def delete(asking: RestCall) -> HttpAnswer:
    """Give a number back."""
    with asking.exchange.lock:
        del asking.exchange.numbers[_find(asking).phone_number]
    return HttpAnswer(204)


def _find(asking: RestCall) -> Number:
    for number in asking.exchange.numbers.values():
        if number.sid == asking.names["number_sid"]:
            return number
    raise asking.not_found()


def _changes(asked: Parameters) -> dict[str, Any]:
    """Return what the request sets, by the record's own names, all of it checked."""
    changes: dict[str, Any] = {}
    for parameter, name in URLS.items():
        if (url := asked.url(parameter, code=INVALID_URL)) is not None:
            changes[name] = url
    for parameter, name in METHODS.items():
        if (method := asked.method(parameter, code=INVALID_METHOD)) is not None:
            changes[name] = method
    if asked.text("FriendlyName"):
        changes["friendly_name"] = asked.text("FriendlyName")
    if (lookup := asked.boolean("VoiceCallerIdLookup")) is not None:
        changes["voice_caller_id_lookup"] = lookup
    return changes


def _apply(number: Number, *, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(number, name, value)
