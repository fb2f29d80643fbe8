"""WAV files read and written as telephone sound (8 kHz, 16 bit, one channel); used by recordings and pretend phones."""

from __future__ import annotations

import array
import io
import sys
import wave

RATE_HZ = 8_000  # as in Twilio's own files
BYTES_PER_S = 2 * RATE_HZ
LONGEST_S = 300.0


class BadSound(ValueError):
    """The file is no WAV file that can be read, or is too long."""


def telephone_samples(content: bytes) -> bytes:
    """Return a WAV file's sound as telephone samples.

    Raises:
        BadSound: it is no plain WAV file of 8 or 16 bits, is empty, or lasts longer than LONGEST_S.
    """
    try:
        with wave.open(io.BytesIO(content)) as file:
            rate, width, channels, frames = (
                file.getframerate(),
                file.getsampwidth(),
                file.getnchannels(),
                file.getnframes(),
            )
            if not 0 < rate <= 192_000 or width not in (1, 2) or not 0 < frames <= LONGEST_S * rate:
                raise BadSound(f"the sound must be 8 or 16 bits, not empty, and {LONGEST_S:g} seconds at most")
            raw = file.readframes(frames)
    except (wave.Error, EOFError) as error:
        raise BadSound(f"not a WAV file: {error}") from error
    if width == 1:
        values = array.array("h", ((value - 128) * 256 for value in raw))
    else:
        values = array.array("h", raw[: len(raw) // 2 * 2])
        _swap_if_big_endian(values)
    frames = len(values) // channels
    # The nearest frame will do: a telephone is no studio.
    wanted = range(frames * RATE_HZ // rate)
    picked = array.array("h", (values[n * rate // RATE_HZ * channels] for n in wanted))
    _swap_if_big_endian(picked)
    if not picked:
        raise BadSound("the sound is empty")
    return picked.tobytes()


def wav_file(samples: bytes, *, channels: int = 1) -> bytes:
    """Return telephone samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples)
    return file.getvalue()


def lasts_s(samples: bytes) -> float:
    """Return how many seconds telephone samples last."""
    return len(samples) / BYTES_PER_S


def _swap_if_big_endian(values: array.array[int]) -> None:
    if sys.byteorder == "big":
        values.byteswap()
