"""One text on its way through the application behind a number, and what the application answers; used by the texts.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request and /docs/messaging/twiml; section 7 of the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callin.exchange import twiml
from callin.exchange.errors import Code, RestError
from callin.exchange.records import Direction, Message, Number
from callin.exchange.rest.render import API_VERSION, account_path
from callin.exchange.webhooks import Kind, Reply, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

MOST_REPLIES, TOO_MANY_REPLIES = 10, 14109
MOST_DOCUMENTS, TOO_MANY_DOCUMENTS = 50, 14106


def deliver(exchange: Exchange, message: Message, *, number: Number) -> None:
    """The application's webhook is queued; its answer will be carried out. Without an SmsUrl nothing happens."""
    if number.sms_url:
        session = _Session(exchange, message, number)
        session.fetch(number.sms_url, method=number.sms_method)


@dataclass(slots=True)
class _Session:
    """What one text sets off: documents one after the other, and the replies in them."""

    exchange: Exchange
    message: Message
    number: Number
    documents: int = 0
    replies: int = 0
    is_falling_back: bool = False

    def fetch(self, url: str, *, method: str, extra: tuple[tuple[str, str], ...] = ()) -> None:
        """Ask the application at this address."""
        message = self.message
        self.documents += 1
        jar = self.exchange.texts.jars.between(message.from_, message.to, now=self.exchange.now())
        params = parameters(message, api_base_url=self.exchange.api_base_url) + extra
        request = WebhookRequest(url=url, method=method, params=params, kind=Kind.SMS, jar=jar)
        self.exchange.fetch(request, self._answered)

    def _answered(self, reply: Reply) -> None:
        try:
            document = twiml.read(reply)
        except twiml.Unreadable as error:
            self._fall_back(reply, code=error.code)
            return
        if reply.content_type == "text/plain" and document.verbs and document.verbs[0].name == "Say":
            # Plain words are the text to send (facts 4.4).
            self._send(twiml.Verb("Message", text=reply.body.decode("utf-8", "replace").strip()), document, reply=reply)
            return
        for verb in document.verbs:
            if verb.name in ("Message", "Sms"):
                self._send(verb, document, reply=reply)
            elif verb.name == "Redirect":
                self._redirect(verb, document, reply=reply)
                return
            else:
                reply.blame(Code.SCHEMA)

    def _redirect(self, verb: twiml.Verb, document: twiml.Document, *, reply: Reply) -> None:
        if self.documents >= MOST_DOCUMENTS:
            reply.blame(TOO_MANY_DOCUMENTS)
            return
        method = "GET" if verb.get("method").upper() == "GET" else "POST"
        url = document.resolve(verb.text)
        if not url:
            reply.blame(Code.NO_URL)
            self._fall_back(reply, code=Code.NO_URL)
            return
        self.fetch(url, method=method)

    def _fall_back(self, reply: Reply, *, code: int) -> None:
        """Ask the number's fallback address, once; with none the text is dropped without a word (facts 4.3)."""
        number = self.number
        if not number.sms_fallback_url or self.is_falling_back:
            return
        self.is_falling_back = True
        extra = (("ErrorCode", str(int(code))), ("ErrorUrl", reply.url))
        self.fetch(number.sms_fallback_url, method=number.sms_fallback_method, extra=extra)

    def _send(self, verb: twiml.Verb, document: twiml.Document, *, reply: Reply) -> None:
        """Send what one verb says; what cannot be sent leaves its code in the log entry that said it (facts 15)."""
        bodies = [child.text for child in verb.children if child.name == "Body"]
        addresses = [document.resolve(child.text) for child in verb.children if child.name == "Media"]
        media = [address for address in addresses if address]
        body = bodies[0] if bodies else verb.text
        if not body and not media:
            return
        if self.replies >= MOST_REPLIES:
            reply.blame(TOO_MANY_REPLIES)
            return
        self.replies += 1
        callback = verb.get("statusCallback") or verb.get("action")
        try:
            self.exchange.texts.send(
                to=verb.get("to") or self.message.from_,
                from_=verb.get("from") or self.message.to,
                body=body,
                status_callback=document.resolve(callback) if callback else "",
                media_urls=media,
                direction=Direction.OUTBOUND_REPLY,
            )
        except RestError as error:
            reply.blame(error.code)


def parameters(message: Message, *, api_base_url: str) -> tuple[tuple[str, str], ...]:
    """Return what the application is told of a text, under the names of facts 7."""
    params = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("SmsMessageSid", message.sid),
        ("AccountSid", message.account_sid),
        ("From", message.from_),
        ("To", message.to),
        ("Body", message.body),
        ("SmsStatus", "received"),
        ("NumMedia", str(len(message.media))),
        ("NumSegments", str(message.num_segments)),
        ("ApiVersion", API_VERSION),
    ]
    for end, address in (("From", message.from_), ("To", message.to)):
        country = "US" if address.startswith("+1") else ""
        params += [(f"{end}City", ""), (f"{end}State", ""), (f"{end}Zip", ""), (f"{end}Country", country)]
    for index, media in enumerate(message.media):
        path = account_path(message.account_sid, "Messages", message.sid, "Media", media.sid)
        params += [(f"MediaUrl{index}", api_base_url + path), (f"MediaContentType{index}", media.content_type)]
    return tuple(params)
