"""The IncomingPhoneNumber resource: how an application attaches itself (facts 4, exchange design)."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.errors import UnknownNumber
from callin.exchange.exchange import Exchange


def test_a_number_comes_to_life_with_its_addresses(client: Client, exchange: Exchange) -> None:
    """What was given is shown; what was not has Twilio's defaults."""
    made = client.incoming_phone_numbers.create(
        phone_number="+14155550100",
        voice_url="https://station.test/enqueue",
        voice_method="GET",
        voice_fallback_url="https://station.test/goodbye",
        status_callback="https://station.test/status",
        sms_url="https://station.test/silent",
    )

    shown = client.incoming_phone_numbers(made.sid).fetch()

    assert (shown.phone_number, shown.friendly_name) == ("+14155550100", "(415) 555-0100")
    assert (shown.voice_url, shown.voice_method) == ("https://station.test/enqueue", "GET")
    assert (shown.voice_fallback_url, shown.voice_fallback_method) == ("https://station.test/goodbye", "POST")
    assert (shown.status_callback, shown.sms_url) == ("https://station.test/status", "https://station.test/silent")
    assert shown.sms_fallback_url is None
    assert shown.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert exchange.dial("+15550101111", "+14155550100").status == "in-progress"


def test_an_update_changes_only_what_it_names(client: Client) -> None:
    """The other addresses stay, and an empty one is taken away."""
    made = client.incoming_phone_numbers.create(
        phone_number="+14155550100", voice_url="https://a.test/", sms_url="https://b.test/"
    )

    made.update(voice_url="https://c.test/", friendly_name="line")
    shown = client.incoming_phone_numbers(made.sid).update(sms_url="")

    assert (shown.voice_url, shown.sms_url, shown.friendly_name) == ("https://c.test/", None, "line")


def test_numbers_are_found_by_number(client: Client) -> None:
    """The client's usual way to find one's number; newest first without a filter."""
    for number in ("+14155550100", "+14155550101"):
        client.incoming_phone_numbers.create(phone_number=number)

    assert [n.phone_number for n in client.incoming_phone_numbers.list()] == ["+14155550101", "+14155550100"]
    assert [n.phone_number for n in client.incoming_phone_numbers.list(phone_number="+14155550100")] == ["+14155550100"]
    assert client.incoming_phone_numbers.list(phone_number="+19995550000") == []


def test_a_number_given_back_cannot_be_dialled(client: Client, exchange: Exchange) -> None:
    """DELETE takes it out of the exchange."""
    made = client.incoming_phone_numbers.create(phone_number="+14155550100")

    assert made.delete()
    with pytest.raises(UnknownNumber):
        exchange.dial("+15550101111", "+14155550100")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"phone_number": "listener"}, 21421),
        ({"phone_number": "+0123"}, 21421),
        ({"phone_number": "+14155550111", "voice_url": "enqueue"}, 21402),
        ({"phone_number": "+14155550111", "sms_method": "PATCH"}, 21403),
        ({"phone_number": "+14155550100"}, 21422),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    client: Client, exchange: Exchange, form: dict[str, str], code: int
) -> None:
    """400 with the code of what is wrong, and no new number."""
    client.incoming_phone_numbers.create(phone_number="+14155550100")

    with pytest.raises(TwilioRestException) as error:
        client.incoming_phone_numbers.create(**form)

    assert (error.value.status, error.value.code) == (400, code)
    assert list(exchange.numbers) == ["+14155550100"]


def test_a_bad_update_changes_nothing(client: Client) -> None:
    """One bad field and none of the request is done."""
    made = client.incoming_phone_numbers.create(phone_number="+14155550100", voice_url="https://a.test/")

    with pytest.raises(TwilioRestException):
        made.update(voice_url="https://b.test/", voice_method="PUT")

    assert made.fetch().voice_url == "https://a.test/"
