"""The exchange: one account, its numbers, calls, queues and texts, on one clock; made by tests, server and rehearsals.

Every change happens under `lock`; whoever lets go of it last sees to what has become due. No webhook is made under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from callin.exchange import verbs
from callin.exchange.calls import Calls
from callin.exchange.clock import Clock, ManualClock
from callin.exchange.crowd import Crowd
from callin.exchange.http_client import InProcessHttpClient
from callin.exchange.interpreter import Moved
from callin.exchange.new_calls import placed
from callin.exchange.numbers import Numbers
from callin.exchange.phone import Phone
from callin.exchange.queues import Queues
from callin.exchange.recorder import Recorder
from callin.exchange.records import Account, Call, Direction, Member, Message, Queue, Recording
from callin.exchange.texts import Attachment, Texts
from callin.exchange.transport import WsgiApp

if TYPE_CHECKING:
    from callin.exchange.verbs.conference import Room

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
DEFAULT_API = "https://api.twilio.com"


class Exchange(Numbers):
    """A telephone network in a box.

    Args:
        clock: moved by hand unless told otherwise.
        account_sid: AC and 32 hexadecimal digits; `auth_token` signs the webhooks.
        seed: of the dice behind the faults.
        apps: WSGI applications in this process, by origin ("https://station.test"); all others are asked over HTTP.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        seed: int = 0,
        apps: Mapping[str, WsgiApp] | None = None,
    ) -> None:
        super().__init__(
            clock=clock or ManualClock(), account=Account(sid=account_sid, auth_token=auth_token), seed=seed, apps=apps
        )
        self.calls: dict[str, Call] = {}
        self.messages: dict[str, Message] = {}
        self.recordings: dict[str, Recording] = {}
        self.rooms: dict[str, Room] = {}
        self.recorder = Recorder(self)
        self.queue_book = Queues(self)
        self.texts = Texts(self)
        self.api_base_url = DEFAULT_API
        self.switchboard = Calls(self)
        self.crowd = Crowd(self)
        self.layout: list[dict[str, str]] = []  # the phones that the page lays out, if anybody has said so

    @property
    def queues(self) -> dict[str, Queue]:
        """The queues by SID, oldest first."""
        return self.queue_book.by_sid

    def reset(self) -> None:
        """Everything is gone but the account and the time."""
        with self.lock:
            self.forget_what_is_due()
            for call in self.calls.values():
                if call.leg is not None:
                    call.leg.abandon()
            self.queue_book.by_sid.clear()
            for kept in (self.numbers, self.calls, self.messages, self.recordings, self.rooms):
                kept.clear()
            self.texts.clear()
            self.crowd.clear()
            self.layout = []
            self.sounds.clear()
            self.log.clear()
            self.faults.reset()

    # Phones

    def phone(self, number: str) -> Phone:
        """Return the phone with this number, wherever its calls came from."""
        return Phone(self, number)

    def http_client(self) -> InProcessHttpClient:
        """Return an HTTP client for `twilio.rest.Client` that asks this exchange without a network."""
        return InProcessHttpClient(self)

    # Calls

    def dial(self, from_: str, to: str, *, caller_name: str | None = None, forwarded_from: str | None = None) -> Call:
        """A phone rings at one of the numbers. Raises UnknownNumber."""
        with self.lock:
            return self.switchboard.dial(from_, to=to, caller_name=caller_name, forwarded_from=forwarded_from)

    def place_call(
        self,
        *,
        to: str,
        from_: str,
        url: str | None = None,
        twiml: str | None = None,
        method: str = "POST",
        fallback_url: str = "",
        fallback_method: str = "POST",
        status_callback: str = "",
        status_callback_method: str = "POST",
        status_callback_events: Sequence[str] = ("completed",),
        timeout_s: float = 60,
        time_limit_s: float | None = None,
    ) -> Call:
        """A call to a phone is queued; once answered it runs the document at `url`, or `twiml`."""
        with self.lock:
            call = placed(
                self,
                to=to,
                from_=from_,
                url=url or "",
                method=method,
                fallback_url=fallback_url,
                fallback_method=fallback_method,
                status_callback=status_callback,
                status_callback_method=status_callback_method,
                status_callback_events=tuple(status_callback_events),
            )
            return self.switchboard.place(call, twiml=twiml, timeout_s=timeout_s, time_limit_s=time_limit_s)

    def update_call(
        self,
        call: Call,
        *,
        url: str | None = None,
        method: str = "POST",
        twiml: str | None = None,
        status: str | None = None,
        fallback_url: str | None = None,
        fallback_method: str | None = None,
        status_callback: str | None = None,
        status_callback_method: str | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        """The call runs another document, or is over. Raises RestError 400 / 21220 when it cannot be changed."""
        with self.lock:
            self.switchboard.check_changeable(call, is_moved=url is not None or twiml is not None)
            changes = {
                "fallback_url": fallback_url,
                "fallback_method": fallback_method,
                "status_callback": status_callback,
                "status_callback_method": status_callback_method,
            }
            for name, value in changes.items():
                if value is not None:
                    setattr(call, name, value)
            if time_limit_s is not None:
                self.switchboard.limit(call, time_limit_s)
            if status is not None:
                self.switchboard.finish(call, status=status)
            elif url is not None or twiml is not None:
                self.switchboard.move(call, url=url or "", method=method, twiml=twiml)

    def answer(self, call: Call) -> None:
        """A ringing phone is picked up. Raises WrongState."""
        with self.lock:
            self.switchboard.answer(call)

    def refuse(self, call: Call) -> None:
        """A ringing phone is busy. Raises WrongState."""
        with self.lock:
            self.switchboard.refuse(call)

    def press(self, call: Call, digits: str) -> None:
        """Keys are pressed. Raises WrongState, or ValueError for what is no key."""
        with self.lock:
            self.switchboard.press(call, digits)

    def speak(self, call: Call, text: str, *, samples: bytes = b"") -> None:
        """Words are spoken, or a sound is made (telephone samples). Raises WrongState."""
        with self.lock:
            self.switchboard.speak(call, text, samples=samples)

    def hang_up(self, call: Call) -> None:
        """A phone hangs up. Raises WrongState."""
        with self.lock:
            self.switchboard.hang_up(call)

    # Queues

    def create_queue(self, name: str, *, max_size: int | None = None) -> Queue:
        """A queue exists. Raises RestError (22003 for a name in use)."""
        with self.lock:
            return self.queue_book.create(name, max_size=max_size)

    def update_queue(self, queue: Queue, *, friendly_name: str | None = None, max_size: int | None = None) -> None:
        """A queue has another name or size. Raises RestError."""
        with self.lock:
            self.queue_book.update(queue, friendly_name=friendly_name, max_size=max_size)

    def delete_queue(self, queue: Queue) -> None:
        """An empty queue is gone. Raises RestError."""
        with self.lock:
            self.queue_book.delete(queue)

    def dequeue(self, queue: Queue, which: str, *, url: str, method: str = "POST") -> Member:
        """A waiting call (its SID, or `Front`) has left the queue for the document at `url`. Raises RestError."""
        with self.lock:
            member = self.queue_book.find_member(queue, which)
            shown = replace(member)
            assert member.call.leg is not None
            member.call.leg.interrupt(Moved(url=url, method=method))
            return shown

    # Texts

    def receive_text(self, from_: str, to: str, body: str, *, media: Sequence[Attachment] = ()) -> Message:
        """A phone has texted one of the numbers. Raises UnknownNumber."""
        with self.lock:
            return self.texts.receive(from_, to=to, body=body, media=media)

    def send_message(
        self,
        *,
        to: str,
        from_: str,
        body: str,
        status_callback: str = "",
        media_urls: Sequence[str] = (),
        direction: Direction = Direction.OUTBOUND_API,
    ) -> Message:
        """A text is on its way to a phone. Raises RestError."""
        with self.lock:
            return self.texts.send(
                to=to,
                from_=from_,
                body=body,
                status_callback=status_callback,
                media_urls=media_urls,
                direction=direction,
            )


verbs.install()
