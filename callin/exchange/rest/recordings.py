"""The Recording resource, alone and below its call, and its sound; a part of the REST API."""

from __future__ import annotations

from typing import Any

from callin.exchange.http_messages import HttpAnswer, json_answer
from callin.exchange.recordings import as_mp3, as_wav
from callin.exchange.records import Recording
from callin.exchange.rest import calls
from callin.exchange.rest.filters import dates
from callin.exchange.rest.render import API_VERSION, account_path, rfc_2822
from callin.exchange.rest.resource import RestCall


def _common(recording: Recording) -> dict[str, Any]:
    """Return what the contract has for a recording wherever it is shown."""
    return {
        "account_sid": recording.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "date_created": rfc_2822(recording.date_created),
        "date_updated": rfc_2822(recording.date_updated),
        "start_time": rfc_2822(recording.start_time),
        "duration": None if recording.duration_s is None else str(recording.duration_s),
        "sid": recording.sid,
        "price": None,
        "price_unit": "USD",
        "status": recording.status,
        "channels": recording.channels,
        "source": recording.source,
        "error_code": recording.error_code,
        "encryption_details": None,
    }


def rendered(asking: RestCall, recording: Recording) -> dict[str, Any]:
    """Return the recording as the contract has it."""
    path = account_path(recording.account_sid, "Recordings", recording.sid)
    return {
        **_common(recording),
        "uri": path + ".json",
        "subresource_uris": {
            "add_on_results": path + "/AddOnResults.json",
            "transcriptions": path + "/Transcriptions.json",
        },
        "media_url": asking.exchange.api_base_url + path,
    }


def rendered_below_call(recording: Recording) -> dict[str, Any]:
    """Return the recording as the contract has it below its call."""
    path = account_path(recording.account_sid, "Calls", recording.call_sid, "Recordings", recording.sid)
    return {**_common(recording), "uri": path + ".json", "track": recording.track}


def read_all(asking: RestCall) -> HttpAnswer:
    """List the recordings that the filters let through, newest first."""
    asked = asking.asked
    created, call_sid = dates(asked, name="DateCreated"), asked.text("CallSid")
    asks_for_conference = asked.text("ConferenceSid") is not None
    with asking.exchange.lock:
        return asking.listed(
            [
                recording
                for recording in reversed(asking.exchange.recordings.values())
                if (call_sid is None or recording.call_sid == call_sid)
                and created(recording.date_created)
                and not asks_for_conference  # no recording here is a conference's
            ],
            key="recordings",
            path=asking.path("Recordings.json"),
            token=lambda recording: recording.sid,
            render=lambda recording: rendered(asking, recording),
        )


def read_all_below_call(asking: RestCall) -> HttpAnswer:
    """List one call's recordings, newest first."""
    created = dates(asking.asked, name="DateCreated")
    with asking.exchange.lock:
        call = calls.find(asking)
        return asking.listed(
            [
                recording
                for recording in reversed(asking.exchange.recordings.values())
                if recording.call_sid == call.sid and created(recording.date_created)
            ],
            key="recordings",
            path=asking.path("Calls", call.sid, "Recordings.json"),
            token=lambda recording: recording.sid,
            render=rendered_below_call,
        )


def fetch(asking: RestCall) -> HttpAnswer:
    """Show one recording."""
    with asking.exchange.lock:
        return json_answer(200, rendered(asking, _find(asking)))


def fetch_below_call(asking: RestCall) -> HttpAnswer:
    """Show one recording of a call."""
    with asking.exchange.lock:
        return json_answer(200, rendered_below_call(_find(asking)))


def delete(asking: RestCall) -> HttpAnswer:
    """Forget a recording and its sound."""
    with asking.exchange.lock:
        del asking.exchange.recordings[_find(asking).sid]
    return HttpAnswer(204)


def sound(asking: RestCall) -> HttpAnswer:
    """Return the sound: WAV, or MP3 for an address that ends so; 404 while the recording lasts (facts 5)."""
    with asking.exchange.lock:
        recording = _find(asking)
        if recording.status != "completed":
            raise asking.not_found()
    if asking.names["ending"] == ".mp3":
        return HttpAnswer(200, as_mp3(recording), content_type="audio/mpeg")
    return HttpAnswer(200, as_wav(recording), content_type="audio/x-wav")


def _find(asking: RestCall) -> Recording:
    recording = asking.exchange.recordings.get(asking.names["recording_sid"])
    if recording is None or asking.names.get("call_sid", recording.call_sid) != recording.call_sid:
        raise asking.not_found()
    return recording
