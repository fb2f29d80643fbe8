"""Texts: from phones to the application and back, opt-out words, receipts; called by the exchange's facade.

Every function here runs under the exchange's lock, and no text takes any time on its clock (facts 15).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from mimetypes import guess_type
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from callin.exchange import inbound_texts
from callin.exchange.cookies import TextJars
from callin.exchange.errors import RestError, UnknownNumber
from callin.exchange.opt_out import OptOuts, keyword
from callin.exchange.records import Direction, Media, Message, new_sid
from callin.exchange.rest.parameters import is_phone_number
from callin.exchange.segments import count_segments
from callin.exchange.webhooks import Kind, Reply, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

MAX_BODY_LENGTH = 1_600
INVALID_TO, FROM_NOT_OURS, OPTED_OUT, NOT_MOBILE = 21211, 21606, 21610, 21614
INVALID_STATUS_CALLBACK, BODY_TOO_LONG = 21609, 21617
UNREACHABLE_HANDSET = 30003
MOST_REPLIES, REPLY_WINDOW, TOO_MANY_REPLIES = 15, timedelta(seconds=30), 14107

Attachment = tuple[str, bytes]
"""A content type and the content."""


class Texts:
    """Everything about texts that outlives one of them: who has opted out, and the cookies of each pair of numbers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.opt_outs = OptOuts()
        self.jars = TextJars()
        self._inboxes: dict[str, list[Message]] = {}
        self._replied: dict[tuple[str, str], list[datetime]] = {}

    def clear(self) -> None:
        """Nobody has opted out, and every cookie and inbox is gone."""
        self.opt_outs.clear()
        self.jars.clear()
        self._inboxes.clear()
        self._replied.clear()

    def inbox(self, number: str) -> list[Message]:
        """Return the texts that a phone has received, oldest first, Twilio's own answers among them."""
        return list(self._inboxes.get(number, ()))

    def receive(self, from_: str, *, to: str, body: str, media: Sequence[Attachment] = ()) -> Message:
        """A phone has texted one of the numbers: Twilio has answered what is its own, and the application hears of it.

        Args:
            from_: the phone; `to`: the number.
            media: what comes with it, as content types and contents.

        Raises:
            UnknownNumber: `to` is none of the account's.
        """
        number = self._exchange.numbers.get(to)
        if number is None:
            raise UnknownNumber(f"{to} is not a number of this exchange")
        message = self._keep(from_=from_, to=to, body=body, direction=Direction.INBOUND, status="received", media=media)
        word = keyword(body)
        if word is not None and self.opt_outs.heed(word, ours=to, phone=from_):
            # Twilio answers before the application hears of it, and past the very block that it has just set (facts 7).
            answer = self._keep(
                from_=to, to=from_, body=word.value, direction=Direction.OUTBOUND_REPLY, status="delivered"
            )
            answer.date_sent = self._exchange.now()
            self._inboxes.setdefault(from_, []).append(answer)
        inbound_texts.deliver(self._exchange, message, number=number)
        return message

    def send(
        self,
        *,
        to: str,
        from_: str,
        body: str,
        status_callback: str = "",
        media_urls: Sequence[str] = (),
        direction: Direction = Direction.OUTBOUND_API,
    ) -> Message:
        """A text is on its way to a phone, `queued` for now; its receipts follow at once on the exchange's clock.

        Args:
            status_callback: absolute URL that gets the receipts, or "".

        Raises:
            RestError: 400 with Twilio's code when it cannot be sent; nothing was.
        """
        self._refuse(to=to, from_=from_, body=body, status_callback=status_callback)
        if direction is Direction.OUTBOUND_REPLY:
            self._count_reply(to=to, from_=from_)
        now = self._exchange.now()
        media = [
            Media(new_sid("ME"), guess_type(urlsplit(url).path)[0] or "application/octet-stream", b"", now)
            for url in media_urls
        ]
        message = self._keep(from_=from_, to=to, body=body, direction=direction, status="queued")
        message.media, message.status_callback = media, status_callback
        self._notify(message)
        self._collect(message, urls=list(media_urls))
        return message

    def _refuse(self, *, to: str, from_: str, body: str, status_callback: str) -> None:
        settings = self._exchange.faults.settings
        if not is_phone_number(to) or to == from_:
            raise RestError(400, INVALID_TO, f"Invalid 'To' Phone Number: {to[:40]}")
        if from_ not in self._exchange.numbers:
            raise RestError(
                400,
                FROM_NOT_OURS,
                f"The 'From' phone number provided ({from_[:40]}) is not an SMS-capable number of your account",
            )
        if len(body) > MAX_BODY_LENGTH:
            raise RestError(
                400, BODY_TOO_LONG, f"The concatenated message body exceeds the {MAX_BODY_LENGTH} character limit"
            )
        if "_" in (urlsplit(status_callback).hostname or ""):
            raise RestError(400, INVALID_STATUS_CALLBACK, "The 'StatusCallback' URL has an underscore in its host")
        if self.opt_outs.blocks(ours=from_, phone=to):
            raise RestError(400, OPTED_OUT, "Attempt to send to unsubscribed recipient")
        if to in settings.landlines:
            raise RestError(400, NOT_MOBILE, f"'To' number is not a valid mobile number: {to}")

    def _count_reply(self, *, to: str, from_: str) -> None:
        """Stop two applications that answer each other (facts 3.4: fifteen replies within thirty seconds)."""
        now = self._exchange.now()
        recent = [moment for moment in self._replied.get((from_, to), ()) if now - moment < REPLY_WINDOW]
        if len(recent) >= MOST_REPLIES:
            raise RestError(400, TOO_MANY_REPLIES, "Twilio will not send any more replies to this number for now")
        self._replied[from_, to] = [*recent, now]

    def _keep(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        direction: Direction,
        status: str,
        media: Sequence[Attachment] = (),
    ) -> Message:
        now = self._exchange.now()
        message = Message(
            sid=new_sid("MM" if media else "SM"),
            account_sid=self._exchange.account.sid,
            from_=from_,
            to=to,
            body=body,
            direction=direction,
            status=status,
            date_created=now,
            date_updated=now,
            date_sent=now if direction is Direction.INBOUND else None,
            num_segments=count_segments(body),
            media=[Media(new_sid("ME"), content_type, content, now) for content_type, content in media],
        )
        self._exchange.messages[message.sid] = message
        return message

    def _collect(self, message: Message, *, urls: list[str]) -> None:
        """Fetch what goes with the text, one after the other; what cannot be had stays empty and is in the log."""
        if not urls:
            self._exchange.schedule(0, lambda: self._sent(message))
            return

        def collected(reply: Reply) -> None:
            if reply.error is None:
                media = message.media[-len(urls)]
                media.content = reply.body
                media.content_type = reply.content_type
            self._collect(message, urls=urls[1:])

        self._exchange.fetch(WebhookRequest(url=urls[0], method="GET", kind=Kind.PLAY), collected)

    def _sent(self, message: Message) -> None:
        message.date_sent = self._exchange.now()
        self._become(message, status="sent")
        self._exchange.schedule(0, lambda: self._arrived(message))

    def _arrived(self, message: Message) -> None:
        if message.to in self._exchange.faults.settings.unreachable:
            message.error_code, message.error_message = UNREACHABLE_HANDSET, "Unreachable destination handset"
            self._become(message, status="undelivered")
            return
        self._become(message, status="delivered")
        if message.to in self._exchange.numbers:
            self.receive(message.from_, to=message.to, body=message.body)
        else:
            self._inboxes.setdefault(message.to, []).append(message)

    def _become(self, message: Message, *, status: str) -> None:
        message.status = status
        message.date_updated = self._exchange.now()
        self._notify(message)

    def _notify(self, message: Message) -> None:
        """Send a receipt of the text's status, if anybody wants one (facts 3.4)."""
        if not message.status_callback:
            return
        params = [
            ("MessageSid", message.sid),
            ("SmsSid", message.sid),
            ("MessageStatus", message.status),
            ("SmsStatus", message.status),
            ("AccountSid", message.account_sid),
            ("ApiVersion", "2010-04-01"),
            ("From", message.from_),
            ("To", message.to),
        ]
        if message.error_code is not None:
            params.append(("ErrorCode", str(message.error_code)))
        self._exchange.notify(WebhookRequest(url=message.status_callback, params=tuple(params), kind=Kind.STATUS))
