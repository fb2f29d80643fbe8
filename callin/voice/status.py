"""What both numbers share: the word that a call is over, and the document for when we could not be reached."""

from __future__ import annotations

from urllib.parse import parse_qs

from callin.desk import calls
from callin.rules.softphone import person_behind
from callin.voice import forms
from callin.voice.forms import CallStatus
from callin.webhooks import AGAIN, MOST_RETRIES_WHEN_AWAY, Fields, PhoneDoor, Webhook, pause_before

door = PhoneDoor("status", __name__, url_prefix="/voice")

STILL_WAITING = "listener/wait.sorry.xml"


@door.notes("/status")
def status(webhook: Webhook) -> None:
    """Twilio says, once a call has ended, that it has."""
    call_sid = forms.call_sid_of(webhook.fields)
    is_over = webhook.fields.word("CallStatus", CallStatus).is_over
    duration_s = webhook.fields.whole_or_none("CallDuration")
    station = webhook.station
    if not is_over:
        return
    with webhook.moving_line() as (session, now):
        calls.end_call(
            session,
            now=now,
            call_sid=call_sid,
            duration_s=duration_s,
            apology_after_s=station.settings.apology_after_s,
        )


@door.speaks("/fallback")
def fallback(webhook: Webhook) -> bytes:
    """A document of ours could not be had: sorry, and once more; it needs no database."""
    station = webhook.station
    if webhook.fields.peek("QueuePosition") is not None:
        # Asked from within the wait loop, which goes on by itself and could not run an Enqueue.
        return station.twiml.render(STILL_WAITING)
    is_dj = webhook.fields.peek("To") == station.settings.dj_line or _is_softphone(webhook.fields)
    again = _failures_so_far(webhook.fields) + 1
    path = "/voice/dj/answer" if is_dj else "/voice/listener/join"
    back = f"{station.settings.public_base_url}{path}?{AGAIN}={again}" if again <= MOST_RETRIES_WHEN_AWAY else None
    return station.twiml.render("fallback.xml", back=back, pause_s=pause_before(again))


def _is_softphone(fields: Fields) -> bool:
    # A call from a browser goes to an application: it is to no number at all.
    return not fields.peek("To") and person_behind(fields.peek("From") or "") is not None


def _failures_so_far(fields: Fields) -> int:
    """Return how often this call was sent back before, by the address that failed."""
    said = parse_qs((fields.peek("ErrorUrl") or "").partition("?")[2]).get(AGAIN, ["0"])[0]
    return int(said) if said.isdecimal() and len(said) <= 3 else 0
