"""Queues at a Twilio of our own making, for the closing: everything that may go wrong can be asked for by name."""

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.http import HttpClient
from twilio.http.response import Response

from tests.carrier.switchboard import ACCOUNT, listing, refusal

Answer = tuple[int, Any]


@dataclass
class Queues(HttpClient):
    """Twilio's queues and who waits in them; every request takes the same lock."""

    waiting: dict[str, list[str]] = field(default_factory=dict)  # queue name → calls, front first
    sids: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    goodbyes: dict[str, str] = field(default_factory=dict)  # call → the address it was sent to
    released: list[str] = field(default_factory=list)  # in the order of release
    under_way: int = 0
    most_under_way: int = 0
    # Called with method and path before the work (may raise, or answer), and after it (may raise).
    before: Callable[[str, str], Answer | None] = lambda _method, _path: None
    after: Callable[[str, str], None] = lambda _method, _path: None
    echoes: int = 0  # how many lists still show callers who have left
    refuse_deletions: int = 0
    over: set[str] = field(default_factory=set)
    is_async: bool = False

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._left: list[str] = []
        self._numbers = itertools.count()

    def fill(self, name: str, count: int) -> list[str]:
        """So many callers wait in a queue of this name; return their SIDs, front first."""
        calls = [f"CA{next(self._numbers):032}" for _ in range(count)]
        if name not in self.sids:
            self.sids[name] = f"QU{next(self._numbers):032}"
        self.waiting.setdefault(name, []).extend(calls)
        return calls

    def request(self, method, uri, params=None, data=None, headers=None, auth=None, **_more) -> Response:
        path = urlsplit(uri).path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}").removesuffix(".json")
        with self.lock:
            self.asked.append((method, path))
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            status, body = self.before(method, path) or self._answer(method, path, data or {}, params or {})
            self.after(method, path)
        finally:
            with self.lock:
                self.under_way -= 1
        return Response(status, json.dumps(body) if body != "" else "", {})

    def _answer(self, method: str, path: str, form: dict[str, Any], query: dict[str, Any]) -> Answer:
        parts = path.strip("/").split("/")
        with self.lock:
            if parts[0] == "Calls":
                return 200, {"sid": parts[1], "status": "completed" if parts[1] in self.over else "in-progress"}
            if parts == ["Queues"] and method == "POST":
                name = form["FriendlyName"]
                if name in self.sids:
                    return refusal(400, 22003)
                self.fill(name, 0)
                return 201, self._row(name) | {"max_size": form["MaxSize"]}
            if parts == ["Queues"]:
                return 200, listing("queues", [self._row(name) for name in self.sids])
            name = next((name for name, sid in self.sids.items() if sid == parts[1]), None)
            if name is None:
                return refusal(404, 20404)
            if len(parts) == 2:
                return self._delete(name) if method == "DELETE" else (200, self._row(name))
            if len(parts) == 3:
                return 200, listing("queue_members", self._members(name)[: int(query.get("PageSize", 50))])
            return self._move(name, parts[3], form)

    def _row(self, name: str) -> dict[str, Any]:
        return {"sid": self.sids[name], "friendly_name": name, "current_size": len(self.waiting[name]), "max_size": 100}

    def _members(self, name: str) -> list[dict[str, Any]]:
        listed = list(self.waiting[name])
        if self.echoes > 0 and self._left:
            self.echoes -= 1
            listed = self._left + listed
        return [{"call_sid": sid, "position": n, "wait_time": 60 + n} for n, sid in enumerate(listed, start=1)]

    def _move(self, name: str, call_sid: str, form: dict[str, Any]) -> Answer:
        assert call_sid != "Front"
        if call_sid not in self.waiting[name]:
            return refusal(404, 20404)
        self.waiting[name].remove(call_sid)
        self._left.append(call_sid)
        self.released.append(call_sid)
        self.goodbyes[call_sid] = form["Url"]
        return 200, {"call_sid": call_sid, "position": 1, "wait_time": 61}

    def _delete(self, name: str) -> Answer:
        if self.waiting[name] or self.refuse_deletions > 0:
            self.refuse_deletions -= 1
            return refusal(400, 20001, "Queue not empty")
        del self.waiting[name], self.sids[name]
        return 204, ""

    def posts(self) -> list[str]:
        """The calls that were asked to leave, once for each request."""
        return [path.rsplit("/", 1)[1] for method, path in self.asked if method == "POST" and "/Members/" in path]


def sometimes(share_of: int, trouble: Callable[[], Answer | None], *, only: str = "/Members/") -> Callable[..., Any]:
    """Every so many-th POST that matches meets the trouble; counted over all threads."""
    count = 0
    lock = threading.Lock()

    def meet(method: str, path: str) -> Answer | None:
        nonlocal count
        if method != "POST" or only not in path:
            return None
        with lock:
            count += 1
            strikes = count % share_of == 0
        return trouble() if strikes else None

    return meet


def late() -> None:
    """No answer in time."""
    raise requests.ReadTimeout("late")
