"""A Friday night: fourteen callers, four texters and a DJ, and everything that can happen to a listener.

Cues are what others do, or seconds since the show opened. The line holds seven, by phone and by text; the apology limit
is half a minute. Those who text are in plots/friday_texters.py.
"""

from __future__ import annotations

from callin.rehearsal.actor import Actor
from callin.rehearsal.plots.friday_texters import TEXTERS
from callin.rehearsal.plots.plot import Crew, Ending, Part, Plot
from callin.rules.call_states import Outcome
from callin.rules.lineup import TexterState

WITHHELD = "+266696687"  # ANONYMOUS on a keypad
DJ_NUMBER = "+15550109999"


def nadia(actor: Actor, crew: Crew) -> None:
    """Ring before the show and leave a message for it."""
    crew.ring_listeners(actor)
    actor.hears("We are not taking calls right now")
    if actor.hears_tone():
        actor.says("Please play the song about the lighthouse, it made my week.")
        actor.after(5)
        actor.presses("#")
        actor.hears("we have your message")
    actor.is_done()


def ada(actor: Actor, crew: Crew) -> None:
    """Ring first, behind two who text, and get on the air first: the DJ waits for nobody who is not there."""
    crew.until_place(crew.actor("Sid"), TexterState.WAITING)
    actor.after(1)
    _wait_in_line(actor, crew, place="You are number 3")
    _go_on_air(actor)


def ben(actor: Actor, crew: Crew) -> None:
    """Ring second, and go on the air fourth: one is put before him, one has come by text."""
    _wait_in_line(actor, crew, behind="Ada", place="You are number 4")
    actor.hears("You are next", within_s=300)
    _go_on_air(actor)


def withheld(actor: Actor, crew: Crew) -> None:
    """Ring without a number: served like anyone, and never texted."""
    _wait_in_line(actor, crew, behind="Ben", place="You are number 5")
    _go_on_air(actor, within_s=400)


def cleo(actor: Actor, crew: Crew) -> None:
    """Give up after a quarter of a minute: too soon for an apology."""
    _wait_in_line(actor, crew, behind="withheld", place="You are number 6")
    crew.actor("Hana").is_done()
    actor.hangs_up()


def dev(actor: Actor, crew: Crew) -> None:
    """Give up after more than a minute: owed an apology."""
    _wait_in_line(actor, crew, behind="Cleo", place="You are number 7")
    actor.after(62)
    actor.hangs_up()


def hana(actor: Actor, crew: Crew) -> None:
    """Ring when seven are waiting, five by phone and two by text: the line is full."""
    crew.actor("Dev").is_waiting()
    crew.ring_listeners(actor)
    actor.hears("our line is full")
    actor.hangs_up()


def eve(actor: Actor, crew: Crew) -> None:
    """Would rather leave a message than wait."""
    crew.actor("Ada").is_bridged()
    crew.ring_listeners(actor)
    if actor.hears("leave a message instead, press 1"):
        actor.presses("1")
    if actor.hears_tone():
        actor.says("My cat learned to open the fridge, ask me about it next week.")
        actor.after(6)
        actor.presses("#")
    actor.is_done()


def gus(actor: Actor, crew: Crew) -> None:
    """Leave the line by key."""
    crew.actor("Ada").is_bridged()
    actor.after(4)
    crew.ring_listeners(actor)
    if actor.hears("leave the line, press star"):
        actor.presses("*")
    actor.hears("You have left the line")
    actor.is_done()


def finn(actor: Actor, crew: Crew) -> None:
    """Ring after the others, and be put next up by the producer while Ada is on the air."""
    crew.actor("Hana").is_done()
    actor.at(37)
    crew.ring_listeners(actor)
    actor.is_waiting()
    crew.actor("Ada").is_bridged()
    crew.put_next_up(actor)
    _go_on_air(actor)


def ivo(actor: Actor, crew: Crew) -> None:
    """Still wait when the show closes, and leave a message for the next one."""
    _wait_till_the_end(actor, crew, after_s=0)
    actor.hears("leave a message for the next show", within_s=240)
    if actor.hears_tone():
        actor.says("I waited, and I will wait again. Good night everybody.")
        actor.after(5)
        actor.presses("#")
        actor.hears("we have your message")
    actor.is_done()


def jun(actor: Actor, crew: Crew) -> None:
    """Still wait when the show closes, and hang up in the middle of the goodbye."""
    _wait_till_the_end(actor, crew, after_s=3)
    actor.hears("The show is over", within_s=240)
    actor.hangs_up()


def kim(actor: Actor, crew: Crew) -> None:
    """Still wait when the show closes, and say nothing after the tone."""
    _wait_till_the_end(actor, crew, after_s=6)
    actor.hears("leave a message for the next show", within_s=240)
    actor.hears("We did not hear anything", within_s=240)
    actor.is_done()


