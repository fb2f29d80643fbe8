"""How long things last: words that are spoken, and sound files; used by the verbs.

Source: about 150 words a minute is ordinary speech; WAVE (RFC 2361) and MPEG audio headers for files.
"""

from __future__ import annotations

import io
import wave
from typing import Final

WORDS_PER_S: Final = 2.5
TELEPHONE_BYTES_PER_S: Final = 8000  # 8-bit mu-law, what anything unknown is taken for
_MP3_KBPS_V1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBPS_V2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def spoken_s(text: str) -> float:
    """Return how many seconds these words take."""
    return len(text.split()) / WORDS_PER_S


def length_s(content: bytes, *, content_type: str) -> float:
    """Return how many seconds a sound file lasts."""
    if content[:4] == b"RIFF":
        try:
            with wave.open(io.BytesIO(content)) as file:
                return float(file.getnframes() / file.getframerate())
        except (wave.Error, EOFError, ZeroDivisionError):
            return len(content) / TELEPHONE_BYTES_PER_S
    if content_type in ("audio/mpeg", "audio/mp3") or content[:3] == b"ID3":
        return _mp3_s(content)
    return len(content) / TELEPHONE_BYTES_PER_S


def _mp3_s(content: bytes) -> float:
    """Return an MP3's length from the bit rate of its first frame: right for constant rates, near enough for others."""
    start = 0
    if content[:3] == b"ID3" and len(content) > 10:
        start = 10 + (content[6] << 21 | content[7] << 14 | content[8] << 7 | content[9])
    for i in range(start, min(len(content) - 3, start + 4096)):
        if content[i] == 0xFF and content[i + 1] & 0xE0 == 0xE0:
            rates = _MP3_KBPS_V1 if content[i + 1] & 0x18 == 0x18 else _MP3_KBPS_V2
            index = content[i + 2] >> 4
            if 0 < index < len(rates):
                return (len(content) - i) * 8 / (rates[index] * 1000)
    return len(content) / TELEPHONE_BYTES_PER_S
