"""A show in a minute: one caller gets on the air, one leaves a message at the close."""

from __future__ import annotations

from callin.rehearsal.actor import Actor
from callin.rehearsal.plots.plot import Crew, Ending, Part, Plot
from callin.rules.call_states import Outcome

DJ_NUMBER = "+15550109999"


def ada(actor: Actor, crew: Crew) -> None:
    """Ring, wait, talk."""
    actor.at(1)
    crew.ring_listeners(actor)
    actor.hears("You are next")
    actor.hears("You are going on the air now")
    actor.is_done()


def ben(actor: Actor, crew: Crew) -> None:
    """Ring second, and still wait when the show closes."""
    crew.actor("Ada").is_waiting()
    crew.ring_listeners(actor)
    actor.hears("leave a message for the next show")
    if actor.hears_tone():
        actor.says("See you next week.")
        actor.after(3)
        actor.presses("#")
    actor.is_done()


def dana(actor: Actor, crew: Crew) -> None:
    """Take one caller, and stay until the show is closed."""
    crew.actor("Ben").is_waiting()
    crew.ring_dj_line(actor)
    actor.is_bridged()
    actor.hears("The show is closed", within_s=120)
    actor.is_done()


def produce(crew: Crew) -> None:
    """Close the show while Ada is on the air, then let the DJ end her call."""
    crew.open_show()
    crew.actor("Ada").is_bridged()
    crew.rest(2)
    crew.close_show()
    crew.actor("Dana").presses("*")


SHORT = Plot(
    name="short",
    title="two callers and a DJ (about a minute of show)",
    parts=(
        Part("Ada", "+15550100002", ada, Ending(Outcome.AIRED)),
        Part("Ben", "+15550100003", ben, Ending(Outcome.SENT_HOME, messages=1)),
        Part("Dana", DJ_NUMBER, dana),
    ),
    produce=produce,
    settings={
        "CALLIN_DJ_NUMBERS": DJ_NUMBER,
        "CALLIN_APOLOGY_AFTER_S": "120",
        "CALLIN_SHOW_NAME": "The Short Show",
        "CALLIN_STATION_NAME": "Radio Rehearsal",
    },
)
