"""One person of the cast with one phone: rings, listens, presses, speaks, texts; the plots are told in these words.

Every wait has an end, and whatever does not come as the plot says is noted for the review instead of stopping the show.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from callin.phone_number import masked
from callin.rehearsal.switchboard import Line, Switchboard

LOOK_EVERY_S = 0.04
# Real seconds beyond what the plot allows: a busy machine is slow, not wrong.
PATIENCE_S = 20.0


class ShowStoppedError(Exception):
    """Somebody stopped the rehearsal; every actor goes home."""


class Programme:
    """The clock and the loudspeaker that all actors share.

    One second of the show lasts 1/speed real seconds, as at the exchange.
    """

    def __init__(self, *, speed: float, tell: Callable[[str], None]) -> None:
        """The show starts now.

        Args:
            speed: show seconds in one real second.
            tell: prints one line.
        """
        self.speed = speed
        self.stopped = threading.Event()
        self._curtain = threading.Event()
        self._curtain_s = 0.0
        self._tell = tell
        self._started = time.monotonic()
        self._lock = threading.Lock()

    @property
    def now_s(self) -> float:
        """Show seconds since the start."""
        return (time.monotonic() - self._started) * self.speed

    def raise_curtain(self) -> None:
        """The show is open; the times of the plot count from here."""
        self._curtain_s = self.now_s
        self._curtain.set()

    def wait_until(self, show_s: float) -> None:
        """It is that second since the curtain rose.

        Raises:
            ShowStoppedError: the rehearsal was stopped meanwhile.
        """
        while not self._curtain.wait(LOOK_EVERY_S):
            if self.stopped.is_set():
                raise ShowStoppedError
        self.rest(self._curtain_s + show_s - self.now_s)

    def narrate(self, who: str, what: str) -> None:
        """One plain line says when, who and what."""
        now_s = int(self.now_s)
        with self._lock:
            self._tell(f"{now_s // 60:2}:{now_s % 60:02}  {who:8} {what}")

    def rest(self, show_s: float) -> None:
        """So many seconds of the show pass.

        Raises:
            ShowStoppedError: the rehearsal was stopped meanwhile.
        """
        if self.stopped.wait(max(0.0, show_s) / self.speed):
            raise ShowStoppedError


class Actor:
    """One caller, or the DJ."""

    def __init__(self, name: str, *, number: str, programme: Programme, switchboard: Switchboard) -> None:
        """The phone is on the hook.

        Args:
            name: in the narration.
            number: of the phone; a withheld one is Twilio's word for it.
            programme: the shared clock.
            switchboard: the exchange.
        """
        self.name = name
        self.number = number
        self.call_sid: str | None = None
        self.misses: list[str] = []
        self._programme = programme
        self._switchboard = switchboard
        self._heard_so_far = 0  # how much of `heard` the plot has used up
        self._told_so_far = 0
        self._read_so_far = 0  # how much of the inbox
        self._telling = threading.Lock()

    def at(self, show_s: float) -> None:
        """It is that second since the show opened."""
        self._programme.wait_until(show_s)

    def after(self, show_s: float) -> None:
        """So many seconds later."""
        self._programme.rest(show_s)

    def rings(self, to: str, *, line: str = "the listener line") -> None:
        """The phone rings there."""
        self.call_sid = self._switchboard.dial(self.number, to=to)
        self._programme.narrate(self.name, f"({masked(self.number)}) rings {line}")

    def texts(self, to: str, body: str) -> None:
        """The text goes there."""
        self._programme.narrate(self.name, f"({masked(self.number)}) texts: {body}")
        self._switchboard.text(self.number, to=to, body=body)

    def reads(self, words: str, *, within_s: float = 120) -> bool:
        """A text with these words is in the inbox, after whatever the plot has read before."""
        return self._until(lambda: self._read(words), within_s=within_s, miss=f"never got a text «{words}»")

    def has_rung(self, *, within_s: float = 120) -> bool:
        """This phone has dialled."""
        return self._until(lambda: self.call_sid is not None, within_s=within_s, miss="never rang")

    def hears(self, words: str, *, within_s: float = 60) -> bool:
        """The words are spoken to this phone, after whatever the plot has heard before."""
        return self._until_line(
            lambda line: self._use_up(line, kind="say", words=words),
            within_s=within_s,
            miss=f"never heard «{words}»",
        )

    def hears_tone(self, *, within_s: float = 60) -> bool:
        """The tone sounds, and a message can be left."""
        return self._until_line(
            lambda line: self._use_up(line, kind="record", words=""),
            within_s=within_s,
            miss="never heard the tone",
        )

    def is_bridged(self, *, within_s: float = 120) -> bool:
        """This phone talks with another one."""
        return self._until_line(lambda line: line.is_bridged, within_s=within_s, miss="was never bridged")

    def is_free(self, *, within_s: float = 120) -> bool:
        """The talk is over; the phone may still be on the line."""
        return self._until_line(lambda line: not line.is_bridged, within_s=within_s, miss="stayed bridged")

    def is_waiting(self, *, within_s: float = 60) -> bool:
        """This phone waits in a queue."""
        return self._until_line(lambda line: line.queue is not None, within_s=within_s, miss="never got into the line")

    def is_done(self, *, within_s: float = 120) -> bool:
        """The call is over."""
        done = self._until_line(lambda line: line.is_over, within_s=within_s, miss="was never let go")
        self.listen()
        return done

    def presses(self, digits: str) -> None:
        """The keys are pressed."""
        self.listen(to_the_end=True)
        self._programme.narrate(self.name, f"presses {digits}")
        self._switchboard.press(self._sid, digits)

    def says(self, words: str) -> None:
        """The words are spoken into the phone."""
        self.listen(to_the_end=True)
        self._programme.narrate(self.name, f"says: {words}")
        self._switchboard.speak(self._sid, words)

    def hangs_up(self) -> None:
        """The phone is back on the hook."""
        self.listen(to_the_end=True)
        self._programme.narrate(self.name, "hangs up")
        self._switchboard.hang_up(self._sid)

    def listen(self, *, to_the_end: bool = False) -> None:
        """Narrate what this phone has heard since the last time, a whole speech at once.

        Args:
            to_the_end: whether a speech that may still go on is told too.
        """
        if self.call_sid is None:
            return
        with self._telling:
            line = self._switchboard.line(self.call_sid)
            speech: list[str] = []
            told = self._told_so_far
            for index, (kind, text) in enumerate(line.heard[told:], start=told):
                if kind == "say":
                    speech.append(text)
                    continue
                self._tell(speech)
                speech, self._told_so_far = [], index + 1
                if kind == "bridge":
                    self._programme.narrate(self.name, "is on the air")
            if to_the_end or line.is_over:
                self._tell(speech)
                self._told_so_far = len(line.heard)

    def _tell(self, speech: list[str]) -> None:
        if speech:
            self._programme.narrate(self.name, f"hears: {' '.join(speech)}")

    @property
    def _sid(self) -> str:
        return self.call_sid or ""

    def _use_up(self, line: Line, *, kind: str, words: str) -> bool:
        for index, (heard_kind, text) in enumerate(line.heard):
            if index >= self._heard_so_far and heard_kind == kind and words.lower() in text.lower():
                self._heard_so_far = index + 1
                return True
        return False

    def _read(self, words: str) -> bool:
        inbox = self._switchboard.inbox(self.number)
        for index, body in enumerate(inbox[self._read_so_far :], start=self._read_so_far):
            self._programme.narrate(self.name, f"reads: {body}")
            self._read_so_far = index + 1
            if words.lower() in body.lower():
                return True
        return False

    def _until_line(self, is_so: Callable[[Line], bool], *, within_s: float, miss: str) -> bool:
        return self._until(
            lambda: self.call_sid is not None and is_so(self._switchboard.line(self.call_sid)),
            within_s=within_s,
            miss=miss,
        )

    def _until(self, is_so: Callable[[], bool], *, within_s: float, miss: str) -> bool:
        give_up_at = time.monotonic() + within_s / self._programme.speed + PATIENCE_S
        while True:
            if is_so():
                return True
            if time.monotonic() > give_up_at:
                self.misses.append(miss)
                self._programme.narrate(self.name, f"{miss} !")
                return False
            if self._programme.stopped.wait(LOOK_EVERY_S):
                raise ShowStoppedError
