"""What a picture is, by its first bytes."""

import pytest

from callin.rules.pictures import type_of


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"GIF87a\x01\x00", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<html><script>", None),
        (b"\x00\x00\x00\x20ftypheic", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_what_it_is(content: bytes, expected: str | None) -> None:
    """JPEG, PNG, GIF and WebP; nothing that a browser would run, whatever its sender called it."""
    assert type_of(content) == expected
