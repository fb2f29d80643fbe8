"""The way of a webhook past Flask, on an event loop: signed forms need no session, no patterns and no request context.

Flask, with the sessions and headers that pages need, takes some 100 µs of CPU for each request, as much as all of a
wait webhook's own work; and threads that hand the interpreter to one another at each statement take three times that
(docs/decisions/0023). So what callers in line ask every few seconds is answered on the loop itself, at once, if nobody
has to be waited for; every other webhook, and whoever has to wait, goes to a thread. Where there is no loop, and for
what is unusual (no length, too long), Flask has the same views.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from callin.asgi import Application, Receive, Scope, Send, header_of, whole_body
from callin.errors import NotAtOnce
from callin.statements import SEATS
from callin.webhooks.asked import Asked, Reply
from callin.webhooks.door import DOCUMENT_TYPE, STRANGER, Answer, Keeper, PhoneDoor

# A webhook holds its thread for a few milliseconds; the rest is room for a database that hesitates.
THREADS = 32
# A wait request has two kilobytes. Reading through more would hold up everybody else on the loop.
LONGEST_AT_ONCE = 16 * 1024

_STRANGER = STRANGER.encode() + b"\n"


class Front:
    """An ASGI application that answers the phone doors itself and leaves the rest to another."""

    def __init__(
        self,
        behind: Application,
        *,
        keeper: Keeper,
        at_once: Keeper | None,
        doors: Iterable[PhoneDoor],
        longest: int,
        prefix: str = "",
    ) -> None:
        """Learn the doors' addresses.

        Args:
            behind: who answers everything else.
            keeper: of the doors.
            at_once: the same for a station that waits for nobody; None if this one's database is never that near.
            doors: those for phones.
            longest: bytes of a body that are read here.
            prefix: the path that the station lives under, which its proxy may or may not take off.
        """
        self._behind = behind
        self._keeper = keeper
        self._at_once = at_once
        self._longest = longest
        self._own = re.compile(rf"^{re.escape(prefix)}(?=/)") if prefix else None
        self._answers: dict[str, Answer] = {
            f"{door.url_prefix}{path}": answer for door in doors for path, answer in door.answers.items()
        }
        self._threads = ThreadPoolExecutor(THREADS, "webhook")
        # More would only wait for one another's statements.
        self._threads_for_routine = ThreadPoolExecutor(SEATS, "wait")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = self._path_of(scope)
        answer = self._answers.get(path)
        if answer is None or scope["method"] != "POST" or not self._is_usual(header_of(scope, b"content-length")):
            await self._behind(scope, receive, send)
            return
        body = await whole_body(receive, longest=self._longest)
        if body is None:
            return  # whoever asked has gone
        asked = Asked(
            path=path,
            query=scope["query_string"].decode("latin-1"),
            body=body,
            signature=header_of(scope, b"x-twilio-signature"),
        )
        await _send(await self._reply(answer, asked), send)

    async def _reply(self, answer: Answer, asked: Asked) -> Reply:
        if not answer.is_routine:
            return await self._in(self._threads, answer, asked)
        if self._at_once is not None and len(asked.body) <= LONGEST_AT_ONCE:
            with suppress(NotAtOnce):
                return answer(self._at_once, asked)
        return await self._in(self._threads_for_routine, answer, asked)

    async def _in(self, threads: ThreadPoolExecutor, answer: Answer, asked: Asked) -> Reply:
        return await asyncio.get_running_loop().run_in_executor(threads, answer, self._keeper, asked)

    def _path_of(self, scope: Scope) -> str:
        if scope["type"] != "http":
            return ""
        path: str = scope["path"]
        return path if self._own is None else self._own.sub("", path, count=1)

    def _is_usual(self, length: str) -> bool:
        return length.isdecimal() and len(length) < 9 and int(length) <= self._longest


async def _send(reply: Reply, send: Send) -> None:
    document, kind = reply.document, DOCUMENT_TYPE
    if reply.status == 403:
        document, kind = _STRANGER, "text/plain; charset=utf-8"
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(document)).encode())]
    start = {"type": "http.response.start", "status": reply.status, "headers": [] if reply.status == 204 else headers}
    await send(start)
    await send({"type": "http.response.body", "body": document})
