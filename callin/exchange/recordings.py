"""The sound of recordings, made when somebody asks for it; used by the REST media answers.

A recording keeps its length, the words said and whatever sounds a phone made. Typed words have no sound: the WAV hums
one short tone a word, so that an ear can tell speech from silence and one message from another. The MP3 is silence of
the right length, because nothing in the standard library encodes one.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache

from callin.exchange.records import Recording
from callin.exchange.wav import RATE_HZ as WAV_RATE_HZ
from callin.exchange.wav import wav_file

WORD_S = 0.4  # 150 words a minute, the exchange's speed of speech
TONE_S = 0.25
TONES_HZ = (220, 247, 262, 294, 330, 349, 392, 440)

# MPEG-2 Layer III, 8 kbit/s, 16 kHz, mono: 72 * 8000 / 16000 = 36 bytes for each 576 samples.
_MP3_HEADER = bytes((0xFF, 0xF3, 0x18, 0xC0))
_MP3_FRAME_BYTES = 36
_MP3_FRAME_S = 576 / 16_000


def as_wav(recording: Recording) -> bytes:
    """Return the recording as a WAV file: 8 kHz, 16 bit, as many channels as it has and as long as it lasted."""
    samples = WAV_RATE_HZ * (recording.duration_s or 0)
    one_channel = _laid_out(recording) if recording.sounds else _hummed(recording.said)
    one_channel = one_channel[: samples * 2].ljust(samples * 2, b"\0")
    if recording.channels == 2:
        # Dual channel: what was said is on the first, the other stays silent.
        one_channel = b"".join(one_channel[i : i + 2] + b"\0\0" for i in range(0, len(one_channel), 2))
    return wav_file(one_channel, channels=recording.channels)


def as_mp3(recording: Recording) -> bytes:
    """Return an MP3 file of silence that lasts as long as the recording, to within a frame (36 ms)."""
    frames = max(1, round((recording.duration_s or 0) / _MP3_FRAME_S))
    # All-zero side information means that the frame holds no sound.
    return (_MP3_HEADER + bytes(_MP3_FRAME_BYTES - len(_MP3_HEADER))) * frames


def _hummed(words: str) -> bytes:
    return b"".join(_word(word) for word in words.split())


def _laid_out(recording: Recording) -> bytes:
    """Return the sounds made, each at its second; a later one ends an earlier one."""
    laid = bytearray()
    for second, samples in recording.sounds:
        begin = round(second * WAV_RATE_HZ) * 2
        laid[begin:] = b""
        laid += bytes(begin - len(laid)) + samples
    return bytes(laid)


@lru_cache(maxsize=512)
def _word(word: str) -> bytes:
    """Return one word's worth of sound: a tone that depends on the word, then a gap."""
    hertz = TONES_HZ[zlib.crc32(word.encode()) % len(TONES_HZ)]
    tone = int(WAV_RATE_HZ * TONE_S)
    values = [int(8_000 * math.sin(2 * math.pi * hertz * i / WAV_RATE_HZ)) for i in range(tone)]
    return struct.pack(f"<{tone}h", *values) + bytes(2 * (int(WAV_RATE_HZ * WORD_S) - tone))
