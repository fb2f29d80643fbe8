"""A station that any request is aimed at: with people, callers and a Twilio that refuses; made by the tests here."""

from __future__ import annotations

import base64
import contextlib
import hmac
import sqlite3
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from callin import backups
from callin.app import create_app, front_of
from callin.carrier import Carrier
from callin.errors import ShowAlreadyOpen
from callin.rules.roles import Role
from callin.serving import Pages
from callin.webhooks import Fields, PhoneDoor
from tests.asgi import Exchanged, run, scope_of
from tests.board.visiting import Browser, admitted, link_for
from tests.carrier.switchboard import Asked, Switchboard, refusal
from tests.security.shots import Shot
from tests.webhooks.ringing import ANA, DJ, RECORDING, Doors

# So many requests meet the same people; then others come, whatever became of those.
SITTING = 40
# What a webhook of any kind usually says; each takes from it what it knows.
USUAL = {
    **ANA,
    "MessageSid": "SM" + "7" * 32,
    "Body": "hi",
    "QueuePosition": "1",
    "QueueTime": "9",
    "QueueResult": "hangup",
    "DequeingCallSid": DJ["CallSid"],
    "DialCallStatus": "completed",
    "RecordingUrl": RECORDING,
    "RecordingStatus": "completed",
    "MessageStatus": "delivered",
    "Digits": "1",
}


class Refusing(Switchboard):
    """A Twilio that knows nothing of what it is asked about."""

    def request(self, method: str, uri: str, *_args: object, **_more: object):
        self.asked.append(Asked(method, uri, {}, {}, None, ""))
        self.answers[method, uri] = [refusal(404, 20404)]
        return super().request(method, uri)


@dataclass(frozen=True)
class Hit:
    """What came of one request."""

    rule: str
    method: str
    is_webhook: bool
    is_signed: bool
    status: int
    location: str
    has_changed: bool
    lines: list[EventDict]


