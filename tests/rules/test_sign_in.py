"""How often somebody may guess, and which passwords are refused."""

from datetime import UTC, datetime, timedelta

import pytest

from callin.rules.sign_in import LONGEST_PASSWORD, WITHIN, Weakness, folded, refused_until, weakness_of

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=before) for before in minutes]


@pytest.mark.parametrize(
    ("tries", "free_in_min"),
    [
        ([], None),
        (ago(1, 2), None),
        (ago(1, 2, 3), 12),  # the oldest of three is forgotten in twelve minutes
        (ago(3, 1, 2), 12),
        (ago(1, 2, 3, 4), 12),
        (ago(1, 2, 15), None),
        (ago(0, 0, 0), 15),
    ],
)
def test_too_many_tries_are_refused_until_one_is_old(tries: list[datetime], free_in_min: float | None) -> None:
    """Three within a quarter of an hour; the next is free when the third latest is a quarter of an hour old."""
    until = refused_until(tries, now=NOW, most=3)

    assert until == (None if free_in_min is None else NOW + timedelta(minutes=free_in_min))
    if until is not None:
        assert refused_until(tries, now=until, most=3) is None
        assert until <= NOW + WITHIN


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.SHORT),
        ("a1!B2?c3.", Weakness.SHORT),
        ("w" * (LONGEST_PASSWORD + 1), Weakness.LONG),
        ("Paula Grey", Weakness.NAME),
        ("paulapaula", Weakness.NAME),
        ("greyPAULA123", Weakness.NAME),
        ("1234567890", Weakness.EASY),
        ("0987654321", Weakness.EASY),
        ("aaaaaaaaaaaa", Weakness.EASY),
        ("abababababab", Weakness.EASY),
        ("qwertyuiop", Weakness.EASY),
        ("abcdefghij", Weakness.EASY),
        ("Password123", Weakness.EASY),
        ("passwordpassword", Weakness.EASY),
        ("callinradio1", Weakness.EASY),
        ("ＰＡＳＳＷＯＲＤ1234", Weakness.EASY),  # the same letters, wide
        ("seven grey herons", None),
        ("Zw7+qpT4kf", None),
        ("sieben graue Reiher", None),
        ("七羽の灰色の鷺がいる", None),
        ("paula and her owl", None),
        ("w3" * 4 + "kqz", None),
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str, weakness: Weakness | None) -> None:
    """Short, too long for any, the name, or among the first that a stranger tries."""
    assert weakness_of(password, name="Paula Grey") == weakness


def test_a_short_name_forbids_nothing() -> None:
    """Parts of two letters are in every word."""
    assert weakness_of("another andean", name="An De") is None


@pytest.mark.parametrize("typed", ["Paula Grey", " paula  grey", "PAULA GREY ", "Ｐａｕｌａ Grey"])
def test_a_name_is_one_name_however_it_is_typed(typed: str) -> None:
    """Case, spaces and widths do not make another person."""
    assert folded(typed) == "paula grey"
