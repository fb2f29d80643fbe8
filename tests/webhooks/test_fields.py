"""Fields: what a form says, in our types, or a refusal in words."""

from enum import StrEnum
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callin.errors import BadForm
from callin.webhooks import Fields
from callin.webhooks.fields import pairs_of


class Colour(StrEnum):
    """Two words."""

    RED = "red"
    GREEN = "green"


def form(encoded: str, query: str = "") -> Fields:
    return Fields(pairs_of(encoded), query=pairs_of(query))


@pytest.mark.parametrize(
    ("encoded", "words"),
    [
        ("Name=Ana", "Ana"),
        ("Name=%20%20Ana%0A", "Ana"),
        ("Name=A%00n%07a", "A n a"),
        ("Name=%F0%9F%93%BB+radio", "📻 radio"),
        ("Name=%D7%A9%D7%9C%D7%95%D7%9D", "שלום"),
        ("Name=%3Cb%3E%26%22", '<b>&"'),
        ("Name=%FF%FEAna", "Ana"),
        ("Name=" + "x" * 10_000, "x" * 120),
        ("Name=", None),
        ("Name=%00", None),
        ("", None),
    ],
)
def test_words_are_fit_for_screens_and_documents(encoded: str, words: str | None) -> None:
    """Control characters and broken bytes go, length is cut, and everything else stays as it was."""
    assert form(encoded).words("Name") == words


@given(st.text() | st.text("ab=&+%;12Ff\udcff "))
def test_forms_are_read_as_everybody_reads_them(encoded: str) -> None:
    """Our own reader differs from Python's in nothing but speed: what is signed is what is read."""
    assert pairs_of(encoded) == parse_qsl(encoded, keep_blank_values=True, errors="surrogateescape")


@pytest.mark.parametrize(("encoded", "number"), [("N=0", 0), ("N=42", 42), ("N=007", 7), ("N=", None), ("", None)])
def test_whole_numbers(encoded: str, number: int | None) -> None:
    """Digits are a number, and nothing is no number."""
    assert form(encoded).whole_or_none("N") == number


@pytest.mark.parametrize("raw", ["-1", "1.5", "1e3", "+1", "%201", "1%0A", "%D9%A1", "NaN", "9" * 10, "9" * 5000])
def test_what_is_no_whole_number_is_refused(raw: str) -> None:
    """Signs, fractions, foreign digits and absurd lengths are refused."""
    with pytest.raises(BadForm, match="N is not a whole number"):
        form(f"N={raw}").whole("N")


def test_a_missing_number_is_refused_where_it_is_needed() -> None:
    """What must be there and is not is named."""
    with pytest.raises(BadForm, match="N is missing"):
        form("").whole("N")


@pytest.mark.parametrize(
    "raw", ["", "CA", "XX123", "ca123", "CA12 3", "CA1/../2", "CA1%0A", "CA" + "1" * 100, "CA%D9%A1"]
)
def test_what_is_no_sid_is_refused(raw: str) -> None:
    """A SID is two letters and then letters and digits; anything else never reaches the desk."""
    with pytest.raises(BadForm, match="CallSid"):
        form(f"CallSid={raw}").sid("CallSid", "CA")


def test_words_of_the_carrier_become_ours() -> None:
    """A known word is a member of the enum; an unknown, missing or differently written one is refused."""
    assert form("C=green").word("C", Colour) is Colour.GREEN
    for encoded in ("C=Green", "C=blue", "C=", ""):
        with pytest.raises(BadForm):
            form(encoded).word("C", Colour)


def test_a_name_given_twice_is_refused_only_if_the_values_differ() -> None:
    """Twice the same says the same; twice something different says nothing."""
    assert form("A=1&A=1").raw("A") == "1"
    twice = form("A=1&A=2&B=3")
    assert twice.raw("B") == "3"
    with pytest.raises(BadForm, match="A is given twice"):
        twice.raw("A")


def test_the_form_wins_over_our_own_query() -> None:
    """What we put into an address ourselves counts only where the form says nothing."""
    fields = form("A=1", query="A=2&B=3")
    assert (fields.raw("A"), fields.raw("B")) == ("1", "3")
