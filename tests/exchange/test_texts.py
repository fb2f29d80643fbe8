"""Texts between phones and an application: webhooks, replies, opt-out words, receipts (facts 3.4, 7, 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from callin.exchange.clock import ManualClock
from callin.exchange.errors import RestError, UnknownNumber
from callin.exchange.exchange import Exchange
from callin.exchange.records import LogEntry

PHONE, NUMBER = "+15550101111", "+15550100001"
STATION = "https://station.test"


class TextApp:
    """An application whose answers the test writes, by path; it keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, str]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def says(self, path: str, document: str, *, content_type: str = "text/xml", status: int = 200) -> None:
        """Answer with this document from now on."""
        self.answers[path] = (status, content_type, document)

    def at(self, path: str) -> list[dict[str, str]]:
        """Return the forms that arrived at a path."""
        return [form for asked, form in self.asked if asked == path]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        pairs = parse_qsl(body or environ["QUERY_STRING"], keep_blank_values=True)
        self.asked.append((environ["PATH_INFO"], dict(pairs)))
        status, content_type, document = self.answers.get(environ["PATH_INFO"], (200, "text/xml", "<Response/>"))
        start_response(f"{status} X", [("Content-Type", content_type)])
        return [document.encode()]


@pytest.fixture
def app() -> TextApp:
    """The application behind the number."""
    return TextApp()


@pytest.fixture
def exchange(app: TextApp) -> Iterator[Exchange]:
    """An exchange with one number, whose texts go to the application's /sms."""
    made = Exchange(clock=ManualClock(), account_sid="AC" + "1" * 32, auth_token="t", apps={STATION: app})
    made.add_number(NUMBER, sms_url=f"{STATION}/sms")
    yield made
    made.close()


def _inbox(exchange: Exchange) -> list[str]:
    return [text.body for text in exchange.phone(PHONE).inbox]


def _webhook(exchange: Exchange, path: str) -> LogEntry:
    return next(entry for entry in reversed(exchange.log.entries) if entry.url.endswith(path))


def test_the_application_hears_of_a_text_under_all_its_names(exchange: Exchange, app: TextApp) -> None:
    """MessageSid and its older names, both ends, the words, media and segments (facts 7)."""
    message = exchange.receive_text(PHONE, NUMBER, "hi & <hello> 🙂", media=[("image/png", b"x")])

    (form,) = app.at("/sms")

    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == message.sid
    assert (form["From"], form["To"], form["Body"]) == (PHONE, NUMBER, "hi & <hello> 🙂")
    assert (form["NumMedia"], form["NumSegments"], form["MediaContentType0"]) == ("1", "1", "image/png")
    assert form["MediaUrl0"].endswith(f"/Messages/{message.sid}/Media/{message.media[0].sid}")
    assert (form["AccountSid"], form["ApiVersion"]) == ("AC" + "1" * 32, "2010-04-01")


def test_a_text_to_nobodys_number_is_refused(exchange: Exchange) -> None:
    """The exchange knows its numbers."""
    with pytest.raises(UnknownNumber):
        exchange.receive_text(PHONE, "+15550100099", "hi")

    assert exchange.messages == {}


