"""The people of Friday night who text; their parts are in the cast of `friday`.

Two of them are in line before anybody rings, so that everybody on the phone stands behind a texter or two.
"""

from __future__ import annotations

from callin.rehearsal.actor import Actor
from callin.rehearsal.plots.plot import Crew, Ending, Part
from callin.rules.call_states import Outcome
from callin.rules.lineup import TexterState


def tess(actor: Actor, crew: Crew) -> None:
    """Text HI, give a topic, ask for the status, call in once it is the turn, and get on the air."""
    actor.at(0)
    crew.text_listeners(actor, "Hi! 👋")
    actor.reads("number 1 in line")
    crew.text_listeners(actor, "Topic: owls on the night bus")
    actor.reads("the producer sees it")
    crew.text_listeners(actor, "status")
    actor.reads("You're number 1 of")
    actor.reads("It's your turn", within_s=300)
    crew.actor("Ada").is_bridged(within_s=300)  # the DJ waits for nobody: meanwhile another one talks
    crew.ring_listeners(actor)
    actor.hears("You are next")
    actor.hears("You are going on the air now", within_s=300)
    actor.is_bridged()
    actor.is_done()
    actor.reads("Thanks for calling in")


def sid(actor: Actor, crew: Crew) -> None:
    """Text HI, and STOP while others wait: out of the line, and never texted again."""
    crew.until_place(crew.actor("Tess"), TexterState.WAITING)
    crew.text_listeners(actor, "hello everyone")
    actor.reads("number 2 in line")
    crew.actor("Hana").is_done()
    crew.text_listeners(actor, "STOP")
    actor.reads("unsubscribed")


def vic(actor: Actor, crew: Crew) -> None:
    """Ask for a song: that is no command, and kept for the producer."""
    actor.at(20)
    crew.text_listeners(actor, "Do you take requests?")
    actor.reads("text HI to join")


def uma(actor: Actor, crew: Crew) -> None:
    """Still wait by text when the show closes."""
    crew.actor("Kim").is_waiting(within_s=400)
    crew.text_listeners(actor, "JOIN")
    actor.reads("in line for")
    actor.reads("is over for today", within_s=300)


TEXTERS = (
    Part("Tess", "+15550100015", tess, Ending(Outcome.AIRED, place=TexterState.ARRIVED, texts=6)),
    Part("Sid", "+15550100016", sid, Ending(place=TexterState.LEFT, texts=1, by_twilio=1)),
    Part("Vic", "+15550100017", vic, Ending(texts=1)),
    Part("Uma", "+15550100018", uma, Ending(place=TexterState.SENT_HOME, texts=2)),
)
