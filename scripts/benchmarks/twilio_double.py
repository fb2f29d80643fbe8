"""A thin double of Twilio's REST contract, with a latency and faults; started by the drain and courier parts.

It keeps queues and texts and nothing else, so that it is never what is measured: one process answers some thousands of
requests a second. Run as `python -m benchmarks.twilio_double FILE`, the file holding an `Order` in JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_ACCOUNT = re.compile(r"/2010-04-01/Accounts/AC\w+")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What a part asks of the double.

    Attributes:
        port: on 127.0.0.1.
        queues: SID to friendly name.
        members: SID of the queue to the call SIDs in it, front first.
        latency_s: before every answer.
        faults: share of POSTs that meet one of three faults: 429, 500 before the work, 500 after it.
        seed: of the faults.
    """

    port: int
    queues: dict[str, str]
    members: dict[str, list[str]]
    latency_s: float
    faults: float
    seed: int = 7

    def as_json(self) -> str:
        """Return it for the file."""
        return json.dumps(asdict(self))


class Double:
    """The state, and an answer to each request."""

    def __init__(self, order: Order) -> None:
        self._queues = dict(order.queues)
        self._members = {sid: dict.fromkeys(calls) for sid, calls in order.members.items()}
        self._chance = random.Random(order.seed)  # noqa: S311  faults, no secrets
        self._faults = order.faults
        self.counts = {"member_posts": 0, "texts": 0, "faults": 0, "requests": 0}

    def answer(self, method: str, target: str, body: str) -> tuple[int, object]:
        """Return status and JSON of one request.

        Args:
            method: of HTTP.
            target: path and query.
            body: of the request.
        """
        url = urlsplit(target)
        if url.path == "/_double/counts":
            return 200, self.counts
        self.counts["requests"] += 1
        path = _ACCOUNT.sub("", url.path).removesuffix(".json").strip("/").split("/")
        query = parse_qs(url.query)
        fault = 0
        if method == "POST" and self._chance.random() < self._faults:
            self.counts["faults"] += 1
            fault = self._chance.choice((1, 2, 3))
        if path[0] == "Queues" and len(path) == 4 and method == "POST":
            self.counts["member_posts"] += 1
        if fault == 1:
            return 429, {"code": 20429, "message": "Too Many Requests", "status": 429}
        if fault == 2:
            return 500, {"code": 20500, "message": "Internal Server Error", "status": 500}
        done = self._do(method, path, query, body)
        return (500, {"code": 20500, "message": "after the work", "status": 500}) if fault == 3 else done

    def _do(self, method: str, path: list[str], query: dict[str, list[str]], body: str) -> tuple[int, object]:
        match (method, path):
            case ("GET", ["Queues"]):
                cards = [self._queue(sid) for sid in self._queues]
                return 200, {"queues": cards, "next_page_uri": None, "page": 0, "page_size": 1000}
            case ("GET", ["Queues", sid, "Members"]):
                size = int(query.get("PageSize", ["50"])[0])
                page = [self._member(sid, call, n) for n, call in enumerate([*self._members.get(sid, ())][:size], 1)]
                return 200, {"queue_members": page, "next_page_uri": None, "page": 0, "page_size": size}
            case ("POST", ["Queues", sid, "Members", call]):
                if call not in self._members.get(sid, {}):
                    return 404, {"code": 20404, "message": "not in the queue", "status": 404}
                del self._members[sid][call]
                return 200, self._member(sid, call, 1)
            case ("DELETE", ["Queues", sid]):
                if self._members.get(sid):
                    return 400, {"code": 22003, "message": "the queue is not empty", "status": 400}
                return (204, None) if self._queues.pop(sid, None) else (404, {"code": 20404, "status": 404})
            case ("POST", ["Messages"]):
                self.counts["texts"] += 1
                return 201, {"sid": f"SM{self.counts['texts']:032x}", "status": "queued", "body": "", "to": body[:0]}
        return 404, {"code": 20404, "message": "the double does not know this", "status": 404}

    def _queue(self, sid: str) -> dict[str, object]:
        size = len(self._members.get(sid, ()))
        return {"sid": sid, "friendly_name": self._queues[sid], "current_size": size, "max_size": 5000}

    def _member(self, queue_sid: str, call_sid: str, position: int) -> dict[str, object]:
        return {"queue_sid": queue_sid, "call_sid": call_sid, "position": position, "wait_time": 60}


async def _serve(order: Order) -> None:
    double = Double(order)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                return
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            method, target, _version = head.split(b"\r\n", 1)[0].decode().split(" ")
            status, content = double.answer(method, target, body.decode())
            if not target.startswith("/_double"):
                await asyncio.sleep(order.latency_s)
            text = b"" if content is None else json.dumps(content).encode()
            line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            writer.write(f"{line}Content-Length: {len(text)}\r\n\r\n".encode() + text)

    server = await asyncio.start_server(talk, "127.0.0.1", order.port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Order(**json.loads(Path(sys.argv[1]).read_text()))))
