"""Requests to an ASGI application in this process, as a server would bring them; used by tests of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from callin.asgi import Application, Message, Scope

_Told = TypeVar("_Told")


@dataclass
class Exchanged:
    """One request that is under way, and what came back so far."""

    pieces: list[bytes] = field(default_factory=list)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    is_over: bool = False
    sent: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def body(self) -> bytes:
        """All of the body so far."""
        return b"".join(self.pieces)

    def hang_up(self) -> None:
        """The client has gone."""
        self.sent.put_nowait({"type": "http.disconnect"})

    async def send(self, message: Message) -> None:
        """Take what the application sends."""
        assert not self.is_over
        if message["type"] == "http.response.start":
            assert not self.status
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            assert self.status
            self.pieces.append(message.get("body", b""))
            self.is_over = not message.get("more_body", False)
        self.news.set()

    async def until_piece(self, words: bytes) -> None:
        """These words have come."""
        async with asyncio.timeout(20):
            while words not in self.body:
                self.news.clear()
                await self.news.wait()


def scope_of(
    method: str,
    path: str,
    *,
    query: str | bytes = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
) -> Scope:
    """Return what a server tells of a request; a body says its length unless somebody else does."""
    told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if body is not None and not any(name == b"content-length" for name, _ in told):
        told.append((b"content-length", str(len(body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode() if isinstance(query, str) else query,
        "headers": told,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }


async def exchange(app: Application, scope: Scope, *pieces: bytes) -> Exchanged:
    """Return what an application answers to a request whose body comes in these pieces."""
    exchanged = Exchanged()
    for number, piece in enumerate(pieces or (b"",)):
        exchanged.sent.put_nowait(
            {"type": "http.request", "body": piece, "more_body": number + 1 < len(pieces or (b"",))}
        )
    await app(scope, exchanged.sent.get, exchanged.send)
    return exchanged


def run(play: Coroutine[Any, Any, _Told]) -> _Told:
    """Run something on a loop of its own, in a thread of its own: in this one a browser's driver may have left one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, play).result()
