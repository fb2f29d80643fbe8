"""How a text is cut into carrier segments: GSM-7 or UCS-2; used by the exchange's texts.

Source: Twilio glossary, "What is the SMS character limit?"; 3GPP TS 23.038 for the alphabet.
"""

from __future__ import annotations

from dataclasses import dataclass

GSM_7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENDED = frozenset("\f^{}\\[~]|€")  # each is sent as an escape and a character: two places


@dataclass(frozen=True, slots=True)
class _Alphabet:
    alone: int  # places in a text of one segment
    joined: int  # places in each of several: the header that joins them takes the rest


GSM_7 = _Alphabet(alone=160, joined=153)
UCS_2 = _Alphabet(alone=70, joined=67)


def count_segments(body: str) -> int:
    """Return how many segments carry this body; an empty one still takes one.

    Args:
        body: the text as written; one character outside GSM-7 turns all of it into UCS-2.
    """
    places = _places(body)
    alphabet = UCS_2 if places is None else GSM_7
    widths = _ucs_2_widths(body) if places is None else places
    if sum(widths) <= alphabet.alone:
        return 1
    return _fill(widths, room=alphabet.joined)


def _places(body: str) -> list[int] | None:
    """Return the places each character takes in GSM-7, or None when one of them is not in it."""
    widths = []
    for character in body:
        if character in GSM_7_BASIC:
            widths.append(1)
        elif character in GSM_7_EXTENDED:
            widths.append(2)
        else:
            return None
    return widths


def _ucs_2_widths(body: str) -> list[int]:
    return [2 if ord(character) > 0xFFFF else 1 for character in body]


def _fill(widths: list[int], *, room: int) -> int:
    # A two-place character never straddles two segments.
    segments, used = 1, 0
    for width in widths:
        if used + width > room:
            segments, used = segments + 1, 0
        used += width
    return segments
