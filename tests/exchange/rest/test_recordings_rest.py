"""The Recording resource and its sound through the vendor's client (facts 5)."""

from __future__ import annotations

import io
import wave

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.exchange import Exchange
from callin.exchange.records import Call


@pytest.fixture
def recorded(exchange: Exchange, client: Client) -> Call:
    """A call that left ten words."""
    number = client.incoming_phone_numbers.create(phone_number="+15550100002", voice_url="https://station.test/record")
    call = exchange.dial("+15550101111", number.phone_number)
    exchange.advance(1)
    exchange.speak(call, "one two three four five six seven eight nine ten")
    exchange.advance(30)
    return call


def test_a_recording_is_listed_by_itself_and_below_its_call(client: Client, recorded: Call) -> None:
    """Both lists show it, with its length in seconds as a string and where its sound is."""
    (alone,) = client.recordings.list()
    (below,) = client.calls(recorded.sid).recordings.list()

    assert alone.sid == below.sid
    assert (alone.call_sid, alone.status, alone.source, alone.channels) == (recorded.sid, "completed", "RecordVerb", 1)
    assert int(alone.duration) >= 4
    assert client.recordings.list(call_sid="CA" + "0" * 32) == []


@pytest.mark.parametrize(
    ("ending", "content_type"), [("", "audio/x-wav"), (".wav", "audio/x-wav"), (".mp3", "audio/mpeg")]
)
def test_the_sound_is_wav_unless_asked_for_as_mp3(
    client: Client, recorded: Call, ending: str, content_type: str
) -> None:
    """RecordingUrl is WAV; `.mp3` after it gives MP3 (facts 5)."""
    (recording,) = client.recordings.list()

    response = client.request("GET", recording.media_url + ending)

    assert (response.status_code, response.headers["Content-Type"]) == (200, content_type)
    if content_type == "audio/x-wav":
        with wave.open(io.BytesIO(response.content)) as file:
            assert file.getnframes() / file.getframerate() == int(recording.duration)


def test_the_sound_needs_the_token_unless_the_policy_opens_it(
    client: Client, exchange: Exchange, recorded: Call
) -> None:
    """media_auth is the account's «enforce HTTP auth on media URLs»."""
    (recording,) = client.recordings.list()

    closed = client.http_client.request("GET", recording.media_url)
    exchange.faults.change({"media_auth": False})
    opened = client.http_client.request("GET", recording.media_url)

    assert (closed.status_code, opened.status_code) == (401, 200)


def test_a_deleted_recording_is_gone_with_its_sound(client: Client, recorded: Call) -> None:
    """404 for both."""
    (recording,) = client.recordings.list()
    media_url = recording.media_url

    assert client.recordings(recording.sid).delete()
    with pytest.raises(TwilioRestException) as error:
        client.recordings(recording.sid).fetch()

    assert error.value.status == 404
    assert client.request("GET", media_url).status_code == 404


def test_a_recording_of_another_call_is_not_found_below_a_call(
    client: Client, exchange: Exchange, recorded: Call
) -> None:
    """The path's call must be the recording's own."""
    other = exchange.dial("+15550102222", "+15550100002")
    (recording,) = client.recordings.list()

    with pytest.raises(TwilioRestException) as error:
        client.calls(other.sid).recordings(recording.sid).fetch()

    assert error.value.status == 404


def test_there_is_no_sound_while_a_recording_lasts(client: Client, exchange: Exchange) -> None:
    """The file may not exist yet (facts 5): 404, and the recording is shown as in progress."""
    client.incoming_phone_numbers.create(phone_number="+15550100002", voice_url="https://station.test/record")
    call = exchange.dial("+15550101111", "+15550100002")
    exchange.advance(1)
    exchange.speak(call, "one two three four five six seven eight nine ten")
    exchange.advance(1)

    (recording,) = client.recordings.list()

    assert recording.status == "in-progress"
    assert recording.duration is None
    assert client.request("GET", recording.media_url).status_code == 404
