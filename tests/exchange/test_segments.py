"""How texts are cut into segments (facts 7: GSM-7 160 / 153, UCS-2 70 / 67)."""

from __future__ import annotations

import pytest

from callin.exchange.segments import count_segments


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("é" * 160, 1),
        ("’" * 70, 1),
        ("’" * 71, 2),
        ("’" * 134, 2),
        ("’" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("a" * 70 + "🙂", 2),
    ],
)
def test_segments_are_counted_as_carriers_count_them(body: str, segments: int) -> None:
    """160 or 153 places in GSM-7, 70 or 67 in UCS-2, and no character straddles two segments."""
    assert count_segments(body) == segments
