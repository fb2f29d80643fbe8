"""An application told what to answer, path by path, that keeps what it was asked; for the exchange's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from callin.exchange import Exchange, ManualClock
from callin.exchange.records import Call, LogEntry

BASE = "https://app.test"
NUMBER = "+15550100001"
DJ_NUMBER = "+15550100002"
XML = "text/xml"


@dataclass(frozen=True)
class Asked:
    """One request as the application saw it."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    query: str = ""


@dataclass(frozen=True)
class Says:
    """An answer that is not simply TwiML with status 200."""

    body: str | bytes = ""
    status: int = 200
    content_type: str | None = XML
    headers: tuple[tuple[str, str], ...] = ()


Answer = str | Says | Callable[[Asked], "str | Says"]


@dataclass
class Script:
    """Answers by path; TwiML is given without its Response element."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read().decode()
        method, path, query = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]
        params = dict(parse_qsl(query if method == "GET" else body, keep_blank_values=True))
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        asked = Asked(method, path, params, headers, query)
        self.asked.append(asked)
        answer = self.answers.get(path, Says("no such page", status=404, content_type="text/plain"))
        if callable(answer):
            answer = answer(asked)
        says = answer if isinstance(answer, Says) else Says(f"<Response>{answer}</Response>")
        content = says.body.encode() if isinstance(says.body, str) else says.body
        given = [*says.headers, *([("Content-Type", says.content_type)] if says.content_type else [])]
        start_response(f"{says.status} Whatever", given)
        return [content] if content else []

    def requests(self, path: str) -> list[Asked]:
        """Every request to a path, in order."""
        return [asked for asked in self.asked if asked.path == path]

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def results(self) -> list[str]:
        """Every QueueResult told, in order."""
        return [asked.params["QueueResult"] for asked in self.asked if "QueueResult" in asked.params]


class Desk:
    """An exchange with the script behind two numbers: /voice on one, /dj on the other."""

    def __init__(self, answers: Mapping[str, Answer] | None = None, **number: str) -> None:
        self.app = Script(dict(answers or {}))
        self.exchange = Exchange(clock=ManualClock(), apps={BASE: self.app}, seed=3)
        self.exchange.add_number(NUMBER, voice_url=f"{BASE}/voice", status_callback=f"{BASE}/status", **number)
        self.exchange.add_number(DJ_NUMBER, voice_url=f"{BASE}/dj", status_callback=f"{BASE}/djstatus")

    def dial(self, from_: str = "+15550111111", to: str = NUMBER) -> Call:
        """A phone rings."""
        return self.exchange.dial(from_, to)

    def dj(self, from_: str = "+15550199999") -> Call:
        """A DJ rings."""
        return self.exchange.dial(from_, DJ_NUMBER)

    def entry(self, path: str, *, nth: int = -1) -> LogEntry:
        """The log entry of a webhook to this path."""
        return [entry for entry in self.exchange.log.entries if entry.url.partition("?")[0] == BASE + path][nth]

    def heard(self, call: Call) -> list[str]:
        """What a call heard, in words: what was said, or the kind."""
        return [heard.text or heard.kind.value for heard in call.heard]


WAITING = {
    "/voice": '<Enqueue waitUrl="/wait" action="/left">line</Enqueue><Say>Fell through</Say>',
    "/wait": "<Pause length='10'/>",
    "/left": "<Say>After the queue</Say>",
    "/dj": '<Dial hangupOnStar="true" action="/dialled"><Queue>line</Queue></Dial><Say>No action</Say>',
    "/dialled": "<Say>After the call</Say>",
    "/status": Says(status=204, content_type=None),
    "/djstatus": Says(status=204, content_type=None),
}
"""Callers wait in `line`; a DJ takes them and hears more when the call ends."""


def waiting(**changes: Answer) -> dict[str, Answer]:
    """The usual answers, with some paths answered differently (`dj=...` for /dj)."""
    return {**WAITING, **{f"/{path}": answer for path, answer in changes.items()}}


WHISPERING = '<Dial hangupOnStar="true" action="/dialled"><Queue url="/whisper">line</Queue></Dial>'
