"""What a phone hears when we fail, and what the log says of it; used by the phone doors.

Where a second try can help, the document sends the caller back to where they were, with the same facts in its query.
"""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as SeatTimeout

from callin.errors import BadForm, CallinError
from callin.station import Station
from callin.webhooks.asked import Asked, Reply
from callin.webhooks.fields import Fields, pairs_of

# A defect of ours is there again the next time: sorry and goodbye. What is only away (a database that starts anew, a
# web process behind a proxy) is waited for, two minutes and a half in all: nobody who holds on is sent off for that.
MOST_RETRIES = 3
MOST_RETRIES_WHEN_AWAY = 10
LONGEST_PAUSE_S = 10
AGAIN = "again"
SORRY = "sorry.xml"
LONGEST_CARRIED = 500

_AWAY = (OperationalError, SeatTimeout)  # the database cannot be reached, is locked, or all its seats are taken

log = structlog.get_logger(__name__)


def is_nonsense(error: Exception) -> bool:
    """Return whether the request itself was wrong, and will be so the next time."""
    return isinstance(error, BadForm)


def tell(error: Exception, asked: Asked, fields: Fields) -> None:
    """The log knows it: a sentence for what was to be expected, everything for what was not."""
    call_sid = fields.peek("CallSid") or fields.peek("MessageSid")
    if isinstance(error, CallinError):
        log.warning("webhook not served", path=asked.path, call_sid=call_sid, why=str(error))
    else:
        log.error("webhook failed", path=asked.path, call_sid=call_sid, exc_info=error)


def say_sorry(
    station: Station, asked: Asked, fields: Fields, *, error: Exception, document: str, carries: tuple[str, ...]
) -> Reply:
    """Return the words for a failure, and the way back where a second try can help."""
    tries = fields.peek(AGAIN) or ""
    again = (int(tries) if tries.isdecimal() and len(tries) < 3 else 0) + 1
    back = None
    most = MOST_RETRIES_WHEN_AWAY if isinstance(error, _AWAY) else MOST_RETRIES
    # Nonsense stays nonsense however often it is read.
    if not is_nonsense(error) and again <= most:
        said = {name: fields.peek(name) for name in (*carries, *dict(pairs_of(asked.query)))}
        kept = {name: value for name, value in said.items() if value and len(value) <= LONGEST_CARRIED}
        query = urlencode({**kept, AGAIN: again}, errors="replace")
        back = f"{station.settings.public_base_url}{asked.path}?{query}"
    return Reply(200, station.twiml.render(document, back=back, pause_s=pause_before(again)))


def pause_before(again: int) -> int:
    """Return for how many seconds a caller holds on before the next try: a little longer each time.

    Args:
        again: number of that try, from 1.
    """
    return min(3 * again, LONGEST_PAUSE_S)
