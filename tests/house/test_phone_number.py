"""What a `From` says about a person."""

import pytest

from callin.phone_number import identity_of, masked, normalised


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+15550100", "+15550100"),
        (" +442079460000 ", "+442079460000"),
        ("anonymous", None),
        ("Restricted", None),
        ("", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+2562533", None),
        ("+8656696", None),
        ("+86282452253", None),
        ("+7748283", None),
        ("client:studio", None),
        ("sip:someone@example.org", None),
        ("15550100", None),
        ("+0155501000", None),
        ("+1555010012345678", None),
        ("+１５５５０１００", None),  # digits, but not those a telephone has
    ],
)
def test_only_a_real_number_is_an_identity(raw: str, number: str | None) -> None:
    """Withheld callers share a few values; whoever took one for an identity would merge strangers."""
    assert identity_of(raw) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("+1 (555) 010-0000", "+15550100000"), ("555 0100", None), ("nonsense", None), ("+266 696687", None)],
)
def test_a_typed_number_is_understood_or_refused(typed: str, number: str | None) -> None:
    """Spaces, dashes and brackets are how people write numbers."""
    assert normalised(typed) == number


@pytest.mark.parametrize(
    ("number", "shown"), [("+15550100042", "+1…42"), (None, "withheld"), ("", "withheld"), ("anything", "masked")]
)
def test_numbers_are_masked(number: str | None, shown: str) -> None:
    """Logs and screens show enough to tell two callers apart, not enough to ring them."""
    assert masked(number) == shown
