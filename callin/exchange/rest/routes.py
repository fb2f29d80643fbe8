"""Which address of the REST API is which resource; read by the app."""

from __future__ import annotations

import re
from dataclasses import dataclass

from callin.exchange.rest import calls, media, members, messages, numbers, queues, recordings
from callin.exchange.rest.resource import Answering

_SID = r"[0-9a-fA-F]{32}"


@dataclass(frozen=True, slots=True)
class Route:
    """One address below the account, and who answers there by method."""

    pattern: re.Pattern[str]
    methods: dict[str, Answering]
    is_media: bool = False  # sound and pictures: open to anybody when the policy says so


def _route(pattern: str, *, is_media: bool = False, **methods: Answering) -> Route:
    # Anything but a slash stands in a place: what is no SID finds nothing, as at Twilio.
    for place in re.findall(r"{([a-z_]+)}", pattern):
        pattern = pattern.replace(f"{{{place}}}", f"(?P<{place}>[^/]+?)")
    return Route(re.compile(pattern), methods, is_media)


ROUTES = (
    _route(r"Queues\.json", GET=queues.read_all, POST=queues.create),
    _route(r"Queues/{queue_sid}\.json", GET=queues.fetch, POST=queues.update, DELETE=queues.delete),
    _route(r"Queues/{queue_sid}/Members\.json", GET=members.read_all),
    _route(r"Queues/{queue_sid}/Members/{member_sid}\.json", GET=members.fetch, POST=members.update),
    _route(r"Calls\.json", GET=calls.read_all, POST=calls.create),
    _route(r"Calls/{call_sid}\.json", GET=calls.fetch, POST=calls.update, DELETE=calls.delete),
    _route(r"Calls/{call_sid}/Recordings\.json", GET=recordings.read_all_below_call),
    _route(
        r"Calls/{call_sid}/Recordings/{recording_sid}\.json",
        GET=recordings.fetch_below_call,
        DELETE=recordings.delete,
    ),
    _route(r"Messages\.json", GET=messages.read_all, POST=messages.create),
    _route(r"Messages/{message_sid}\.json", GET=messages.fetch, POST=messages.update, DELETE=messages.delete),
    _route(r"Messages/{message_sid}/Media\.json", GET=media.read_all),
    _route(r"Messages/{message_sid}/Media/{media_sid}\.json", GET=media.fetch, DELETE=media.delete),
    _route(rf"Messages/{{message_sid}}/Media/(?P<media_sid>ME{_SID})", is_media=True, GET=media.content),
    _route(r"Recordings\.json", GET=recordings.read_all),
    _route(r"Recordings/{recording_sid}\.json", GET=recordings.fetch, DELETE=recordings.delete),
    _route(
        rf"Recordings/(?P<recording_sid>RE{_SID})(?P<ending>|\.wav|\.mp3)",
        is_media=True,
        GET=recordings.sound,
        DELETE=recordings.delete,
    ),
    _route(r"IncomingPhoneNumbers\.json", GET=numbers.read_all, POST=numbers.create),
    _route(
        r"IncomingPhoneNumbers/{number_sid}\.json",
        GET=numbers.fetch,
        POST=numbers.update,
        DELETE=numbers.delete,
    ),
)