def test_a_message_in_the_answer_comes_back_as_a_text(exchange: Exchange, app: TextApp) -> None:
    """Message with words or with Body, both in order, as outbound-reply."""
    app.says("/sms", "<Response><Message>one</Message><Message><Body>two &amp; three</Body></Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == ["one", "two & three"]
    assert {text.direction for text in exchange.phone(PHONE).inbox} == {"outbound-reply"}


def test_an_empty_answer_sends_nothing(exchange: Exchange) -> None:
    """`<Response/>` is silence (facts 7)."""
    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == []
    assert _webhook(exchange, "/sms").error is None


def test_plain_words_in_the_answer_are_the_text(exchange: Exchange, app: TextApp) -> None:
    """text/plain is sent as it is (facts 4.4)."""
    app.says("/sms", "hello back\nto you", content_type="text/plain")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == ["hello back\nto you"]


def test_a_redirect_asks_elsewhere(exchange: Exchange, app: TextApp) -> None:
    """The document's address resolves the other, with the same parameters."""
    app.says("/sms", "<Response><Redirect>other</Redirect><Message>never</Message></Response>")
    app.says("/other", "<Response><Message>from there</Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == ["from there"]
    assert app.at("/other")[0]["Body"] == "hi"


def test_documents_that_send_each_other_round_end(exchange: Exchange, app: TextApp) -> None:
    """More than fifty documents are 14106 (facts 3.4)."""
    app.says("/sms", "<Response><Redirect>/sms</Redirect></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert len(app.at("/sms")) == 50
    assert _webhook(exchange, "/sms").error == 14106


def test_at_most_ten_texts_answer_one(exchange: Exchange, app: TextApp) -> None:
    """The eleventh is 14109 (facts 3.4)."""
    app.says("/sms", f"<Response>{'<Message>x</Message>' * 11}</Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert len(_inbox(exchange)) == 10
    assert _webhook(exchange, "/sms").error == 14109


def test_a_voice_verb_in_the_answer_is_skipped(exchange: Exchange, app: TextApp) -> None:
    """With a logged 12200, and the rest goes out."""
    app.says("/sms", "<Response><Say>x</Say><Message>y</Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == ["y"]
    assert _webhook(exchange, "/sms").error == 12200


def test_a_broken_answer_asks_the_fallback_address_once(exchange: Exchange, app: TextApp) -> None:
    """With ErrorCode and ErrorUrl (facts 4.3)."""
    exchange.numbers[NUMBER].sms_fallback_url = f"{STATION}/fallback"
    app.says("/sms", "<Response><Message>", content_type="text/xml")
    app.says("/fallback", "<Response><Message>sorry</Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    (form,) = app.at("/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("12100", f"{STATION}/sms")
    assert _inbox(exchange) == ["sorry"]


def test_addresses_that_are_nonsense_are_never_asked(exchange: Exchange, app: TextApp) -> None:
    """A Redirect to one is 11100 and goes to the fallback (facts 4.3); a picture from one is left out."""
    exchange.numbers[NUMBER].sms_fallback_url = f"{STATION}/fallback"
    app.says("/sms", "<Response><Redirect>http://[::1/</Redirect></Response>")
    app.says("/fallback", "<Response><Message><Body>sorry</Body><Media>http://[::1/</Media></Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _webhook(exchange, "/sms").error == 11100
    assert app.at("/fallback")[0]["ErrorCode"] == "11100"
    assert _inbox(exchange) == ["sorry"]
    assert [entry.url for entry in exchange.log.entries] == [f"{STATION}/sms", f"{STATION}/fallback"]


def test_a_broken_answer_without_a_fallback_is_dropped(exchange: Exchange, app: TextApp) -> None:
    """Silence and a log entry (facts 4.3)."""
    app.says("/sms", "oops", status=500)

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == []
    assert (_webhook(exchange, "/sms").status, _webhook(exchange, "/sms").error) == (500, 11200)


def test_a_failing_fallback_is_not_asked_again(exchange: Exchange, app: TextApp) -> None:
    """One fallback request, whatever comes of it."""
    exchange.numbers[NUMBER].sms_fallback_url = f"{STATION}/fallback"
    app.says("/sms", "oops", status=500)
    app.says("/fallback", "oops", status=500)

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert len(app.at("/fallback")) == 1


def test_a_stop_word_is_answered_by_twilio_and_still_told(exchange: Exchange, app: TextApp) -> None:
    """Unsubscribed and answered before the application hears of it (facts 7)."""
    exchange.receive_text(PHONE, NUMBER, "Stop")

    assert len(_inbox(exchange)) == 1
    assert "unsubscribed" in _inbox(exchange)[0]
    assert app.at("/sms")[0]["Body"] == "Stop"


def test_after_a_stop_word_replies_go_nowhere(exchange: Exchange, app: TextApp) -> None:
    """No text, and 21610 in the entry of that webhook (facts 15)."""
    app.says("/sms", "<Response><Message>you left</Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "CANCEL")

    assert len(_inbox(exchange)) == 1
    assert _webhook(exchange, "/sms").error == 21610


def test_after_a_stop_word_sending_is_refused_until_start(exchange: Exchange) -> None:
    """400 / 21610 until the phone texts START."""
    exchange.receive_text(PHONE, NUMBER, "STOP")

    with pytest.raises(RestError) as error:
        exchange.send_message(to=PHONE, from_=NUMBER, body="hello")
    exchange.receive_text(PHONE, NUMBER, "start")
    exchange.send_message(to=PHONE, from_=NUMBER, body="hello again")

    assert (error.value.status, error.value.code) == (400, 21610)
    assert _inbox(exchange)[-1] == "hello again"
    assert "re-subscribed" in _inbox(exchange)[1]


def test_help_is_answered_by_twilio_and_still_told(exchange: Exchange, app: TextApp) -> None:
    """HELP and INFO (facts 7)."""
    exchange.receive_text(PHONE, NUMBER, "info")

    assert _inbox(exchange) == ["Reply STOP to unsubscribe. Msg&Data Rates May Apply."]
    assert len(app.at("/sms")) == 1


def test_receipts_come_in_order_and_take_no_time(exchange: Exchange, app: TextApp) -> None:
    """queued, sent, delivered (facts 15)."""
    before = exchange.now()
    message = exchange.send_message(to=PHONE, from_=NUMBER, body="hello", status_callback=f"{STATION}/receipts")

    receipts = app.at("/receipts")

    assert [receipt["MessageStatus"] for receipt in receipts] == ["queued", "sent", "delivered"]
    assert {receipt["MessageSid"] for receipt in receipts} == {message.sid}
    assert all(receipt["SmsStatus"] == receipt["MessageStatus"] for receipt in receipts)
    assert (receipts[0]["From"], receipts[0]["To"]) == (NUMBER, PHONE)
    assert exchange.now() == before


def test_an_unreachable_phone_ends_in_undelivered_with_a_code(exchange: Exchange, app: TextApp) -> None:
    """queued, sent, undelivered, and ErrorCode 30003 (facts 3.4, 15)."""
    exchange.faults.change({"unreachable": [PHONE]})

    exchange.send_message(to=PHONE, from_=NUMBER, body="hello", status_callback=f"{STATION}/receipts")

    receipts = app.at("/receipts")
    assert [receipt["MessageStatus"] for receipt in receipts] == ["queued", "sent", "undelivered"]
    assert [receipt.get("ErrorCode") for receipt in receipts] == [None, None, "30003"]
    assert _inbox(exchange) == []


def test_receipts_suffer_the_callback_faults(exchange: Exchange, app: TextApp) -> None:
    """Doubled receipts are the same receipt twice; lost ones never come."""
    exchange.faults.change({"webhook_duplicate": {"status": 1}})
    exchange.send_message(to=PHONE, from_=NUMBER, body="hello", status_callback=f"{STATION}/receipts")
    exchange.advance(60)
    doubled = len(app.at("/receipts"))
    exchange.faults.change({"webhook_duplicate": 0, "webhook_lose": 1})
    exchange.send_message(to=PHONE, from_=NUMBER, body="hello", status_callback=f"{STATION}/receipts")

    assert doubled == 6
    assert len(app.at("/receipts")) == 6


def test_a_reply_can_ask_for_receipts(exchange: Exchange, app: TextApp) -> None:
    """StatusCallback on Message, resolved against its document."""
    app.says("/sms", '<Response><Message statusCallback="receipts">x</Message></Response>')

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert [receipt["MessageStatus"] for receipt in app.at("/receipts")] == ["queued", "sent", "delivered"]


def test_a_withheld_phone_gets_no_reply(exchange: Exchange, app: TextApp) -> None:
    """Nobody can be texted at «anonymous»: 21211 in the entry (facts 4.6)."""
    app.says("/sms", "<Response><Message>x</Message></Response>")

    exchange.receive_text("anonymous", NUMBER, "hi")

    assert exchange.phone("anonymous").inbox == []
    assert _webhook(exchange, "/sms").error == 21211


def test_two_applications_that_answer_each_other_are_stopped(exchange: Exchange, app: TextApp) -> None:
    """A text to another of our numbers arrives there; fifteen replies in thirty seconds are the end (facts 3.4)."""
    exchange.add_number("+15550100002", sms_url=f"{STATION}/other")
    app.says("/sms", "<Response><Message>ping</Message></Response>")
    app.says("/other", "<Response><Message>pong</Message></Response>")

    exchange.send_message(to="+15550100002", from_=NUMBER, body="begin")

    assert 15 <= len(app.at("/other")) <= 16
    assert 14107 in {entry.error for entry in exchange.log.entries}


def test_a_reset_forgets_who_opted_out(exchange: Exchange) -> None:
    """After a reset the number is free to be set up and to text again."""
    exchange.receive_text(PHONE, NUMBER, "STOP")

    exchange.reset()
    exchange.add_number(NUMBER)
    exchange.send_message(to=PHONE, from_=NUMBER, body="hello")

    assert _inbox(exchange) == ["hello"]


def test_a_picture_that_goes_out_is_fetched_first(exchange: Exchange, app: TextApp) -> None:
    """Twilio takes the media from the application before it sends; what it cannot have stays empty."""
    app.says("/a.png", "picture", content_type="image/png")
    app.says("/b.png", "gone", status=404)

    message = exchange.send_message(
        to=PHONE, from_=NUMBER, body="look", media_urls=[f"{STATION}/a.png", f"{STATION}/b.png"]
    )

    assert [(media.content_type, media.content) for media in message.media] == [
        ("image/png", b"picture"),
        ("image/png", b""),
    ]
    assert message.status == "delivered"
    assert _webhook(exchange, "/b.png").error == 11200


def test_a_text_keeps_its_lines(exchange: Exchange, app: TextApp) -> None:
    """What is written has line breaks; only the blank around it goes."""
    app.says("/sms", "<Response><Message>\n  one\n  two\n</Message></Response>")

    exchange.receive_text(PHONE, NUMBER, "hi")

    assert _inbox(exchange) == ["one\n  two"]
