"""What a text asks for: the table of words, and what may stand around them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callin.rules import text_commands
from callin.rules.text_commands import Command, CommandKind, clashes, command_in, plain_words

JOINS = [
    "hi", "HI", "Hi!", "hi there", "Hi there!", "hi hi", "hiiii", "hello", "hello everyone",
    "Hello everybody 👋", "hey", "heyyy you all", "hiya", "howdy", "join", "Join.", "join the line please",
    "«Hi»", "¡Hi!", "  hi\n", "Ｈｉ", "𝐇𝐈", "Hí", "h\u0336i\u0336", "h\u200bi", "\u202ehi\u202c",
    "hi, good evening", "\x00hi", "Hİ", "h'i", "👋🏽 hi 👋🏽",
]  # fmt: skip
WORDS = [
    "this", "high", "hike", "h i", "his", "hit", "chi", "hi-fi", "hi, can you play the owl song?",
    "hello kitty", "join us", "joint", "rejoin", "good evening", "they", "oh hi mark", "hi 5", "stop it",
    "please stop the music", "stopped", "Opt-out", "yesterday", "start the car", "no help at all", "topics",
    "status quo", "leave me alone", "bye bye love", "statuses", "we love your show", "привет", "こんにちは",
    "42", "commands!!! and more", "out of milk", "get out", "cancel my place",
]  # fmt: skip
OTHERS = {
    CommandKind.STATUS: ["status", "Status?", "STATUS!!", "my status", "hi, status please", "ｓｔａｔｕｓ", "stàtus"],
    CommandKind.LEAVE: ["leave", "Leave.", "OUT", "bye", "Bye bye!", "goodbye, thanks", "leave the line please"],
    CommandKind.COMMANDS: ["commands", "Command", "commands please", "?", "??", "？", "¿?", " ? 🤔", "؟", "?!"],
    CommandKind.OPT_OUT: ["STOP", "stop", " Stop. ", "Cancel!", "QUIT 😡", "end", "optout", "stopall", "unsubscribe"],
    CommandKind.OPT_IN: ["START", "yes", "Yes!", "Unstop"],
    CommandKind.HELP: ["help", "INFO", "Help!"],
    CommandKind.NOTHING: ["", "   ", "👍", "❤️", "...", "\u200f\u200e", "\x00", "🤦🏽‍♀️", "!"],
}
TABLE = [
    *((body, CommandKind.JOIN) for body in JOINS),
    *((body, CommandKind.WORDS) for body in WORDS),
    *((body, kind) for kind, bodies in OTHERS.items() for body in bodies),
]


SPANISH = {
    "¡Hola!": CommandKind.JOIN,
    "Hola, buenas tardes": CommandKind.JOIN,
    "ESTADO": CommandKind.STATUS,
    "mi lugar por favor": CommandKind.STATUS,
    "Salir, gracias": CommandKind.LEAVE,
    "comandos": CommandKind.COMMANDS,
    "hola, quiero hablar de los búhos": CommandKind.WORDS,
}
TABLE += SPANISH.items()


def test_no_word_of_ours_is_the_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever texted one would be unsubscribed; one that slips in is named."""
    assert clashes() == []
    monkeypatch.setitem(text_commands._OUR_WORDS, "cancel", CommandKind.LEAVE)
    assert clashes() == ["cancel"]


@pytest.mark.parametrize(("body", "kind"), TABLE, ids=repr)
def test_what_a_text_asks_for(body: str, kind: CommandKind) -> None:
    """Case, spaces, punctuation, emoji, full-width letters and accents do not matter; other words do."""
    assert command_in(body).kind == kind


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        ("topic owls", "owls"),
        ("Tema: los búhos", "los búhos"),
        ("Topic: Owls & Cats", "Owls & Cats"),
        ("TOPIC - the night\nbus", "the night\nbus"),
        ("ＴＯＰＩＣ：　Eulen", "Eulen"),
        ("t\u0301opic owls", "owls"),
        ("topic: #owls", "#owls"),
        ("topic: <b>owls</b>", "<b>owls</b>"),
        ("topic 🦉", "🦉"),
        ("topic: \u202eowls", "owls"),
        ("topic", ""),
        ("Topic:", ""),
    ],
)
def test_a_topic_is_kept_as_it_was_written(body: str, topic: str) -> None:
    """The word before it goes, with its colon or dash; nothing else does."""
    assert command_in(body) == Command(CommandKind.TOPIC, argument=topic)


def test_words_for_people_are_kept_as_they_were_written() -> None:
    """All but the blanks around them."""
    assert command_in("  Hi, my cat\nopens fridges! ") == Command(CommandKind.WORDS, "Hi, my cat\nopens fridges!")


KNOWN = ["hi", "hello everyone", "status", "leave", "commands", "stop", "start", "help", "topic owls"]
# Whatever is neither letter nor figure; an apostrophe joins, and a question mark alone is a command.
AROUND = st.text(
    st.characters(exclude_categories=("L", "N"), exclude_characters="?؟¿⁇⸮⁈⁉︖﹖？").filter(
        lambda character: not any(letter.isalnum() for letter in unicodedata.normalize("NFKD", character))
    ),
    max_size=8,
)


@given(st.sampled_from(KNOWN), AROUND, AROUND, st.booleans())
def test_nothing_around_a_word_matters(word: str, before: str, after: str, is_loud: bool) -> None:
    """Any case, any marks, signs and blanks before and after: the same command."""
    body = f"{before}{word.upper() if is_loud else word}{after}"
    assert command_in(body).kind == command_in(word).kind


def _full_width(word: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter != " " else "\u3000" for letter in word)


@given(st.sampled_from(KNOWN), st.lists(st.sampled_from("\u0301\u0308\u0336\u200d\ufe0f"), max_size=3))
def test_no_style_of_letters_matters(word: str, marks: list[str]) -> None:
    """Full-width letters with marks over or through them mean the same."""
    body = "".join(letter + "".join(marks) for letter in _full_width(word))
    assert command_in(body).kind == command_in(word).kind


@given(st.text(max_size=60))
def test_any_text_asks_for_something(body: str) -> None:
    """No text is too strange to be understood, if only as words; no word of a command is ever invented."""
    command = command_in(body)
    if command.kind in (CommandKind.NOTHING, CommandKind.COMMANDS) and not plain_words(body):
        assert not any(character.isalpha() and character.isascii() for character in body)
    elif command.kind == CommandKind.WORDS:
        assert command.argument == body.strip()


@given(st.text(max_size=20))
def test_a_topic_is_found_whatever_follows(rest: str) -> None:
    """The word and a blank, then anything: what is kept is an end of what was written."""
    command = command_in(f"topic {rest}")
    assert command.kind == CommandKind.TOPIC
    assert rest.strip().endswith(command.argument)
