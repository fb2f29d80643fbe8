"""The sound of recordings is made on demand and lasts as long as they did (facts 5)."""

from __future__ import annotations

import io
import wave
from datetime import UTC, datetime

from callin.exchange.recordings import as_mp3, as_wav
from callin.exchange.records import Recording

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def _recording(*, duration_s: int | None, said: str = "", channels: int = 1) -> Recording:
    return Recording(
        sid="RE" + "0" * 32,
        account_sid="AC" + "0" * 32,
        call_sid="CA" + "0" * 32,
        date_created=NOW,
        date_updated=NOW,
        start_time=NOW,
        duration_s=duration_s,
        said=said,
        channels=channels,
    )


def test_wav_lasts_as_long_as_the_recording() -> None:
    """The file is telephone sound of the recording's length."""
    with wave.open(io.BytesIO(as_wav(_recording(duration_s=7, said="hello there")))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8_000, 1, 56_000)


def test_words_can_be_heard_and_silence_cannot() -> None:
    """What was said hums; a recording of nothing is silence."""
    with wave.open(io.BytesIO(as_wav(_recording(duration_s=2, said="hello")))) as file:
        assert any(file.readframes(2_000))
    with wave.open(io.BytesIO(as_wav(_recording(duration_s=2)))) as file:
        assert not any(file.readframes(16_000))


def test_dual_recordings_have_two_channels_of_the_same_length() -> None:
    """A dual recording's second channel is there, and silent."""
    with wave.open(io.BytesIO(as_wav(_recording(duration_s=2, said="hello", channels=2)))) as file:
        frames = file.readframes(file.getnframes())
        assert (file.getnchannels(), file.getnframes()) == (2, 16_000)
    assert any(frames[0::4])
    assert not any(frames[2::4])


def test_mp3_is_whole_frames_of_the_recordings_length() -> None:
    """Every 36 bytes begin a frame of 36 ms, to within one frame of the length."""
    sound = as_mp3(_recording(duration_s=10))

    assert len(sound) % 36 == 0
    assert all(sound[i : i + 2] == b"\xff\xf3" for i in range(0, len(sound), 36))
    assert abs(len(sound) // 36 * 0.036 - 10) < 0.036


def test_a_recording_without_a_length_still_gives_a_file() -> None:
    """Nothing recorded is a file with nothing in it, not an error."""
    with wave.open(io.BytesIO(as_wav(_recording(duration_s=None)))) as file:
        assert file.getnframes() == 0
    assert as_mp3(_recording(duration_s=None))
