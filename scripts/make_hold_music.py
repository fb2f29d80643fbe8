#!/usr/bin/env python3
"""Write the hold music of Callin: a short loop of soft chords, composed here, so that its rights are clear.

    scripts/make_hold_music.py [FILE]

Standard library alone, and the same bytes on every machine. Made for a telephone: 8 kHz, mono, nothing below 200 Hz or
above 2 kHz, and no silence in which a caller might think that the line is dead.
"""

import math
import sys
import wave
from array import array
from pathlib import Path

RATE_HZ = 8000
CHORD_S = 2.5
# F, D minor, B flat and C, with soft sevenths and ninths: an unhurried turn back to its start. Semitones from A4.
CHORDS = [
    (-16, -12, -9, -5, -2),
    (-19, -12, -9, -4, -2),
    (-23, -16, -11, -7, -4),
    (-21, -14, -11, -7, -4),
] * 2
# A small tune above them, one note for each half of a chord; the second time it answers the first.
TUNE = [3, 0, 5, 3, 1, -2, 3, -2, 3, 8, 5, 7, 5, 1, 0, -2]
ATTACK_S, RELEASE_S = 0.35, 0.9
LOUDNESS = 0.55
DEFAULT = Path(__file__).resolve().parent.parent / "callin" / "media" / "hold.wav"


def tone(mix, *, start_s, length_s, semitones, amplitude, attack_s):
    """Add one note to the loop; what rings past its end rings into its beginning.

    Args:
        mix: samples of the whole loop.
        start_s, length_s: seconds.
        semitones: above A4.
        amplitude: 1.0 is full.
        attack_s: seconds until it is all there.
    """
    hertz = 440 * 2 ** (semitones / 12)
    while hertz < 200:  # a telephone would not carry it
        hertz *= 2
    start, length = round(start_s * RATE_HZ), round((length_s + RELEASE_S) * RATE_HZ)
    attack, release = round(attack_s * RATE_HZ), round(RELEASE_S * RATE_HZ)
    for harmonic, share in ((1, 1.0), (2, 0.22), (3, 0.06)):
        # sin((n + 1)w) = 2 cos(w) sin(nw) - sin((n - 1)w): two exact operations a sample, the same on every machine.
        step = 2 * math.pi * hertz * harmonic / RATE_HZ
        twice_cos, before, now = 2 * math.cos(step), -math.sin(step), 0.0
        for n in range(length):
            rise = n / attack if n < attack else 1.0
            fall = (length - n) / release if length - n < release else 1.0
            mix[(start + n) % len(mix)] += amplitude * share * rise * fall * now
            before, now = now, twice_cos * now - before


def loop():
    """Return the samples of the loop as unsigned bytes."""
    mix = array("d", bytes(8 * round(RATE_HZ * CHORD_S * len(CHORDS))))
    for number, chord in enumerate(CHORDS):
        for semitones in chord:
            tone(mix, start_s=number * CHORD_S, length_s=CHORD_S, semitones=semitones, amplitude=0.2, attack_s=ATTACK_S)
    for number, semitones in enumerate(TUNE):
        tone(mix, start_s=number * CHORD_S / 2, length_s=0.4, semitones=semitones, amplitude=0.25, attack_s=0.02)
    scale = 127 * LOUDNESS / max(abs(sample) for sample in mix)
    return bytes(128 + round(sample * scale) for sample in mix)


def write(path):
    """Write the loop as a WAV file.

    Args:
        path: of the file.
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE_HZ)
        file.writeframes(loop())


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else DEFAULT)
