"""What a picture is, by its first bytes and not by its name; pure; used by the desk for pictures that come by text."""

from __future__ import annotations

MOST_PICTURES = 10  # in one text; Twilio's own limit
MOST_BYTES = 5 * 1024 * 1024  # what Twilio lets through is not larger

_JPEG, _PNG, _GIF, _WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
# A drawing (SVG) is a document that can hold a program: it is never shown.
SHOWN = frozenset({_JPEG, _PNG, _GIF, _WEBP})


def type_of(content: bytes) -> str | None:
    """Return the type of a picture that a browser shows without running anything, or None for all else.

    Args:
        content: the whole file, or its beginning.

    Source: WHATWG, «MIME Sniffing», image type patterns.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return _GIF
    if content[:4] == b"RIFF" and content[8:14] == b"WEBPVP":
        return _WEBP
    return None
