"""The Media of a text, and its content; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.records import Media, Message
from callin.exchange.rest import messages
from callin.exchange.rest.filters import dates
from callin.exchange.rest.render import account_path, rfc_2822
from callin.exchange.rest.resource import RestCall


def rendered(message: Message, media: Media) -> dict[str, Any]:
    """Return the medium as the contract has it."""
    path = account_path(message.account_sid, "Messages", message.sid, "Media", media.sid)
    return {
        "account_sid": message.account_sid,
        "content_type": media.content_type,
        "date_created": rfc_2822(media.date_created),
        "date_updated": rfc_2822(media.date_created),
        "parent_sid": message.sid,
        "sid": media.sid,
        "uri": path + ".json",
    }


def read_all(asking: RestCall) -> HttpAnswer:
    """List what came or went with a text."""
    created = dates(asking.asked, name="DateCreated")
    with asking.exchange.lock:
        message = messages.find(asking)
        return asking.listed(
            [media for media in message.media if created(media.date_created)],
            key="media_list",
            path=asking.path("Messages", message.sid, "Media.json"),
            token=lambda media: media.sid,
            render=lambda media: rendered(message, media),
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one medium."""
    with asking.exchange.lock:
        message, media = _find(asking)
        return json_answer(200, rendered(message, media))


def content(asking: RestCall) -> HttpAnswer:
    """Return the medium itself."""
    with asking.exchange.lock:
        _, media = _find(asking)
        return HttpAnswer(200, media.content, content_type=media.content_type)


def delete(asking: RestCall) -> HttpAnswer:
    """Forget one medium."""
    with asking.exchange.lock:
        message, media = _find(asking)
        message.media.remove(media)
    return HttpAnswer(204)


def _find(asking: RestCall) -> tuple[Message, Media]:
    message = messages.find(asking)
    for media in message.media:
        if media.sid == asking.names["media_sid"]:
            return message, media
    raise asking.not_found()
