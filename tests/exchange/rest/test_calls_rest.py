"""The Call resource through the vendor's client (facts 3.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.exchange import Exchange

GOODBYE = "https://station.test/goodbye"
HOLD = "https://station.test/hold"


@pytest.fixture
def holding(client: Client) -> str:
    """A number whose callers hear hello and are left hanging."""
    return str(client.incoming_phone_numbers.create(phone_number="+15550100003", voice_url=HOLD).phone_number)


def test_a_call_is_shown_with_both_ends_and_its_times(client: Client, exchange: Exchange, holding: str) -> None:
    """An inbound call that has ended has a start, an end and a duration in seconds."""
    sid = exchange.dial("+14155550123", holding).sid
    exchange.advance(40)
    exchange.phone("+14155550123").hang_up()

    call = client.calls(sid).fetch()

    assert (call._from, call.to, call.direction, call.status) == ("+14155550123", holding, "inbound", "completed")
    assert (call.from_formatted, call.duration) == ("(415) 555-0123", "40")
    assert call.end_time - call.start_time == timedelta(seconds=40)


def test_a_call_that_lasts_has_no_duration_yet(client: Client, exchange: Exchange, holding: str) -> None:
    """Duration and end stay empty until the call is over."""
    sid = exchange.dial("+15550101111", holding).sid
    exchange.advance(5)

    call = client.calls(sid).fetch()

    assert (call.status, call.duration, call.end_time) == ("in-progress", None, None)


def test_a_call_rings_until_it_is_answered(client: Client, exchange: Exchange, holding: str) -> None:
    """A call made by REST is queued, rings at the far phone, and runs its document once answered."""
    made = client.calls.create(to="+15550109999", from_=holding, url=GOODBYE)
    ringing = client.calls(made.sid).fetch().status
    exchange.phone("+15550109999").answer()

    assert (made.status, made.direction) == ("queued", "outbound-api")
    assert ringing == "ringing"
    assert exchange.phone("+15550109999").heard[-1].text == "goodbye to you"


def test_a_call_can_be_made_with_words_instead_of_an_address(client: Client, exchange: Exchange, holding: str) -> None:
    """Twiml stands for the document."""
    client.calls.create(to="+15550109999", from_=holding, twiml="<Response><Say>it is me</Say></Response>")
    exchange.phone("+15550109999").answer()

    assert exchange.phone("+15550109999").heard[-1].text == "it is me"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+15550100003", "Url": HOLD}, 21201),
        ({"To": "nobody", "From": "+15550100003", "Url": HOLD}, 21211),
        ({"To": "+266696687", "From": "+15550100003", "Url": HOLD}, 21211),
        ({"To": "+15550109999", "Url": HOLD}, 21213),
        ({"To": "+15550109999", "From": "+15550100099", "Url": HOLD}, 21210),
        ({"To": "+15550109999", "From": "+15550100003"}, 21205),
        ({"To": "+15550109999", "From": "+15550100003", "Url": "/hold"}, 21205),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "Twiml": "<Response/>"}, 20001),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "Timeout": "soon"}, 20001),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "Method": "PUT"}, 20001),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "StatusCallback": "here"}, 21609),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "StatusCallback": "http://a_b.test/"}, 21609),
        ({"To": "+15550109999", "From": "+15550100003", "Url": HOLD, "StatusCallbackEvent": "sneezed"}, 20001),
        ({"To": "+15550109999", "From": "+15550100003", "Twiml": "x" * 4001}, 21624),
    ],
)
def test_a_call_that_makes_no_sense_is_not_made(
    client: Client, exchange: Exchange, holding: str, form: dict[str, Any], code: int
) -> None:
    """400 with the code of what is wrong, and no call."""
    response = client.request(
        "POST", f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Calls.json", data=form
    )

    assert response.status_code == 400
    assert f'"code": {code}' in response.text
    assert exchange.calls == {}


def test_a_call_is_moved_to_another_document(client: Client, exchange: Exchange, holding: str) -> None:
    """Url ends what runs and runs the new document."""
    sid = exchange.dial("+15550101111", holding).sid

    client.calls(sid).update(url=GOODBYE)

    assert exchange.phone("+15550101111").heard[-1].text == "goodbye to you"


def test_a_call_is_moved_to_words(client: Client, exchange: Exchange, holding: str) -> None:
    """Twiml does the same without an address."""
    sid = exchange.dial("+15550101111", holding).sid

    client.calls(sid).update(twiml="<Response><Say>so long</Say></Response>")

    assert exchange.phone("+15550101111").heard[-1].text == "so long"


def test_completed_hangs_up_a_call_in_progress(client: Client, exchange: Exchange, holding: str) -> None:
    """Status=completed ends it (facts 3.3)."""
    sid = exchange.dial("+15550101111", holding).sid

    assert client.calls(sid).update(status="completed").status == "completed"
    assert exchange.phone("+15550101111").state == "idle"


def test_canceled_ends_only_a_call_that_rings(client: Client, exchange: Exchange, holding: str) -> None:
    """A call that nobody has answered yet is canceled."""
    made = client.calls.create(to="+15550109999", from_=holding, url=HOLD)

    assert client.calls(made.sid).update(status="canceled").status == "canceled"


@pytest.mark.parametrize(
    "change", [{"url": GOODBYE}, {"twiml": "<Response/>"}, {"status": "completed"}, {"status": "canceled"}]
)
def test_rest_cannot_change_a_call_that_is_over(
    client: Client, exchange: Exchange, holding: str, change: dict[str, str]
) -> None:
    """400 / 21220 for any of Url, Twiml and Status (facts 15)."""
    call = exchange.dial("+15550101111", holding)
    exchange.hang_up(call)

    with pytest.raises(TwilioRestException) as error:
        client.calls(call.sid).update(**change)

    assert (error.value.status, error.value.code) == (400, 21220)


@pytest.mark.parametrize("change", [{"status": "busy"}, {"url": "goodbye"}, {"url": GOODBYE, "twiml": "<Response/>"}])
def test_a_change_that_makes_no_sense_changes_nothing(
    client: Client, exchange: Exchange, holding: str, change: dict[str, str]
) -> None:
    """400, and the call goes on."""
    call = exchange.dial("+15550101111", holding)

    with pytest.raises(TwilioRestException) as error:
        client.calls(call.sid).update(**change)

    assert error.value.status == 400
    assert client.calls(call.sid).fetch().status == "in-progress"


def test_moving_a_waiting_call_takes_it_out_of_its_queue(client: Client, exchange: Exchange, line: str) -> None:
    """A new Url acts like a member update (facts 3.3)."""
    call = exchange.dial("+15550101111", line)

    client.calls(call.sid).update(url=GOODBYE)

    assert client.queues.list()[0].current_size == 0
    assert exchange.phone("+15550101111").heard[-1].text == "goodbye to you"


def test_calls_are_listed_newest_first_and_filtered(client: Client, exchange: Exchange, holding: str) -> None:
    """By number, by status, by the day they began."""
    first = exchange.dial("+15550101111", holding)
    exchange.hang_up(first)
    exchange.advance(2 * 86_400)
    second = exchange.dial("+15550102222", holding)

    def found(**filters: Any) -> list[str]:
        return [call.sid for call in client.calls.list(**filters)]

    assert found() == [second.sid, first.sid]
    assert found(from_="+15550101111") == [first.sid]
    assert found(to=holding, status="in-progress") == [second.sid]
    begun = first.start_time
    assert begun is not None
    assert found(start_time=begun.date()) == [first.sid]
    assert found(start_time_after=begun + timedelta(days=1)) == [second.sid]
    assert found(start_time_before=begun) == [first.sid]
    assert found(parent_call_sid=first.sid) == []


@pytest.mark.parametrize("query", ["Status=napping", "StartTime=yesterday", "EndTime%3E=2026-13-01"])
def test_a_filter_that_cannot_be_read_is_refused(client: Client, query: str) -> None:
    """400 / 20001 rather than everything."""
    response = client.request(
        "GET", f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Calls.json?{query}"
    )

    assert response.status_code == 400
    assert '"code": 20001' in response.text


def test_a_call_is_forgotten_only_when_it_is_over(client: Client, exchange: Exchange, holding: str) -> None:
    """Deleting one that lasts is 400 / 20009."""
    call = exchange.dial("+15550101111", holding)

    with pytest.raises(TwilioRestException) as error:
        client.calls(call.sid).delete()
    exchange.hang_up(call)

    assert (error.value.status, error.value.code) == (400, 20009)
    assert client.calls(call.sid).delete()
    assert client.calls.list() == []


def test_dates_are_rfc_2822_in_utc(client: Client, exchange: Exchange, holding: str) -> None:
    """The client reads them as aware moments, to the second."""
    call = exchange.dial("+15550101111", holding)

    shown = client.calls(call.sid).fetch().date_created

    assert shown == datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
