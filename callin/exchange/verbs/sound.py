"""Say, Play and Pause: what a phone hears for a while; used by documents and by Gather for its prompts.

Source: section 5 of the facts; section 15: a Pause does not answer a ringing call.
"""

from __future__ import annotations

from typing import Final

from callin.exchange.documents import Context, Outcome, Performance
from callin.exchange.errors import Code
from callin.exchange.interpreter import Await, Leg, Sleep
from callin.exchange.records import HeardKind
from callin.exchange.sounds import spoken_s
from callin.exchange.twiml import Document, Verb

MOST_LOOPS: Final = 1000
LONGEST_SAY: Final = 4096
MISSING_SOUND_S: Final = 1.0
"""How long a Play takes whose file cannot be had, so that a loop around it can never run hot."""


def say(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The phone hears the words, for as long as they take."""
    leg.answer()
    if not verb.text:
        document.warn(Code.EMPTY_SAY)
        return None
    text = verb.text
    if len(text) > LONGEST_SAY:
        document.warn(Code.LONG_SAY)
        text = text[:LONGEST_SAY]
    leg.hear(HeardKind.SAY, text=text)
    yield Sleep(spoken_s(text) * _loops(verb))
    return None


def play(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The phone hears the file, for as long as it lasts; keys are sounded and take half a second each."""
    leg.answer()
    if verb.get("digits"):
        leg.hear(HeardKind.PLAY)
        yield Sleep(len(verb.get("digits")) / 2)
        return None
    url = document.resolve(verb.text)
    leg.hear(HeardKind.PLAY, url=url or verb.text)
    length_s = None
    if url and verb.text:
        length_s = leg.exchange.sounds.known_s(url)
        if length_s is None:
            reply = yield Await(leg.send(leg.exchange.sounds.request(url, call=leg.call)), holds_keys=False)
            length_s = leg.exchange.sounds.learn(reply, url=url)
    else:
        document.warn(Code.RETRIEVAL)
    yield Sleep(MISSING_SOUND_S if length_s is None else length_s * _loops(verb))
    return None


def pause(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """The phone hears nothing for a while."""
    leg.hear(HeardKind.SILENCE)
    yield Sleep(verb.number("length", 1))
    return None


def _loops(verb: Verb) -> int:
    return min(int(verb.number("loop", 1)) or MOST_LOOPS, MOST_LOOPS)


def prompts(leg: Leg, verb: Verb, document: Document, context: Context) -> Performance:
    """What is nested in a Gather is heard, in order."""
    performers = {"Say": say, "Play": play, "Pause": pause}
    for nested in verb.children:
        outcome: Outcome = yield from performers[nested.name](leg, nested, document, context)
        assert outcome is None
    return None
