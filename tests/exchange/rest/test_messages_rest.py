"""The Message and Media resources through the vendor's client (facts 3.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.exchange import Exchange

PHONE = "+15550101111"


def test_a_text_is_queued_and_then_delivered(client: Client, exchange: Exchange, line: str) -> None:
    """The answer says queued; the phone has it in no time on the exchange's clock."""
    made = client.messages.create(to=PHONE, from_=line, body="hello you")

    assert (made.status, made.direction, made.num_segments, made.num_media) == ("queued", "outbound-api", "1", "0")
    assert client.messages(made.sid).fetch().status == "delivered"
    assert [text.body for text in exchange.phone(PHONE).inbox] == ["hello you"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+15550100001", "Body": "x"}, 21604),
        ({"To": PHONE, "Body": "x"}, 21603),
        ({"To": PHONE, "MessagingServiceSid": "MG" + "0" * 32, "Body": "x"}, 21701),
        ({"To": PHONE, "From": "+15550100001"}, 21602),
        ({"To": "anonymous", "From": "+15550100001", "Body": "x"}, 21211),
        ({"To": "+7378742833", "From": "+15550100001", "Body": "x"}, 21211),
        ({"To": "+15550100001", "From": "+15550100001", "Body": "x"}, 21211),
        ({"To": PHONE, "From": "+15550100055", "Body": "x"}, 21606),
        ({"To": PHONE, "From": "+15550100001", "Body": "x" * 1601}, 21617),
        ({"To": PHONE, "From": "+15550100001", "Body": "x", "StatusCallback": "receipts"}, 21609),
        ({"To": PHONE, "From": "+15550100001", "Body": "x", "StatusCallback": "https://a_b.test/"}, 21609),
        ({"To": PHONE, "From": "+15550100001", "MediaUrl": "picture.png"}, 21620),
    ],
)
def test_a_text_that_makes_no_sense_is_not_sent(
    client: Client, exchange: Exchange, line: str, form: dict[str, Any], code: int
) -> None:
    """400 with Twilio's code, and no text."""
    response = client.request(
        "POST", f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Messages.json", data=form
    )

    assert response.status_code == 400
    assert f'"code": {code}' in response.text
    assert exchange.messages == {}


def test_a_landline_takes_no_texts(client: Client, exchange: Exchange, line: str) -> None:
    """400 / 21614 at once for a number that the fault calls a landline."""
    exchange.faults.change({"landlines": [PHONE]})

    with pytest.raises(TwilioRestException) as error:
        client.messages.create(to=PHONE, from_=line, body="hello")

    assert (error.value.status, error.value.code) == (400, 21614)


def test_an_unreachable_phone_is_told_by_the_receipt(client: Client, exchange: Exchange, line: str) -> None:
    """Accepted at first, then undelivered with 30003 (facts 3.4)."""
    exchange.faults.change({"unreachable": [PHONE]})

    made = client.messages.create(to=PHONE, from_=line, body="hello")

    shown = client.messages(made.sid).fetch()
    assert made.status == "queued"
    assert (shown.status, shown.error_code) == ("undelivered", 30003)
    assert exchange.phone(PHONE).inbox == []


def test_texts_are_listed_newest_first_and_filtered(client: Client, exchange: Exchange, line: str) -> None:
    """By either number and by the day sent; there is no filter by direction."""
    first = client.messages.create(to=PHONE, from_=line, body="one")
    exchange.advance(2 * 86_400)
    second = exchange.receive_text(PHONE, line, "two")

    def found(**filters: Any) -> list[str]:
        return [text.sid for text in client.messages.list(**filters)]

    assert found() == [second.sid, first.sid]
    assert found(to=PHONE) == [first.sid]
    assert found(from_=PHONE) == [second.sid]
    assert found(date_sent=first.date_created.date()) == [first.sid]
    assert found(date_sent_after=first.date_created + timedelta(days=1)) == [second.sid]


def test_words_can_be_taken_out_and_a_text_forgotten(client: Client, line: str) -> None:
    """Body="" empties it; DELETE removes it."""
    made = client.messages.create(to=PHONE, from_=line, body="secret")

    assert client.messages(made.sid).update(body="").body == ""
    assert client.messages(made.sid).delete()
    assert client.messages.list() == []


@pytest.mark.parametrize("change", [{"status": "canceled"}, {"body": "other words"}])
def test_a_text_that_went_out_cannot_be_changed(client: Client, line: str, change: dict[str, str]) -> None:
    """Neither canceled nor reworded."""
    made = client.messages.create(to=PHONE, from_=line, body="hello")

    with pytest.raises(TwilioRestException) as error:
        client.messages(made.sid).update(**change)

    assert error.value.status == 400
    assert client.messages(made.sid).fetch().body == "hello"


def test_a_picture_is_listed_fetched_and_deleted(client: Client, exchange: Exchange, line: str) -> None:
    """Media of a text that came in, and its content with the right type."""
    text = exchange.receive_text(PHONE, line, "look", media=[("image/png", b"\x89PNG")])

    (media,) = client.messages(text.sid).media.list()
    content = client.request("GET", f"https://api.twilio.com{media.uri.removesuffix('.json')}")

    assert (media.content_type, media.parent_sid) == ("image/png", text.sid)
    assert (content.content, content.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert client.messages(text.sid).fetch().num_media == "1"
    assert client.messages(text.sid).media(media.sid).delete()
    assert client.messages(text.sid).media.list() == []


def test_an_unknown_text_is_not_found(client: Client) -> None:
    """404 / 20404."""
    with pytest.raises(TwilioRestException) as error:
        client.messages("SM" + "0" * 32).fetch()

    assert (error.value.status, error.value.code) == (404, 20404)
