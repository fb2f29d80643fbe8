"""Time and webhooks: what everything else of an exchange stands on; the base of `Exchange`.

Every change happens under `lock`; whoever lets go of it last sees to what has become due. No webhook is made under it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from callin.exchange import webhooks
from callin.exchange.clock import Clock, ManualClock
from callin.exchange.errors import Code, WrongState
from callin.exchange.faults import CALLBACK_KINDS, Faults
from callin.exchange.log import Log
from callin.exchange.records import Account, LogEntry
from callin.exchange.runner import ManualRunner, RealRunner, Runner, StateLock
from callin.exchange.sound_files import SoundFiles
from callin.exchange.timetable import Callback, Errand, Handle, Timetable
from callin.exchange.transport import Transport, WsgiApp
from callin.exchange.webhooks import Reply, WebhookRequest

FASTEST = 1000
"""Exchange seconds in one real second."""
LONGEST_S = 1_000_000_000
"""Seconds, some thirty years: nothing that a document asks for takes longer."""


class Network:
    """One account on one clock, which can ask applications what to do.

    Args: as for `Exchange`.
    """

    def __init__(
        self, *, clock: Clock, account: Account, seed: int = 0, apps: Mapping[str, WsgiApp] | None = None
    ) -> None:
        self.clock = clock
        self.account = account
        self.lock = StateLock()
        self.faults = Faults(seed)
        self.transport = Transport(apps)
        self.log = Log(self.clock)
        self.sounds = SoundFiles(self.clock)
        self.era = secrets.token_hex(8)  # another one as soon as everything is forgotten
        self._timetable = Timetable()
        self._runner: Runner = (
            ManualRunner(clock=self.clock, timetable=self._timetable, lock=self.lock)
            if isinstance(self.clock, ManualClock)
            else RealRunner(clock=self.clock, timetable=self._timetable, lock=self.lock)
        )

    def now(self) -> datetime:
        """Return the exchange's time."""
        return self.clock.now()

    def schedule(self, delay_s: float, callback: Callable[[], Errand | None]) -> Handle:
        """`callback` happens under the lock in so many exchange seconds, after all that is due then already."""
        with self.lock:
            due = self.now() + timedelta(seconds=min(max(delay_s, 0), LONGEST_S))
            cause = self.lock.cause if delay_s <= 0 else self.lock.new_cause()
            handle = self._timetable.add(due, callback, cause=cause)
            self._runner.notice(due)
            return handle

    def advance(self, seconds: float) -> None:
        """A hand-moved clock is `seconds` later; everything due on the way has happened and nothing is in flight.

        Raises:
            WrongState: the clock goes by itself, or this is asked from inside a webhook.
            ValueError: the time is negative, or longer than any show.
        """
        if not 0 <= seconds <= LONGEST_S:
            raise ValueError(f"the clock goes forwards, at most {LONGEST_S} seconds at a time")
        self._runner.advance(seconds)

    def go_at(self, speed: float) -> None:
        """A clock that goes by itself does so at this speed; 0 stops it.

        Raises:
            WrongState: the clock is moved by hand.
            ValueError: the speed is negative, or faster than anything could follow.
        """
        if isinstance(self.clock, ManualClock):
            raise WrongState("this exchange has a manual clock: it has no speed, it is moved")
        if not 0 <= speed <= FASTEST:
            raise ValueError(f"the speed is 0 to {FASTEST}")
        with self.lock:
            self.clock.go_at(speed)
            self._runner.look_again()

    def forget_what_is_due(self) -> None:
        """Nothing is due any more, and a new era begins."""
        self._timetable.clear()
        self.era = secrets.token_hex(8)

    def start(self) -> None:
        """What is due happens in the background: operations answer before the webhooks they cause."""
        self._runner.start()

    def close(self) -> None:
        """Every thread has stopped and every connection is closed."""
        self._runner.close()
        self.transport.close()

    def fetch(self, request: WebhookRequest, done: Callable[[Reply], None]) -> None:
        """The request goes out after everything caused before it, and `done` gets its reply under the lock.

        Status and action callbacks are subject to the callback faults: late, doubled, out of order, lost.
        """
        delay_s = 0.0
        with self.lock:
            if request.kind.value in CALLBACK_KINDS:
                delay_s = self.faults.callback_delay_s(request.kind)
                if self.faults.strikes_callback("webhook_lose", kind=request.kind):
                    self.schedule(delay_s, lambda: done(Reply(url=request.url, error=Code.RETRIEVAL)))
                    return
            self.schedule(delay_s, self._sending(request, done))
            if request.kind.value in CALLBACK_KINDS and self.faults.strikes_callback(
                "webhook_duplicate", kind=request.kind
            ):
                again_s = self.faults.callback_delay_s(request.kind)
                self.schedule(again_s, self._sending(request, _ignore))

    def notify(self, request: WebhookRequest) -> None:
        """A status callback goes out; only the log cares for its answer (15003 unless it is 2xx, 15002 if late)."""
        self.fetch(request, _judge_notice)

    def _sending(self, request: WebhookRequest, done: Callable[[Reply], None]) -> Callback:
        def send() -> Errand:
            return partial(self._deliver, request, webhooks.open_entry(self, request), done)

        return send

    def _deliver(self, request: WebhookRequest, entry: LogEntry, done: Callable[[Reply], None]) -> None:
        reply = webhooks.deliver(self, request, entry=entry)
        with self.lock:
            done(reply)


def _ignore(_: Reply) -> None:
    """The second copy of a doubled callback changes nothing."""


def _judge_notice(reply: Reply) -> None:
    if reply.is_late:
        reply.blame(Code.CALLBACK_SLOW)
    elif reply.status is None or reply.status >= 400:
        reply.blame(Code.CALLBACK_FAILED)