def lou(actor: Actor, crew: Crew) -> None:
    """Ring when it is all over."""
    crew.actor("Jun").is_done(within_s=400)
    crew.ring_listeners(actor)
    actor.hears("We are not taking calls right now")
    actor.hangs_up()


def dana(actor: Actor, crew: Crew) -> None:
    """Host the show from the DJ line: the old message, then caller after caller, with the star."""
    actor.at(34)
    crew.until_place(crew.actor("Sid"), TexterState.LEFT)
    crew.ring_dj_line(actor)
    if actor.hears("Press 1 to hear"):
        actor.presses("1")
    if actor.hears("Press 3 to keep it"):
        actor.presses("3")
    actor.hears("Kept")
    for guest in ("Ada", "Finn", "Tess", "Ben", "withheld"):
        actor.hears("Next is", within_s=120)
        actor.is_bridged()
        if guest == "Ada":
            crew.actor("Tess").is_waiting(within_s=300)  # told that it is her turn, she rings in while Ada talks
        actor.after(8 if guest == "Ada" else 18)
        if guest == "withheld":
            crew.until_closed()  # whoever is on the air stays there while the others are sent home
        actor.presses("*")
        actor.is_free()
    actor.hears("The show is closed")
    actor.is_done()


def produce(crew: Crew) -> None:
    """Open the show, and close it while the last guest is on the air and three are waiting."""
    crew.actor("Nadia").is_done()
    crew.settle()
    crew.open_show()
    crew.actor("withheld").is_bridged(within_s=500)
    crew.until_place(crew.actor("Uma"), TexterState.WAITING)
    crew.rest(4)
    crew.close_show()


def _wait_in_line(actor: Actor, crew: Crew, *, behind: str | None = None, place: str) -> None:
    if behind is not None:
        crew.actor(behind).has_rung()
        actor.after(3)
    crew.ring_listeners(actor)
    actor.hears("may go on the air")
    actor.hears(place)


def _wait_till_the_end(actor: Actor, crew: Crew, *, after_s: float) -> None:
    crew.actor("Dev").is_done()
    crew.actor("Finn").is_bridged(within_s=240)
    actor.after(after_s)
    crew.ring_listeners(actor)
    actor.hears("in line")


def _go_on_air(actor: Actor, *, within_s: float = 180) -> None:
    actor.hears("You are going on the air now", within_s=within_s)
    actor.is_bridged()
    actor.is_done()


FRIDAY = Plot(
    name="friday",
    title="eighteen who ring or text, one DJ: everything that can happen to a listener (about five minutes of show)",
    parts=(
        Part("Nadia", "+15550100001", nadia, Ending(Outcome.CLOSED, messages=1)),
        Part("Ada", "+15550100002", ada, Ending(Outcome.AIRED, texts=1)),
        Part("Ben", "+15550100003", ben, Ending(Outcome.AIRED, texts=1)),
        Part("withheld", WITHHELD, withheld, Ending(Outcome.AIRED)),
        Part("Cleo", "+15550100005", cleo, Ending(Outcome.ABANDONED)),
        Part("Dev", "+15550100006", dev, Ending(Outcome.ABANDONED, texts=1)),
        Part("Hana", "+15550100007", hana, Ending(Outcome.BLOCKED, texts=1)),
        Part("Eve", "+15550100008", eve, Ending(Outcome.LEFT, messages=1)),
        Part("Gus", "+15550100009", gus, Ending(Outcome.LEFT)),
        Part("Finn", "+15550100010", finn, Ending(Outcome.AIRED, texts=1)),
        Part("Ivo", "+15550100011", ivo, Ending(Outcome.SENT_HOME, texts=1, messages=1)),
        Part("Jun", "+15550100012", jun, Ending(Outcome.SENT_HOME, texts=1)),
        Part("Kim", "+15550100013", kim, Ending(Outcome.SENT_HOME, texts=1)),
        Part("Lou", "+15550100014", lou, Ending(Outcome.CLOSED)),
        *TEXTERS,
        Part("Dana", DJ_NUMBER, dana),
    ),
    produce=produce,
    settings={
        "CALLIN_MAX_QUEUE_SIZE": "7",
        "CALLIN_APOLOGY_AFTER_S": "30",
        "CALLIN_TURN_S": "600",
        "CALLIN_DJ_NUMBERS": DJ_NUMBER,
        "CALLIN_SHOW_NAME": "Friday Night Lines",
        "CALLIN_STATION_NAME": "Radio Rehearsal",
        "CALLIN_SHOW_HOURS": "Fridays from eight to ten",
    },
)
