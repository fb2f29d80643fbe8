"""What happens to calls from outside: dialled, answered, moved, hung up and so on; used by the exchange's facade.

Source: sections 3.3, 4.5 and 15 of the facts. Everything here runs under the exchange's lock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from callin.exchange.conversation import beginning_of, converse, live
from callin.exchange.errors import UnknownNumber, WrongState, not_in_progress
from callin.exchange.interpreter import HungUp, Leg, Listen, Moved, Script, Speech, TimedOut
from callin.exchange.new_calls import incoming
from callin.exchange.parameters import standard
from callin.exchange.records import Call, CallStatus, Direction, Uttered
from callin.exchange.sounds import spoken_s
from callin.exchange.wav import lasts_s
from callin.exchange.webhooks import Kind, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

KEYS: Final = frozenset("0123456789*#ABCDabcd")
_RINGING: Final = (CallStatus.QUEUED, CallStatus.RINGING)


class Answered:
    """The news to an outgoing leg that its phone was picked up."""


ANSWERED: Final = Answered()


class Calls:
    """Every call of an exchange, as the world outside changes it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def dial(self, from_: str, *, to: str, caller_name: str | None, forwarded_from: str | None) -> Call:
        """A call to one of the numbers rings, and its application is being asked what to do.

        Raises:
            UnknownNumber: the number is none of the account's.
        """
        number = self._exchange.numbers.get(to)
        if number is None:
            raise UnknownNumber(f"{to} is not a number of this exchange")
        call = self._keep(incoming(self._exchange, number, from_=from_))
        call.caller_name, call.forwarded_from = caller_name, forwarded_from
        leg = self._leg(call)
        leg.start(live(leg, converse(leg, leg.request(number.voice_url, method=number.voice_method))))
        return call

    def place(self, call: Call, *, twiml: str | None, timeout_s: float, time_limit_s: float | None) -> Call:
        """The call is queued, and its far phone is about to ring until it is answered or refused."""
        self._keep(call)
        leg = self._leg(call)
        leg.start(live(leg, self._outgoing(leg, twiml=twiml, timeout_s=timeout_s, time_limit_s=time_limit_s)))
        self._exchange.schedule(0, lambda: self._ring(call))
        return call

    def answer(self, call: Call) -> None:
        """The far phone is picked up.

        Raises:
            WrongState: it does not ring.
        """
        self._check_rings(call)
        self._ring(call)
        call.status = CallStatus.IN_PROGRESS
        call.start_time = call.date_updated = self._exchange.now()
        self._running(call).signal(ANSWERED)
        self.progress(call, "answered")

    def refuse(self, call: Call) -> None:
        """The far phone does not want the call: it is busy.

        Raises:
            WrongState: it does not ring.
        """
        self._check_rings(call)
        self.end(call, CallStatus.BUSY)

    def hang_up(self, call: Call) -> None:
        """The phone has hung up.

        Raises:
            WrongState: the call is over already.
        """
        self._check_lasts(call)
        if call.status is CallStatus.IN_PROGRESS:
            self.end(call, CallStatus.COMPLETED)
        else:
            self.end(call, CallStatus.NO_ANSWER if call.direction is Direction.INBOUND else CallStatus.BUSY)

    def press(self, call: Call, digits: str) -> None:
        """The keys were pressed, one after the other, at this instant.

        Raises:
            WrongState: the call is over.
            ValueError: something is not a key.
        """
        if not digits or not set(digits) <= KEYS:
            raise ValueError(f"{digits!r} are not keys: there are 0 to 9, *, # and A to D")
        self._check_lasts(call)
        call.uttered.append(Uttered(self._exchange.now(), len(call.heard), is_own=True, digits=digits))
        self._running(call).press(digits)

    def speak(self, call: Call, text: str, *, samples: bytes) -> None:
        """The phone begins to speak, for as long as the words take, or the sound if there is one.

        Raises:
            WrongState: the call is over.
        """
        self._check_lasts(call)
        now, words = self._exchange.now(), " ".join(text.split())
        for end, is_own in ((call, True), (self._exchange.calls.get(call.bridged_to or ""), False)):
            if end is not None:
                end.uttered.append(Uttered(now, len(end.heard), is_own=is_own, text=words, samples=samples))
        ends_at = now + timedelta(seconds=lasts_s(samples) if samples else spoken_s(text))
        self._running(call).speak(Speech(words, ends_at, samples))

    def check_changeable(self, call: Call, *, is_moved: bool) -> None:
        """Raise RestError 400 / 21220 if the call is over, or is to be moved and not in progress."""
        if call.status.is_over or (is_moved and call.status is not CallStatus.IN_PROGRESS):
            raise not_in_progress()

    def limit(self, call: Call, time_limit_s: float) -> None:
        """The call is over in so many seconds at the latest."""
        self._exchange.schedule(time_limit_s, lambda: self._end_if_it_lasts(call))

    def move(self, call: Call, *, url: str, method: str, twiml: str | None) -> None:
        """The call runs another document from now on."""
        self._running(call).interrupt(Moved(url=url, method=method, twiml=twiml))

    def finish(self, call: Call, *, status: str) -> None:
        """The call is completed, or canceled while it rings.

        Raises:
            RestError: 400 / 21220 when it is over, or is to be canceled and does not ring.
        """
        if call.status.is_over or (status == "canceled" and call.status not in _RINGING):
            raise not_in_progress()
        self.end(call, CallStatus(status))

    def mark_over(self, call: Call, status: CallStatus) -> None:
        """The call is over; what it was doing has not been told yet."""
        if not call.status.is_over:
            call.status = status
            call.end_time = call.date_updated = self._exchange.now()

    def end(self, call: Call, status: CallStatus) -> None:
        """The call is over, and so is whatever it was doing."""
        self.mark_over(call, status)
        self._running(call).interrupt(HungUp())

    def script_ended(self, call: Call) -> None:
        """The call has nothing more to do: it is over, and its status callback comes after all that it caused."""
        self.mark_over(call, CallStatus.COMPLETED)
        self._exchange.schedule(0, lambda: self.progress(call, "completed"))

    def progress(self, call: Call, event: str) -> None:
        """Whoever wants to know is told about the call's progress."""
        if not call.status_callback or event not in call.status_callback_events:
            return
        params = dict(standard(call))
        params["CallbackSource"] = "call-progress-events"
        params["Timestamp"] = self._exchange.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
        if event in ("initiated", "ringing"):
            params["CallStatus"] = event
        if event == "completed":
            params["CallDuration"] = str(call.duration_s)
            params["Duration"] = str(-(-call.duration_s // 60))
        self._exchange.notify(
            WebhookRequest(
                url=call.status_callback,
                method=call.status_callback_method,
                params=tuple(params.items()),
                kind=Kind.STATUS,
                call=call,
            )
        )

    def _outgoing(self, leg: Leg, *, twiml: str | None, timeout_s: float, time_limit_s: float | None) -> Script:
        call = leg.call
        if isinstance((yield Listen(timeout_s, news=True)), TimedOut):
            self.mark_over(call, CallStatus.NO_ANSWER)
            return
        if time_limit_s is not None:
            self.limit(call, time_limit_s)
        yield from converse(leg, beginning_of(leg, url=call.voice_url, method=call.voice_method, twiml=twiml))

    def _end_if_it_lasts(self, call: Call) -> None:
        if not call.status.is_over:
            self.end(call, CallStatus.COMPLETED)

    def _ring(self, call: Call) -> None:
        if call.status is CallStatus.QUEUED:
            call.status = CallStatus.RINGING
            call.date_updated = self._exchange.now()
            self.progress(call, "initiated")
            self.progress(call, "ringing")

    def _keep(self, call: Call) -> Call:
        self._exchange.calls[call.sid] = call
        return call

    def _leg(self, call: Call) -> Leg:
        call.leg = Leg(self._exchange, call)
        return call.leg

    def _running(self, call: Call) -> Leg:
        assert call.leg is not None
        return call.leg

    def _check_lasts(self, call: Call) -> None:
        if call.status.is_over:
            raise WrongState(f"call {call.sid} is over")

    def _check_rings(self, call: Call) -> None:
        if call.direction is Direction.INBOUND or call.status not in _RINGING:
            raise WrongState(f"call {call.sid} does not ring at a phone")
