"""A pretend phone: what a person can do with it and what they hear; made by `Exchange.phone`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callin.exchange.errors import WrongState
from callin.exchange.records import Call, CallStatus, Direction, Heard, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callin.exchange.exchange import Exchange
    from callin.exchange.texts import Attachment


class Phone:
    """The phone with one number; two of the same number are the same phone."""

    def __init__(self, exchange: Exchange, number: str) -> None:
        self._exchange = exchange
        self.number = number

    @property
    def calls(self) -> list[Call]:
        """The calls at whose far end this phone is, oldest first."""
        with self._exchange.lock:
            return [call for call in self._exchange.calls.values() if far_end(call) == self.number]

    @property
    def heard(self) -> list[Heard]:
        """What was said and played to it, in order, over all of its calls."""
        return sorted((heard for call in self.calls for heard in call.heard), key=lambda heard: heard.at)

    @property
    def inbox(self) -> list[Message]:
        """The texts it has received, oldest first, Twilio's own answers among them."""
        with self._exchange.lock:
            return self._exchange.texts.inbox(self.number)

    @property
    def state(self) -> str:
        """What it is doing: idle, ringing, talking, queued or bridged."""
        call = next((call for call in reversed(self.calls) if not call.status.is_over), None)
        if call is None:
            return "idle"
        if call.status in (CallStatus.QUEUED, CallStatus.RINGING):
            return "ringing"
        if call.bridged_to is not None:
            return "bridged"
        return "talking" if call.queue_sid is None else "queued"

    def dial(self, number: str) -> Call:
        """The phone rings at a number of the exchange. Raises UnknownNumber."""
        return self._exchange.dial(self.number, number)

    def press(self, digits: str) -> None:
        """Keys are pressed on the call that lasts. Raises WrongState without one."""
        self._exchange.press(self._current(), digits)

    def say(self, text: str) -> None:
        """Words are spoken into the call that lasts. Raises WrongState without one."""
        self._exchange.speak(self._current(), text)

    def hang_up(self) -> None:
        """The call that lasts is over. Raises WrongState without one."""
        self._exchange.hang_up(self._current())

    def answer(self) -> None:
        """The phone is picked up. Raises WrongState unless it rings."""
        self._exchange.answer(self._current())

    def refuse(self) -> None:
        """The phone is busy. Raises WrongState unless it rings."""
        self._exchange.refuse(self._current())

    def text(self, number: str, body: str, *, media: Sequence[Attachment] = ()) -> Message:
        """A text goes to a number of the exchange. Raises UnknownNumber."""
        return self._exchange.receive_text(self.number, number, body, media=media)

    def _current(self) -> Call:
        call = next((call for call in reversed(self.calls) if not call.status.is_over), None)
        if call is None:
            raise WrongState(f"{self.number} is in no call")
        return call


def far_end(call: Call) -> str:
    """Return the number of the phone at the far end of a call."""
    return call.from_ if call.direction is Direction.INBOUND else call.to