class Range:
    """A station with something of everything in it."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        carrier = Carrier(doors.station.settings, http_client=Refusing(), fetch=_nothing)
        doors.station = replace(doors.station, carrier=carrier)
        doors.app = create_app(doors.station)
        doors.client = doors.app.test_client()
        doors.front = front_of(doors.app, behind=Pages(doors.app))
        self.taken = 0
        self.usual: dict[str, str] = {}
        self._fill()
        self.browsers = {role.value: admitted(doors, role) for role in Role} | {"stranger": Browser(doors)}
        self.tokens = {who: browser.token() for who, browser in self.browsers.items()}
        self.rules = sorted(doors.app.url_map.iter_rules(), key=str)
        self.webhooks = [number for number, rule in enumerate(self.rules) if self._is_webhook(rule)]
        file = backups.file_of(doors.database_url)
        self._watch = None if file is None else sqlite3.connect(file, isolation_level=None)

    def _fill(self) -> None:
        """A show is open, somebody waits in it, a DJ is on the line, and there are a message and a text."""
        doors = self.doors
        with contextlib.suppress(ShowAlreadyOpen):
            doors.open_show()
        number = f"{self.taken:032x}"
        caller = {**ANA, "CallSid": f"CA{number}"}
        dj = {**DJ, "CallSid": f"CAd{number[1:]}"}
        with capture_logs():
            doors.post("/voice/listener/answer", caller)
            doors.post("/voice/listener/join", caller)
            doors.post("/voice/dj/answer", dj)
            doors.post("/voice/listener/message", caller, RecordingUrl=RECORDING, RecordingDuration="5")
            doors.post("/sms/inbound", ANA, MessageSid=f"SM{number}", Body="Good evening")
        self.usual = {**USUAL, "CallSid": caller["CallSid"], "DequeingCallSid": dj["CallSid"]}

    @cached_property
    def what_is_read(self) -> list[tuple[int, str]]:
        """Every parameter that a webhook reads, with the number of its address."""
        found: dict[tuple[int, str], None] = {}
        for number in self.webhooks:

            def noted(fields: Fields, name: str, number: int = number) -> str | None:
                found[number, name] = None
                return _RAW(fields, name)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Fields, "raw", noted)
                patch.setattr(Fields, "peek", noted)
                self.take(Shot(where=number))
        return list(found)

    def close(self) -> None:
        """Nothing is left open."""
        self.doors.station.changes.stop()
        if self._watch is not None:
            self._watch.close()

    def take(self, shot: Shot) -> Hit:
        """One request is answered, and it is known what came of it."""
        if self.taken % SITTING == 0:
            self._fill()
        self.taken += 1
        rule = self.rules[shot.where % len(self.rules)]
        is_webhook = self._is_webhook(rule)
        allowed = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        method = allowed[shot.where % len(allowed)] if shot.is_right_method else shot.method
        pairs = list(shot.form)
        if is_webhook and shot.at_home:
            # One thing is odd in what is otherwise as it should be: so it gets past the first look.
            usual = {name: value.replace("+", "%2B") for name, value in self.usual.items()}
            usual["CallStatus"] = "completed" if rule.rule == "/voice/status" else "in-progress"
            pairs = list((usual | dict([shot.odd])).items())
        if shot.has_token and not is_webhook:
            pairs.append(("csrf_token", self.tokens[shot.who]))
        body = "&".join(f"{name}={value}" for name, value in pairs).encode() if method != "GET" else b""
        query = "&".join(f"{name}={value}" for name, value in shot.query)
        path = self._path(rule, shot)
        headers = dict(shot.headers)
        if is_webhook and shot.signs != "not":
            signed = _signature(f"{self.doors.base}{path}" + (f"?{query}" if query else ""), body)
            headers["X-Twilio-Signature"] = signed if shot.signs == "rightly" else signed[::-1]
        headers.setdefault("Cookie", f"callin_session={self.browsers[shot.who].cookie}")
        version = self._version()
        with capture_logs() as lines:
            status, location = run(self._answer(method, path, query, body, headers, shot.content_type))
        has_changed = self._version() != version
        self._sign_in_again(rule, shot.who)
        return Hit(
            rule=rule.rule,
            method=method,
            is_webhook=is_webhook,
            is_signed=shot.signs == "rightly" and method == "POST",
            status=status,
            location=location,
            has_changed=has_changed,
            lines=lines,
        )

    async def _answer(
        self, method: str, path: str, query: str, body: bytes, headers: dict[str, str], kind: str
    ) -> tuple[int, str]:
        """Send it as a server on an event loop would; whoever asked has gone by then, so no stream goes on."""
        told = {"Host": urlsplit(self.doors.base).netloc, **({"Content-Type": kind} if kind else {}), **headers}
        # As granian hands them on: the path unescaped, the query as it came, each header as latin-1.
        scope = scope_of(
            method,
            unquote_to_bytes(path).decode("utf-8", "replace"),
            query=query.encode("utf-8", "surrogateescape"),
            body=body,
        )
        scope["headers"] += [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in told.items()
        ]
        scope["scheme"] = "https"
        got = Exchanged()
        got.sent.put_nowait({"type": "http.request", "body": body, "more_body": False})
        got.hang_up()
        await self.doors.front(scope, got.sent.get, got.send)
        return got.status, got.headers.get("location", "")

    def _sign_in_again(self, rule: Rule, who: str) -> None:
        """Whoever pressed «sign out» comes back; a link that was tried too often is another's."""
        if rule.rule.startswith("/sign-"):
            for each in {who} if who == "stranger" else {who, "stranger"}:
                role = None if each == "stranger" else Role(each)
                self.browsers[each] = Browser(self.doors) if role is None else self._admit(role)
                self.tokens[each] = self.browsers[each].token()

    def _admit(self, role: Role) -> Browser:
        browser = Browser(self.doors)
        assert browser.post(link_for(self.doors, f"Some {role}")).status_code == 303
        return browser

    def _is_webhook(self, rule: Rule) -> bool:
        return isinstance(self.doors.app.blueprints.get(rule.endpoint.rpartition(".")[0]), PhoneDoor)

    def _path(self, rule: Rule, shot: Shot) -> str:
        path = ""
        for is_dynamic, text in rule._trace:
            if not is_dynamic:
                path += text.lstrip("|")
                continue
            converter = rule._converters[text]
            if isinstance(converter, AnyConverter) and shot.is_right_method:
                path += sorted(converter.items)[shot.where % len(converter.items)]
            elif isinstance(converter, IntegerConverter) and shot.at_home:
                path += "1"
            else:
                path += "".join(f"%{byte:02X}" if byte not in _PLAIN else chr(byte) for byte in shot.part)
        return path

    def _version(self) -> int:
        if self._watch is None:
            return 0  # PostgreSQL has nothing like it; what changes is seen on SQLite
        (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return int(version)


_RAW = Fields.raw
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")


def _nothing(_url: str, _auth: tuple[str, str]) -> bytes:
    return b""


def _signature(url: str, body: bytes) -> str:
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
    form = "".join(name + value for name, value in sorted(set(pairs)))
    signed = (url + form).encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.digest(b"token", signed, "sha1")).decode()
