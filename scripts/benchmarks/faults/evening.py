"""One evening: callers, texters and two DJs, a closing, and a killer among them; all chance comes from one seed."""

from __future__ import annotations

import contextlib
import heapq
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import urllib3

from benchmarks.faults.troupe import DJ_LINE, DJ_NUMBERS, LISTENER_NUMBER, Troupe
from benchmarks.figures import BenchError

CALLERS = 12
TEXTERS = 4
DOORS_OPEN_S = 8.0  # real seconds in which people come
CLOSES_AT_S = 10.0
KILLS_UNTIL_S = 14.0
DJ_LOOKS_EVERY_S = 0.7
CLOSED_WITHIN_S = 180.0  # a killed closing is taken up again when its lease ends
QUIET_WITHIN_S = 60.0
VICTIMS = ("web", "web", "courier", "courier", "closing", "database")

# Kills the database, or holds it against everybody, for so many seconds; return what it did.
Harm = Callable[[float], str]


@dataclass(slots=True)
class Diary:
    """What people did, to be held against what is on record.

    Attributes:
        calls: SID of each listener's call, with their number.
        dj_calls: SIDs.
        texted: number and body of each text sent to us.
        kills: how often whom.
    """

    calls: dict[str, str] = field(default_factory=dict)
    dj_calls: list[str] = field(default_factory=list)
    texted: list[tuple[str, str]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)


class Evening:
    """Plays one evening to its end."""

    def __init__(self, troupe: Troupe, *, seed: int, kills: int, harm_database: Harm) -> None:
        """Everything that will be tried is decided now.

        Args:
            troupe: on stage.
            seed: of all chance.
            kills: how often somebody is killed.
            harm_database: what can be done to the database.
        """
        self.diary = Diary()
        self._troupe = troupe
        self._random = random.Random(seed)  # noqa: S311  chance that can be had again
        self._harm = harm_database
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._begun_at = time.monotonic()
        self._djs: dict[str, str] = {}
        self._plan(kills)

    def play(self) -> Diary:
        """The show has been opened, played and closed, and everybody has gone home.

        Raises:
            BenchError: the evening did not come to an end.
        """
        self._troupe.command("show", "open")
        self._begun_at = time.monotonic()
        while self._agenda:
            at_s, _number, act = heapq.heappop(self._agenda)
            time.sleep(max(0.0, self._begun_at + at_s - time.monotonic()))
            act()
        for name in ("web", "courier"):
            self._troupe.start(name)
        self._troupe.until_web_answers()
        self._until_closed()
        for call_sid in self.diary.dj_calls:
            self._troupe.switchboard.hang_up(call_sid)
        self._until_quiet()
        return self.diary

    def _plan(self, kills: int) -> None:
        chance = self._random
        for caller in range(CALLERS):
            self._at(chance.uniform(0, DOORS_OPEN_S), self._caller(f"+1555010{1000 + caller}"))
        for texter in range(TEXTERS):
            self._texter(f"+1555010{2000 + texter}")
        for number in DJ_NUMBERS:
            self._at(chance.uniform(0.5, 2.5), self._dj(number))
        self._at(CLOSES_AT_S, lambda: self._troupe.start("closing"))
        for _ in range(kills):
            victim = chance.choice(VICTIMS)
            # A closing can be killed only once it has begun; everybody else at any time.
            earliest = CLOSES_AT_S + 0.4 if victim == "closing" else 0.3
            self._at(chance.uniform(earliest, KILLS_UNTIL_S), self._kill(victim, back_in_s=chance.uniform(0.05, 1.2)))

    def _at(self, at_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at_s, next(self._number), act))

    def _soon(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(time.monotonic() - self._begun_at + seconds, act)

    # People

    def _caller(self, number: str) -> Callable[[], None]:
        patience_s = self._random.choice([self._random.uniform(0.5, 6), 999.0, 999.0])
        key = self._random.choice(["", "", "", "1", "*"])

        def ring() -> None:
            call_sid = self._troupe.switchboard.dial(number, to=LISTENER_NUMBER)
            self.diary.calls[call_sid] = number
            if key:
                self._soon(self._random.uniform(2, 5), lambda: self._troupe.switchboard.press(call_sid, key))
            if patience_s < 999:
                self._soon(patience_s, lambda: self._troupe.switchboard.hang_up(call_sid))

        return ring

    def _texter(self, number: str) -> None:
        at_s = self._random.uniform(0, DOORS_OPEN_S - 3)
        for body in ("hi", "status", self._random.choice(["leave", "topic owls at night", "hi", "what a show"])):
            self._at(at_s, self._text(number, body))
            at_s += self._random.uniform(0.3, 1.5)

    def _text(self, number: str, body: str) -> Callable[[], None]:
        def send() -> None:
            self._troupe.switchboard.text(number, to=LISTENER_NUMBER, body=body)
            self.diary.texted.append((number, body))

        return send

    def _dj(self, number: str) -> Callable[[], None]:
        """A DJ rings, ends talks after a while, and rings again whenever the line is lost."""

        def work() -> None:
            call_sid = self._djs.get(number)
            line = self._troupe.switchboard.line(call_sid) if call_sid else None
            if line is None or line.is_over:
                self._djs[number] = self._troupe.switchboard.dial(number, to=DJ_LINE)
                self.diary.dj_calls.append(self._djs[number])
            elif line.is_bridged and self._random.random() < 0.4:
                self._troupe.switchboard.press(call_sid or "", "*")
            if time.monotonic() - self._begun_at < CLOSES_AT_S:
                self._soon(DJ_LOOKS_EVERY_S, work)

        return work

    # The killer

    def _kill(self, victim: str, *, back_in_s: float) -> Callable[[], None]:
        def kill() -> None:
            if victim == "database":
                self.diary.kills[self._harm(back_in_s)] += 1
            elif self._troupe.kill(victim):
                self.diary.kills[victim] += 1
                self._soon(back_in_s, lambda: self._troupe.start(victim))

        return kill

    # The end

    def _until_closed(self) -> None:
        give_up_at = time.monotonic() + CLOSED_WITHIN_S
        while True:
            if not self._troupe.is_running("closing"):
                if self._troupe.exit_code("closing") == 0:
                    return
                self._troupe.start("closing")
            if time.monotonic() > give_up_at:
                raise BenchError(f"the closing does not come to an end: {self._troupe.last_words('closing')}")
            time.sleep(0.1)

    def _until_quiet(self) -> None:
        """Nobody is on the phone any more; whoever still is after a while hangs up."""
        give_up_at = time.monotonic() + QUIET_WITHIN_S
        patience_until = time.monotonic() + QUIET_WITHIN_S / 4
        while True:
            on_phone = [sid for sid in self.diary.calls if not self._troupe.switchboard.line(sid).is_over]
            if not on_phone:
                return
            if time.monotonic() > patience_until:
                for call_sid in on_phone:
                    with contextlib.suppress(urllib3.exceptions.HTTPError):
                        self._troupe.switchboard.hang_up(call_sid)
            if time.monotonic() > give_up_at:
                raise BenchError(f"{len(on_phone)} calls never ended")
            time.sleep(0.1)
