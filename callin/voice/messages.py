"""Messages' own addresses: Twilio's word that a recording exists, and the sound of a kept one for `<Play>`."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, request

from callin.desk import messages, sounds
from callin.settings import Settings
from callin.station import the_station
from callin.voice import forms
from callin.voice.forms import RecordingStatus
from callin.webhooks import PhoneDoor, Webhook

door = PhoneDoor("messages", __name__, url_prefix="/voice/messages")
# A sound changes nothing and its address cannot be guessed, so it needs no signature: `<Play>` is cached by proxies.
sound_door = Blueprint("sounds", __name__, url_prefix="/voice/messages")

LARGEST_ID = 2**31 - 1


@door.notes("/ready")
def ready(webhook: Webhook) -> None:
    """Twilio says whether the file of a recording exists."""
    call_sid = forms.call_sid_of(webhook.fields)
    recording_sid, recording_url = forms.recording_of(webhook.fields)
    status = webhook.fields.word("RecordingStatus", RecordingStatus)
    duration_s = webhook.fields.whole_or_none("RecordingDuration")
    if status == RecordingStatus.IN_PROGRESS:
        return
    with webhook.transaction() as (session, now):
        messages.note_recording(
            session,
            now=now,
            call_sid=call_sid,
            recording_sid=recording_sid,
            recording_url=recording_url,
            is_ready=status == RecordingStatus.COMPLETED,
            duration_s=duration_s,
        )


@sound_door.get(f"/<int(max={LARGEST_ID}):message_id>/<token>.wav")
def sound(message_id: int, token: str) -> Response:
    """The sound of a kept message."""
    station = the_station()
    if not hmac.compare_digest(token.encode(), _token(message_id, settings=station.settings).encode()):
        abort(404)
    with station.transaction() as session:
        kept = sounds.sound_of(session, message_id=message_id)
    if kept is None:
        abort(404)
    reply = Response(kept.content, content_type=kept.content_type)
    reply.headers["Cache-Control"] = "private, max-age=3600"
    reply.add_etag()
    reply.make_conditional(request)
    return reply


def sound_path(message_id: int, *, settings: Settings) -> str:
    """Return where the sound of a message can be fetched by whoever is told.

    Args:
        message_id: of the message.
        settings: whose secret makes the address unguessable.
    """
    return f"/voice/messages/{message_id}/{_token(message_id, settings=settings)}.wav"


def _token(message_id: int, *, settings: Settings) -> str:
    key = settings.signing_key
    return hmac.digest(key, f"message sound {message_id}".encode(), "sha256").hex()[:40]
