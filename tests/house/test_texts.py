"""Texts in every language: complete, as short as English, and cheap: no letter that doubles their price unnoticed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from callin import text_templates
from callin.exchange.segments import count_segments
from callin.models import TextKind
from callin.text_templates import use_language, words_of
from tests.house.pages import ROOT

FOLDER = ROOT / "callin" / "text_templates"
KINDS = [kind for kind in TextKind if kind not in (TextKind.INBOUND, TextKind.FROM_STATION)]
YES_OR_NO = ("is_turn", "was_called", "is_open", "is_kept", "is_full", "is_paused")
NUMBERS = (
    {"waited_min": 7, "turn_min": 5, "turn_s": 300, "place": 33, "size": 99, "low_min": 10, "high_min": 20},
    {"waited_min": 1, "turn_min": 1, "turn_s": 60, "place": 3, "size": 7, "low_min": 0, "high_min": 5},
    {"waited_min": 1, "turn_min": 0, "turn_s": 45, "place": None, "size": 0, "low_min": None, "high_min": None},
)
HOURS = {"en": "Fridays from eight to ten", "es": "los viernes de ocho a diez"}


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    use_language("en-US")


def all_words(kind: TextKind, language: str) -> list[str]:
    """Everything that a text of this kind may say."""
    use_language(language)
    return [
        words_of(
            kind,
            show_name="Night Owls",
            show_hours=hours,
            words="",
            **dict(zip(YES_OR_NO, flags, strict=True)),
            **numbers,
        )
        for flags in itertools.product((True, False), repeat=len(YES_OR_NO))
        for numbers in NUMBERS
        for hours in (HOURS[language], "")
    ]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_one_segment(kind: TextKind, language: str) -> None:
    """Whatever the facts, 160 letters of the seven-bit alphabet; á, í, ó and ú are not in it."""
    for body in all_words(kind, language):
        assert len(body) <= 160, body
        assert count_segments(body + "." * (160 - len(body))) == 1, body


@pytest.mark.parametrize("kind", KINDS)
def test_spanish_texts_are_complete(kind: TextKind) -> None:
    """Each has its own words, and says something else wherever the English one does."""
    english, spanish = all_words(kind, "en"), all_words(kind, "es")
    assert not set(english) & set(spanish)
    pairs = set(zip(english, spanish, strict=True))
    assert len(set(english)) <= len(pairs) == len(set(spanish))


def test_no_spanish_file_is_left_over() -> None:
    """Each belongs to an English one."""
    assert {path.name for path in (FOLDER / "es").glob("*.txt")} <= {path.name for path in FOLDER.glob("*.txt")}


def test_a_language_without_words_is_english() -> None:
    """Better English than nothing."""
    use_language("de-DE")
    assert text_templates.words_of(TextKind.TOPIC_KEPT) == "Thanks, the producer sees it."
