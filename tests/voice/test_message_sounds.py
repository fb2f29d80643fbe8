"""The sound of a kept message: for whoever was told its address, and nobody else."""

import pytest

from callin.desk import sounds
from callin.models import Message, MessageState
from callin.voice.messages import sound_path
from tests.webhooks.ringing import ANA, RECORDING, Doors

SOUND = b"RIFF and so on"


@pytest.fixture
def kept(doors: Doors) -> Doors:
    """A station with one message, its sound brought home."""
    doors.post("/voice/listener/message", ANA, RecordingUrl=RECORDING, RecordingDuration="7")
    doors.post("/voice/messages/ready", ANA, RecordingUrl=RECORDING, RecordingStatus="completed")
    with doors.station.transaction() as session:
        sounds.record_fetched(session, now=doors.now, message_id=1, content_type="audio/x-wav", content=SOUND)
    return doors


def path_of(doors: Doors, message_id: int = 1) -> str:
    return sound_path(message_id, settings=doors.station.settings)


def test_the_address_gives_the_sound(kept: Doors) -> None:
    """Whole, with its own type, and kept by caches until it changes."""
    first = kept.client.get(path_of(kept))
    second = kept.client.get(path_of(kept), headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.data, first.content_type) == (200, SOUND, "audio/x-wav")
    assert first.headers["Cache-Control"].startswith("private")
    assert second.status_code == 304


@pytest.mark.parametrize("token", ["0" * 40, "x", "é", "%00"])
def test_an_address_that_was_guessed_gives_nothing(kept: Doors, token: str) -> None:
    """A wrong token: 404, as if there were no message."""
    assert kept.client.get(f"/voice/messages/1/{token}.wav").status_code == 404


def test_the_token_of_one_message_does_not_open_another(kept: Doors) -> None:
    """Each message has its own token; another secret makes others."""
    token = path_of(kept).rpartition("/")[2]

    assert path_of(kept, message_id=2).rpartition("/")[2] != token
    assert kept.client.get(f"/voice/messages/2/{token}").status_code == 404
    assert kept.client.get(path_of(kept, message_id=2)).status_code == 404
    assert kept.client.get(f"/voice/messages/{10**30}/{token}").status_code == 404


def test_a_deleted_message_is_silent(kept: Doors) -> None:
    """What the DJ has deleted cannot be fetched any more."""
    with kept.station.transaction() as session:
        session.get_one(Message, 1).state = MessageState.DELETED

    assert kept.client.get(path_of(kept)).status_code == 404


def test_a_recording_named_by_its_address_alone_is_known_by_both_webhooks(kept: Doors) -> None:
    """Record's action sends no RecordingSid, the callback may: both speak of one message."""
    kept.post(
        "/voice/messages/ready",
        ANA,
        RecordingUrl=RECORDING,
        RecordingSid=RECORDING.rpartition("/")[2],
        RecordingStatus="completed",
        RecordingDuration="7",
    )

    assert [(message.duration_s, message.recording_url) for message in kept.rows(Message)] == [(7, RECORDING)]
