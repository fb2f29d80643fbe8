"""The words that stop and start texts (facts 7)."""

from __future__ import annotations

import pytest

from callin.exchange.opt_out import Keyword, OptOuts, keyword


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "quit", "REVOKE", " OptOut "])
def test_each_stop_word_alone_is_one_in_any_case(word: str) -> None:
    """A text that is nothing but a stop word unsubscribes."""
    assert keyword(word) is Keyword.STOP


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("start", Keyword.START),
        ("YES", Keyword.START),
        ("unstop", Keyword.START),
        ("help", Keyword.HELP),
        ("Info", Keyword.HELP),
    ],
)
def test_words_that_resubscribe_or_ask(word: str, meaning: Keyword) -> None:
    """The other carrier words have their own meaning."""
    assert keyword(word) is meaning


@pytest.mark.parametrize("body", ["please stop", "stop it", "", "hi", "cancel my place"])
def test_a_word_among_others_is_none(body: str) -> None:
    """Only single-word texts count."""
    assert keyword(body) is None


def test_twilio_answers_only_what_changes_something() -> None:
    """A second STOP and a START from somebody subscribed get no answer; HELP always does."""
    outs = OptOuts()

    answers = [
        outs.heed(word, ours="+1500", phone="+1600")
        for word in (Keyword.START, Keyword.STOP, Keyword.STOP, Keyword.HELP, Keyword.START)
    ]

    assert answers == [False, True, False, True, True]


def test_an_opt_out_holds_for_one_of_our_numbers() -> None:
    """Opting out of one sender leaves the others alone (facts 7)."""
    outs = OptOuts()
    outs.heed(Keyword.STOP, ours="+1500", phone="+1600")

    assert outs.blocks(ours="+1500", phone="+1600")
    assert not outs.blocks(ours="+1501", phone="+1600")
