"""Plays a plot on a stage: every part a thread of its own, the producer in this one; called by the rehearsal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import func, select

from callin.errors import CallinError
from callin.models import Message, SoundState, Text, Texter, TextState
from callin.rehearsal.actor import Actor, Programme, ShowStoppedError
from callin.rehearsal.plots import Plot
from callin.rehearsal.plots.plot import Part
from callin.rehearsal.stage import DJ_LINE, LISTENER_NUMBER, Stage, StageTroubleError
from callin.rules.lineup import TexterState
from callin.usher import put_next_up

NARRATE_EVERY_S = 0.3
SETTLE_WITHIN_S = 30.0
LOOK_EVERY_S = 0.1


class Director:
    """One performance: cast and crew."""

    def __init__(self, plot: Plot, *, stage: Stage, speed: float, tell: Callable[[str], None]) -> None:
        """Everybody is ready.

        Args:
            plot: what is played.
            stage: set up.
            speed: show seconds in one real second.
            tell: prints one line.
        """
        self._stage = stage
        self._plot = plot
        self._programme = Programme(speed=speed, tell=tell)
        self._closed = threading.Event()
        self.troubles: list[str] = []
        self.cast = {
            part.name: Actor(part.name, number=part.number, programme=self._programme, switchboard=stage.switchboard)
            for part in plot.parts
        }

    def play(self) -> None:
        """The show has been played to its end, or until something fell over; `troubles` says what."""
        threads = [
            threading.Thread(target=self._act, args=(part,), name=part.name, daemon=True) for part in self._plot.parts
        ]
        threads.append(threading.Thread(target=self._listen, name="narrator", daemon=True))
        for thread in threads:
            thread.start()
        try:
            self._plot.produce(self)
            for thread in threads[:-1]:
                thread.join()
            self.settle()
        except ShowStoppedError:
            pass
        except CallinError as error:
            self.troubles.append(str(error))
        finally:
            self._programme.stopped.set()
            for thread in threads:
                thread.join(timeout=SETTLE_WITHIN_S)

    # The crew, as plots know it.

    def actor(self, name: str) -> Actor:
        """Return one of the cast."""
        return self.cast[name]

    def ring_listeners(self, actor: Actor) -> None:
        """The actor rings the listener line."""
        actor.rings(LISTENER_NUMBER)

    def ring_dj_line(self, actor: Actor) -> None:
        """The actor rings the DJ line."""
        actor.rings(DJ_LINE, line="the DJ line")

    def text_listeners(self, actor: Actor, body: str) -> None:
        """The actor texts the listener number."""
        actor.texts(LISTENER_NUMBER, body)

    def until_place(self, actor: Actor, state: TexterState) -> None:
        """The actor's place by text has come to this.

        Raises:
            StageTroubleError: it had not after a while.
        """
        give_up_at = time.monotonic() + SETTLE_WITHIN_S
        while self._place_of(actor) != state:
            if time.monotonic() > give_up_at:
                raise StageTroubleError(f"{actor.name}'s place by text never came to «{state}».")
            self._look_again()

    def put_next_up(self, actor: Actor) -> None:
        """The producer puts this caller next up."""
        self._programme.narrate("Producer", f"puts {actor.name} next up")
        put_next_up(self._stage.station, call_sid=actor.call_sid or "", actor="producer")

    def open_show(self) -> None:
        """The producer opens the show, and the times of the plot begin."""
        self._programme.narrate("Producer", "opens the show")
        self._stage.command("show", "open")
        self._programme.raise_curtain()

    def close_show(self) -> None:
        """The producer closes the show by the same command as at the station."""
        self._programme.narrate("Producer", "closes the show")
        for line in self._stage.command("show", "close", "--yes").splitlines():
            if line.strip():
                self._programme.narrate("", line.rstrip())
        self._closed.set()

    def until_closed(self) -> None:
        """The producer has closed the show."""
        while not self._closed.wait(LOOK_EVERY_S):
            if self._programme.stopped.is_set():
                raise ShowStoppedError

    def rest(self, show_s: float) -> None:
        """So many seconds of the show pass."""
        self._programme.rest(show_s)

    def settle(self) -> None:
        """The courier has nothing left to send or to fetch.

        Raises:
            StageTroubleError: it still had after a while.
        """
        give_up_at = time.monotonic() + SETTLE_WITHIN_S
        while self._is_owing():
            if time.monotonic() > give_up_at:
                raise StageTroubleError("The courier still owes texts or recordings.")
            self._look_again()

    def _look_again(self) -> None:
        if self._programme.stopped.wait(LOOK_EVERY_S):
            raise ShowStoppedError

    def _place_of(self, actor: Actor) -> str | None:
        with self._stage.station.reading() as session:
            latest = select(Texter.state).where(Texter.phone_number == actor.number).order_by(Texter.id.desc())
            return session.scalar(latest.limit(1))

    def _is_owing(self) -> bool:
        underway = (TextState.OWED, TextState.SENDING, TextState.SENT)
        with self._stage.station.transaction() as session:
            texts = session.scalar(select(func.count(Text.id)).where(Text.state.in_(underway))) or 0
            sounds = (
                session.scalar(
                    select(func.count(Message.id)).where(Message.sound_state.in_((SoundState.AWAITED, SoundState.OWED)))
                )
                or 0
            )
        return texts + sounds > 0

    def _act(self, part: Part) -> None:
        actor = self.cast[part.name]
        try:
            part.act(actor, self)
        except ShowStoppedError:
            pass
        except Exception as error:
            # One actor who falls ill is told in the review, and does not take the others along.
            self.troubles.append(f"{part.name}: {error}")
            self._programme.narrate(part.name, f"falls ill: {error}")

    def _listen(self) -> None:
        while not self._programme.stopped.wait(NARRATE_EVERY_S):
            fallen = self._stage.fallen()
            if fallen is not None:
                self.troubles.append(fallen)
                self._programme.stopped.set()
                return
            for actor in self.cast.values():
                actor.listen()
