"""Requests of any kind at all, for any address of the station; aimed at it by test_any_request.py."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

WHO = ["stranger", "producer", "screener", "dj"]
METHODS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
# What a webhook says that is read, compared or counted.
CORE = [
    *("CallSid", "From", "MessageSid", "Body", "QueuePosition", "QueueTime", "QueueResult", "DequeingCallSid"),
    *("CallDuration", "CallStatus", "CallerName", "DialCallDuration", "DialCallSid", "DialCallStatus", "Digits"),
    *("ErrorCode", "MediaUrl0", "MessageStatus", "NumMedia", "RecordingDuration", "RecordingUrl", "stint", "text_id"),
]
SIDS = ["CA" + "a" * 32, "CA" + "b" * 32, "CA" + "d" * 32, "SM" + "1" * 32, "RE" + "1" * 32, "MM" + "2" * 32]
NAMES = [
    *("AccountSid", "Body", "CallDuration", "CallSid", "CallStatus", "CallerName", "CurrentQueueSize"),
    *("DequeingCallSid", "DialCallDuration", "DialCallSid", "DialCallStatus", "Digits", "ErrorCode", "ErrorUrl"),
    *("From", "FromCity", "MediaContentType0", "MediaUrl0", "MessageSid", "MessageStatus", "NumMedia", "OptOutType"),
    *("QueuePosition", "QueueResult", "QueueTime", "RecordingDuration", "RecordingSid", "RecordingStatus"),
    *("RecordingUrl", "To", "about", "again", "queue", "start", "stint", "text_id", "tries", "waited_s"),
    *("action", "card_version", "confirmed", "csrf_token", "days", "flag", "kiosk", "name", "next", "note"),
    *("password", "place", "reason", "reply", "to", "topic", "town", "until", "version", "view", "words", "banned"),
]
USUAL = [
    *SIDS,
    *("+14155550123", "+14155550199", "+15550100", "+15550101", "anonymous", "+266696687", "sip:x@y"),
    *("", "0", "1", "2", "3", "60", "*", "#", "4711", "completed", "in-progress", "ringing", "answered", "absent"),
    *("bridged", "hangup", "leave", "redirected", "queue-full", "error", "system-error", "bridging-in-process"),
    *("delivered", "undelivered", "failed", "30006", "21610", "hi", "HI!", "status", "leave", "STOP", "START", "?"),
    *("topic owls", "next", "line", "board", "host", "status", "true", "https://api.twilio.test/Recordings/RE1"),
    *("producer", "urgent", "/board", "//evil.test", "https://evil.test", "<script>alert(1)</script>", "{{7*7}}"),
]
NASTY = [
    *(b"-1", b"1e9", b"9" * 30, b"9" * 5000, b"2147483648", b"-0", b"NaN", b"\xd9\xa1\xd9\xa2", b"0x10", b"1_000"),
    *(b"\xff\xfe", b"\x00", b"\x00\x1b[2J\r\nSet-Cookie: a=b", b"\r\n\r\n", b"\xed\xa0\x80", b"\xe2\x80\xae", b"%"),
    *(b"%zz", b"../../etc/passwd", b"';DROP TABLE calls;--", b"x" * 70_000, "\U0001f989".encode() * 2000, b"\xc3\x28"),
    *(b"http://169.254.169.254/", b"file:///etc/passwd", b"javascript:alert(1)", b"https://[oops/RE1", b"=1+1"),
]
HEADERS = {
    "Range": ["bytes=0-", "bytes=5-1", "bytes=-1", "bytes=a-b", "bytes=0-1,3-4", "lines=1", "bytes=" + "9" * 40 + "-"],
    "If-None-Match": ["*", '"x"', "W/", "\xff"],
    "If-Modified-Since": ["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"],
    "HX-Request": ["true"],
    "Accept": ["text/html", "application/json", "*/*;q=x", ""],
    "Accept-Language": ["es", "xx-yy;q=9", "\xff"],
    "Cookie": ["callin_session=x", "callin_session=", "a=b; callin_session=.e30.x.y", "\xff=\xff"],
    "X-Forwarded-For": ["1.2.3.4", "nonsense, ::1", "," * 50],
    "X-CSRFToken": ["x"],
    "Last-Event-ID": ["9" * 40, "-1"],
    "Host": ["evil.test", "a b", ""],
    "X-Twilio-Webhooks-Signature-Settings": ["algorithm=HMAC_SHA1"],
    "I-Twilio-Idempotency-Token": ["x"],
}
PARTS = [b"1", b"1", b"2", b"0", b"7", b"2147483647", b"99999999999", b"-1", b"x", b"..", b"%00", b"a/b", b"."]
TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "",
]


@dataclass(frozen=True)
class Shot:
    """One request.

    Attributes:
        where: chooses an address among all of them.
        part: stands where the address has a word of its own.
        is_right_method: else `method` is used.
        form, query: escaped already, in order.
        odd: a name and a value that stand in for what a webhook usually says, if it says that.
        signs: whether a webhook is signed rightly, wrongly, or not.
        has_token: whether a form has the token of the sender's own page.
        at_home: whether it says what such a request usually says, but for one thing.
    """

    where: int
    part: bytes = b"1"
    is_right_method: bool = True
    method: str = "POST"
    form: tuple[tuple[str, str], ...] = ()
    odd: tuple[str, str] = ("", "")
    query: tuple[tuple[str, str], ...] = ()
    who: str = "stranger"
    signs: str = "rightly"
    has_token: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = TYPES[0]
    at_home: bool = True


def shot(dice: random.Random, *, where: int) -> Shot:
    """Return a request of any kind.

    Args:
        dice: throws the same for the same seed.
        where: which of the addresses.
    """
    return Shot(
        where=where,
        part=dice.choice(PARTS) if dice.random() < 0.8 else dice.randbytes(dice.randint(1, 6)),
        is_right_method=dice.random() < 0.9,
        method=dice.choice(METHODS),
        form=_pairs(dice),
        odd=(dice.choice(CORE), _escaped(dice.choice(NASTY) if dice.random() < 0.6 else _value(dice))),
        query=_pairs(dice) if dice.random() < 0.5 else (),
        who=dice.choice(WHO),
        signs="rightly" if dice.random() < 0.7 else dice.choice(["wrongly", "not"]),
        has_token=dice.random() < 0.8,
        headers=tuple(_header(dice) for _ in range(dice.choice([0, 0, 1, 2]))),
        content_type=TYPES[0] if dice.random() < 0.6 else dice.choice(TYPES),
        at_home=dice.random() < 0.8,
    )


def _pairs(dice: random.Random) -> tuple[tuple[str, str], ...]:
    return tuple((_escaped(_name(dice)), _escaped(_value(dice))) for _ in range(dice.randint(0, 6)))


def _name(dice: random.Random) -> bytes:
    if dice.random() < 0.1:
        return dice.randbytes(dice.randint(0, 6))
    return dice.choice(CORE if dice.random() < 0.5 else NAMES).encode()


def _value(dice: random.Random) -> bytes:
    kind = dice.random()
    if kind < 0.6:
        return dice.choice(USUAL).encode()
    if kind < 0.8:
        return dice.choice(NASTY)
    if kind < 0.9:
        return dice.randbytes(dice.randint(0, 12))
    anything = (chr(dice.randint(0, 0x10FFFF)) for _ in range(dice.randint(0, 20)))
    return "".join(anything).encode("utf-8", "surrogatepass")


def _header(dice: random.Random) -> tuple[str, str]:
    name = dice.choice(sorted(HEADERS))
    return name, dice.choice(HEADERS[name])


def _escaped(value: bytes) -> str:
    return quote_from_bytes(value, safe="")
