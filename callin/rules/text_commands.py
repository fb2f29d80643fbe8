"""What the words of a text ask for, whatever their case, spaces, punctuation, emoji and accents; used by the text line.

Source for the carrier's words: Twilio, «Support for opt-out keywords» (articles 223134027, 223181748), and «Advanced
Opt-Out». Twilio answers these words itself and still tells us; they count only as the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class CommandKind(StrEnum):
    """What a text asks for."""

    JOIN = "join"
    STATUS = "status"
    LEAVE = "leave"
    COMMANDS = "commands"
    TOPIC = "topic"
    WORDS = "words"  # anything else: for people to read
    NOTHING = "nothing"  # not a letter and not a figure
    # The carrier's own words.
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """What a text asks for.

    Attributes:
        kind: of the command.
        argument: the topic, or the words, as they were written; empty for all others.
    """

    kind: CommandKind
    argument: str = ""


# One row a meaning: these words, and nothing else but politeness, are the whole text.
_CARRIERS = {
    CommandKind.OPT_OUT: "stop, stopall, unsubscribe, cancel, end, quit, revoke, optout",
    CommandKind.OPT_IN: "start, yes, unstop",
    CommandKind.HELP: "help, info",
}
_OURS = {
    CommandKind.STATUS: "status, my status, status please, what is my status, estado, mi estado, mi lugar",
    CommandKind.LEAVE: "leave, out, bye, bye bye, byebye, goodbye, good bye, leave the line, leave the queue, salir",
    CommandKind.COMMANDS: "commands, command, list commands, comandos, comando",
}
# A greeting joins, with whatever people say after a greeting; with anything else it only begins a letter.
_GREETING = re.compile(r"(hi+|hello+|hey+a?|hiya+|howdy|hallo|hola|join)")
_AFTER_GREETING = """
    hi hello hey hiya join there again all everyone everybody yall you guys folks friends people team radio dj
    in me the line queue to please pls now good morning afternoon evening
    buenos buenas dias tardes noches amigos
"""
_POLITE = "please pls thanks thank you thx ty hi hello hey por favor gracias hola"
_TOPIC = ("topic", "tema")
_INKLESS = frozenset({"Mn", "Me", "Cf"})
_BETWEEN = frozenset(":;,.-–—=>_*！：，。")
_QUESTION_MARKS = frozenset("?؟¿⁇⸮")

_SAID_AFTER_GREETING = frozenset(_AFTER_GREETING.split())
_SAID_POLITELY = frozenset(_POLITE.split())
_CARRIERS_WORDS = {word: kind for kind, words in _CARRIERS.items() for word in words.split(", ")}
_OUR_WORDS = {word: kind for kind, words in _OURS.items() for word in words.split(", ")}


def command_in(body: str) -> Command:
    """Return what this text asks for.

    Args:
        body: as it came.
    """
    words = plain_words(body)
    if not words:
        asks = {character for character in unicodedata.normalize("NFKC", body) if character in _QUESTION_MARKS}
        return Command(CommandKind.COMMANDS if asks else CommandKind.NOTHING)
    carriers = _CARRIERS_WORDS.get(" ".join(words))
    if carriers is not None:
        return Command(carriers)
    ours = _OUR_WORDS.get(" ".join(words)) or _OUR_WORDS.get(" ".join(_without_politeness(words)))
    if ours is not None:
        return Command(ours)
    if _GREETING.fullmatch(words[0]) and all(_is_said_after_greeting(word) for word in words[1:]):
        return Command(CommandKind.JOIN)
    if words[0] in _TOPIC:
        return Command(CommandKind.TOPIC, argument=_after(words[0], body=body))
    return Command(CommandKind.WORDS, argument=body.strip())


def clashes() -> list[str]:
    """Return words of ours that the carrier takes for its own: whoever texts one would be unsubscribed."""
    ours = {*_OUR_WORDS, *_TOPIC}
    return sorted(word for word in _CARRIERS_WORDS if word in ours or _GREETING.fullmatch(word))


def plain_words(body: str) -> list[str]:
    """Return the words of a text with nothing left but small letters and figures: `Ｈí thère! 👋` is `hi there`.

    Args:
        body: as it came.
    """
    return unicodedata.normalize("NFKC", "".join(map(_plain, body))).split()


def _plain(character: str) -> str:
    """Full-width and styled letters become plain ones, accents fall off.

    What shows no ink (joiners, direction marks) vanishes, so that it cannot split a word, and so does an apostrophe;
    all else separates words.
    """
    plain = ""
    if unicodedata.category(character) in _INKLESS:
        return plain  # before its case is folded: a iota under a letter would become one beside it
    for part in unicodedata.normalize("NFKD", character.casefold()).casefold():
        category = unicodedata.category(part)
        if category[0] in "LN":
            plain += part
        elif category not in _INKLESS and part not in "'’":
            plain += " "
    return plain


def _without_politeness(words: list[str]) -> list[str]:
    first, last = 0, len(words)
    while first < last and words[first] in _SAID_POLITELY:
        first += 1
    while last > first and words[last - 1] in _SAID_POLITELY:
        last -= 1
    return words[first:last]


def _is_said_after_greeting(word: str) -> bool:
    return word in _SAID_AFTER_GREETING or _GREETING.fullmatch(word) is not None


def _after(word: str, *, body: str) -> str:
    """What was written after the first word of a text, without the colon or dash between them."""
    letters, end = "", 0
    while letters.split()[:1] != [word]:
        letters += _plain(body[end])
        end += 1
    while end < len(body) and _separates(body[end]):
        end += 1
    return body[end:].strip()


def _separates(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "ZC" or category in _INKLESS or character in _BETWEEN
