"""What a plot is made of: the cast, what each does, and how it must end; used by the plots and the director."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from callin.rehearsal.actor import Actor
from callin.rules.call_states import Outcome
from callin.rules.lineup import TexterState


class Crew(Protocol):
    """What a plot can ask of the people behind the scenes."""

    def actor(self, name: str) -> Actor:
        """Return one of the cast."""

    def ring_listeners(self, actor: Actor) -> None:
        """The actor rings the listener line."""

    def ring_dj_line(self, actor: Actor) -> None:
        """The actor rings the DJ line."""

    def text_listeners(self, actor: Actor, body: str) -> None:
        """The actor texts the listener number."""

    def until_place(self, actor: Actor, state: TexterState) -> None:
        """The actor's place by text has come to this."""

    def put_next_up(self, actor: Actor) -> None:
        """The producer puts this caller next up."""

    def open_show(self) -> None:
        """The producer opens the show."""

    def close_show(self) -> None:
        """The producer closes the show."""

    def until_closed(self) -> None:
        """The producer has closed the show."""

    def rest(self, show_s: float) -> None:
        """So many seconds of the show pass."""

    def settle(self) -> None:
        """The courier has nothing left to send or to fetch."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a caller's part must end.

    Attributes:
        outcome: of their call; None for somebody who only texts.
        texts: of ours that reach their phone.
        messages: that they leave.
        place: what becomes of the place they hold by text; None if they hold none.
        by_twilio: texts that Twilio sends them itself.
    """

    outcome: Outcome | None = None
    texts: int = 0
    messages: int = 0
    place: TexterState | None = None
    by_twilio: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast.

    Attributes:
        name: in the narration.
        number: of their phone; one of Twilio's words for a withheld number makes them nobody.
        act: what they do, told with an Actor and the Crew.
        ending: what must come of it; None for the DJ.
    """

    name: str
    number: str
    act: Callable[[Actor, Crew], None]
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A whole show.

    Attributes:
        name: for `--plot`.
        title: one line for `--list`.
        parts: the cast; everybody acts at once, each on their own time.
        produce: what the producer does; the show is over when it returns and everybody has gone home.
        settings: of the station, by environment name.
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    produce: Callable[[Crew], None]
    settings: dict[str, str] = field(default_factory=dict)
