"""One end of a call as a process: a script (a generator) that yields what it waits for and is resumed or interrupted.

The exchange starts legs and hands them keys, words, replies and interruptions, always under its lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from callin.exchange.parameters import Pairs, standard
from callin.exchange.records import Call, CallStatus, Heard, HeardKind
from callin.exchange.timetable import Handle
from callin.exchange.webhooks import Kind, Reply, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange


@dataclass(slots=True, eq=False)
class Ticket:
    """A request on its way; `reply` is None until it is answered."""

    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for exchange seconds to pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for a reply; keys pressed meanwhile are held for the next Gather if `holds_keys`."""

    ticket: Ticket
    holds_keys: bool = True


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait, at most so many seconds (for ever if None), for keys, words, or news of whoever is at the other end."""

    seconds: float | None = None
    keys: bool = False
    speech: bool = False
    news: bool = False


Effect = Sleep | Await | Listen
Script = Generator[Effect, Any, Any]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys were pressed, one after the other."""

    digits: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody began to speak."""

    text: str
    ends_at: datetime
    samples: bytes = b""  # telephone sound; nothing when the words were typed


class TimedOut:
    """Nothing came in the time a Listen allowed."""


TIMED_OUT = TimedOut()


class Interruption(Exception):
    """Something that stops whatever a script is doing."""


class HungUp(Interruption):
    """The call is over; its status says so already."""


@dataclass
class Moved(Interruption):
    """The call is to run another document from now on, by REST."""

    url: str = ""
    method: str = "POST"
    twiml: str | None = None


@dataclass
class BargedIn(Interruption):
    """A key or a word came while a Gather was still prompting."""

    message: Keys | Speech


class Leg:
    """The running side of one call."""

    def __init__(self, exchange: Exchange, call: Call) -> None:
        self.exchange = exchange
        self.call = call
        self.context_params: Pairs = ()  # what the requests of the present context carry on top
        self.gathering: frozenset[str] = frozenset()  # what a prompting Gather takes: dtmf, speech
        self.speech: Speech | None = None  # the last thing said
        self._requested: deque[tuple[datetime, str]] = deque(maxlen=100)  # document requests: when, in which context
        self._script: Script | None = None
        self._effect: Effect | None = None
        self._timer: Handle | None = None
        self._held = ""
        self._is_running = False
        self._mailbox: deque[Any] = deque()
        self._interruptions: deque[Interruption] = deque()

    def start(self, script: Script) -> None:
        """The script runs until it first waits for something."""
        self._script = script
        self._step()

    @property
    def is_over(self) -> bool:
        """Whether the script has ended."""
        return self._script is None

    def abandon(self) -> None:
        """The script is dropped where it stands; nobody is told."""
        if self._timer is not None:
            self._timer.cancel()
        self._script = self._effect = self._timer = None

    def signal(self, message: object) -> None:
        """The script gets the news when it next listens for some; at once if it does so now."""
        if self._script is None:
            return
        if not self._is_running and isinstance(self._effect, Listen) and self._effect.news:
            self._step(value=message)
        else:
            self._mailbox.append(message)

    def interrupt(self, interruption: Interruption) -> None:
        """The script is stopped in what it does; whatever it was waiting for does not matter any more."""
        if self._is_running:
            self._interruptions.append(interruption)
        elif self._script is not None:
            self._step(interruption=interruption)

    def press(self, digits: str) -> None:
        """The keys go to whoever listens for keys; held while a webhook is in flight; else lost."""
        effect = self._effect
        if isinstance(effect, Listen) and effect.keys:
            self._step(value=Keys(digits))
        elif "dtmf" in self.gathering:
            self.interrupt(BargedIn(Keys(digits)))
        elif isinstance(effect, Await) and effect.holds_keys:
            self._held += digits

    def speak(self, speech: Speech) -> None:
        """The words go to whoever listens for words."""
        self.speech = speech
        effect = self._effect
        if isinstance(effect, Listen) and effect.speech:
            self._step(value=speech)
        elif "speech" in self.gathering:
            self.interrupt(BargedIn(speech))

    def take_held_keys(self) -> str:
        """Return the keys pressed while webhooks were in flight; they are held no longer."""
        held, self._held = self._held, ""
        return held

    def send(self, request: WebhookRequest) -> Ticket:
        """The request is on its way; `Await` the ticket for its reply, or drop it and the reply is ignored."""
        ticket = Ticket()

        def done(reply: Reply) -> None:
            ticket.reply = reply
            if isinstance(self._effect, Await) and self._effect.ticket is ticket:
                self._step(value=reply)

        self.exchange.fetch(request, done)
        return ticket

    def request(self, url: str, *, method: str = "POST", params: Pairs = (), kind: Kind = Kind.VOICE) -> WebhookRequest:
        """Return a request about this call as it is now, with the parameters of the present context."""
        return WebhookRequest(
            url=url,
            method=method,
            params=(*standard(self.call), *self.context_params, *params),
            kind=kind,
            call=self.call,
        )

    def hear(self, kind: HeardKind, *, text: str | None = None, url: str | None = None) -> None:
        """The phone at the far end has heard this from now on."""
        self.call.heard.append(Heard(at=self.exchange.now(), kind=kind, text=text, url=url))

    def answer(self) -> None:
        """The call is answered, if it still rang."""
        if self.call.status is CallStatus.RINGING:
            self.call.status = CallStatus.IN_PROGRESS
            self.call.start_time = self.call.date_updated = self.exchange.now()

    def requests_lately(self, context: str) -> tuple[int, int]:
        """Count this document request in; return how many there were in the last exchange second, and in this context.

        Args:
            context: the name of where the document is to run.
        """
        now = self.exchange.now()
        while self._requested and now - self._requested[0][0] >= timedelta(seconds=1):
            self._requested.popleft()
        self._requested.append((now, context))
        return len(self._requested), sum(name == context for _, name in self._requested)

    def _step(self, *, value: object = None, interruption: Interruption | None = None) -> None:
        """Resume the script until it waits for something that has not happened yet, or ends."""
        assert self._script is not None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._effect = None
        self._is_running = True
        effect: Effect | None = None
        try:
            while True:
                effect = self._script.throw(interruption) if interruption else self._script.send(value)
                value = interruption = None
                if self._interruptions:
                    interruption = self._interruptions.popleft()
                elif isinstance(effect, Listen) and effect.news and self._mailbox:
                    value = self._mailbox.popleft()
                elif isinstance(effect, Await) and effect.ticket.reply is not None:
                    value = effect.ticket.reply
                else:
                    break
        except (StopIteration, HungUp):
            self._script = None
        except Exception:
            # A defect of the exchange must not leave a call that nobody can end.
            self._script = None
            self.exchange.switchboard.mark_over(self.call, CallStatus.FAILED)
            raise
        finally:
            self._is_running = False
        if self._script is None:
            self.exchange.switchboard.script_ended(self.call)
        else:
            self._effect = effect
            self._arm(effect)

    def _arm(self, effect: Effect | None) -> None:
        if isinstance(effect, Sleep):
            self._timer = self.exchange.schedule(effect.seconds, self._step)
        elif isinstance(effect, Listen) and effect.seconds is not None:
            self._timer = self.exchange.schedule(effect.seconds, lambda: self._step(value=TIMED_OUT))
