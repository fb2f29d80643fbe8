"""The Message resource; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Message
from callin.exchange.rest.filters import dates
from callin.exchange.rest.parameters import INVALID_PARAMETER, Parameters, is_web_address
from callin.exchange.rest.render import API_VERSION, account_path, rfc_2822
from callin.exchange.rest.resource import RestCall

NO_FROM, NO_TO, NO_BODY = 21603, 21604, 21602
INVALID_MEDIA_URL = 21620
NO_SUCH_SERVICE = 21701
NOT_COMPLETE, NOT_CANCELABLE = 20009, 30409
MAX_MEDIA, TOO_MANY_MEDIA = 10, 21623
UNFINISHED = frozenset({"accepted", "scheduled", "queued", "sending", "receiving"})


def rendered(message: Message) -> dict[str, Any]:
    """Return the text as the contract has it."""
    path = account_path(message.account_sid, "Messages", message.sid)
    return {
        "body": message.body,
        "num_segments": str(message.num_segments),
        "direction": message.direction.value,
        "from": message.from_,
        "to": message.to,
        "date_updated": rfc_2822(message.date_updated),
        "price": None,
        "error_message": message.error_message,
        "uri": path + ".json",
        "account_sid": message.account_sid,
        "num_media": str(len(message.media)),
        "status": message.status,
        "messaging_service_sid": message.messaging_service_sid,
        "sid": message.sid,
        "date_sent": rfc_2822(message.date_sent),
        "date_created": rfc_2822(message.date_created),
        "error_code": message.error_code,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {"media": path + "/Media.json"},
    }


def find(asking: RestCall) -> Message:
    """Return the text that the path names.

    Raises:
        RestError: 404 / 20404.
    """
    message = asking.exchange.messages.get(asking.names["message_sid"])
    if message is None:
        raise asking.not_found()
    return message


def read_all(asking: RestCall) -> HttpAnswer:
    """List the texts that the filters let through, newest first; there is no filter by direction (facts 3.4)."""
    asked = asking.asked
    sent = dates(asked, name="DateSent")
    to, from_ = asked.text("To"), asked.text("From")
    with asking.exchange.lock:
        messages = [
            message
            for message in reversed(asking.exchange.messages.values())
            if (to is None or message.to == to)
            and (from_ is None or message.from_ == from_)
            and sent(message.date_sent)
        ]
        return asking.listed(
            messages,
            key="messages",
            path=asking.path("Messages.json"),
            token=lambda message: message.sid,
            render=rendered,
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one text."""
    with asking.exchange.lock:
        return json_answer(200, rendered(find(asking)))


def create(asking: RestCall) -> HttpAnswer:
    """Send a text to a phone; what becomes of it is told by its status and to its StatusCallback."""
    asked = asking.asked
    to, from_ = asked.text("To"), asked.text("From")
    if not to:
        raise RestError(400, NO_TO, "A 'To' phone number is required.")
    if not from_:
        if asked.text("MessagingServiceSid"):
            raise RestError(400, NO_SUCH_SERVICE, "The Messaging Service does not exist")
        raise RestError(400, NO_FROM, "A 'From' phone number is required.")
    body, media_urls = asked.text("Body") or "", _media_urls(asked)
    if not body and not media_urls:
        raise RestError(400, NO_BODY, "Message body is required.")
    status_callback = asked.status_callback() or ""
    with asking.exchange.lock:
        message = asking.exchange.send_message(
            to=to, from_=from_, body=body, status_callback=status_callback, media_urls=media_urls
        )
        return json_answer(201, rendered(message))


def update(asking: RestCall) -> HttpAnswer:
    """Take the words out of a text (Body=""), or cancel one that is not on its way yet."""
    asked = asking.asked
    body, status = asked.text("Body"), asked.text("Status")
    if body:
        raise RestError(400, INVALID_PARAMETER, "Body can only be emptied")
    if status is not None and status != "canceled":
        raise RestError(400, INVALID_PARAMETER, f"Status must be canceled: {status[:40]}")
    with asking.exchange.lock:
        message = find(asking)
        if status is not None:
            raise RestError(400, NOT_CANCELABLE, "Message is not in a cancelable state")
        if body is not None:
            _refuse_unfinished(message)
            message.body = ""
            message.date_updated = asking.exchange.now()
        return json_answer(200, rendered(message))


def delete(asking: RestCall) -> HttpAnswer:
    """Forget a text that has reached its end; sooner it is 400 / 20009."""
    with asking.exchange.lock:
        message = find(asking)
        _refuse_unfinished(message)
        del asking.exchange.messages[message.sid]
    return HttpAnswer(204)


def _refuse_unfinished(message: Message) -> None:
    if message.status in UNFINISHED:
        raise RestError(400, NOT_COMPLETE, "Cannot delete message because delivery has not been completed.")


def _media_urls(asked: Parameters) -> tuple[str, ...]:
    urls = tuple(asked.many("MediaUrl"))
    if len(urls) > MAX_MEDIA:
        raise RestError(400, TOO_MANY_MEDIA, "Number of media files exceeds allowed limit")
    for url in urls:
        if not is_web_address(url):
            raise RestError(400, INVALID_MEDIA_URL, f"Invalid media URL: {url[:200]}")
    return urls
