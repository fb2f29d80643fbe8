"""The courier and recordings: fetched, kept, and deleted at Twilio if the station says so."""

import requests
from twilio.base.exceptions import TwilioRestException

from callin.courier import MOST_ATTEMPTS, pause_before
from callin.models import Message, MessageSound, SoundState
from tests.carrier.switchboard import Switchboard, refusal
from tests.courier.conftest import Round

URL = "https://api.twilio.test/RE1"


def test_a_recording_is_brought_home(round_: Round) -> None:
    """The sound is kept with the message, once, and stays at Twilio unless the station says otherwise."""
    message_id = round_.leave_message(URL)
    round_.sounds[URL] = b"RIFF"
    assert round_.courier.round() == 1
    assert round_.courier.round() == 0
    assert round_.row(Message, message_id).sound_state == SoundState.FETCHED
    assert round_.row(MessageSound, message_id).content == b"RIFF"
    assert round_.board.asked == []


def test_a_recording_that_is_not_there_yet_is_fetched_later(round_: Round) -> None:
    """404 and time-outs are waited out."""
    message_id = round_.leave_message(URL)
    for attempt, trouble in enumerate([TwilioRestException(404, "", "no"), requests.ReadTimeout("late")], start=1):
        round_.sounds[URL] = trouble
        assert round_.courier.round() == 1
        assert round_.courier.round() == 0
        round_.later(pause_before(attempt))
    round_.sounds[URL] = b"RIFF"
    round_.courier.round()
    assert round_.row(Message, message_id).sound_state == SoundState.FETCHED


def test_a_recording_that_never_comes_is_lost_with_the_reason(round_: Round) -> None:
    """After many tries the message says why it has no sound."""
    message_id = round_.leave_message(URL)
    round_.sounds[URL] = TwilioRestException(404, "", "no")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert round_.courier.round() == 1
        round_.later(pause_before(attempt))
    assert round_.courier.round() == 0
    message = round_.row(Message, message_id)
    assert message.sound_state == SoundState.LOST
    assert "404" in (message.why or "")


def test_a_recording_elsewhere_is_never_fetched(round_: Round) -> None:
    """An address that is not Twilio's gives up at once: our credentials go nowhere else."""
    message_id = round_.leave_message("https://evil.test/RE1")
    round_.courier.round()
    assert round_.row(Message, message_id).sound_state == SoundState.LOST


def test_a_fetched_recording_is_deleted_at_twilio_if_the_station_says_so(database_url: str) -> None:
    """With the setting on, the copy at Twilio goes once ours is kept; a refusal is tried again."""
    round_ = Round(database_url, Switchboard(), delete_recordings=True)
    message_id = round_.leave_message(URL)
    round_.sounds[URL] = b"RIFF"
    round_.board.on("DELETE", "/Recordings/RE1.json", refusal(503, 20500), (204, ""))
    round_.courier.round()
    round_.courier.round()
    assert round_.row(Message, message_id).deleted_at_twilio_at is None
    round_.later(pause_before(1))
    round_.courier.round()
    assert round_.row(Message, message_id).deleted_at_twilio_at is not None
    assert round_.courier.round() == 0
    assert len(round_.board.asked) == 2
    round_.station.engine.dispose()
