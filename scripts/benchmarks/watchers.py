"""Many open pages without a browser: event streams of the board, read by one process; started by the board part.

Told on stdout, a JSON line each: when all of them have the present state, and when the last of them has heard a word
that was waited for. Run as `python -m benchmarks.watchers PORT COUNT COOKIE`.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import time

STREAM = "/board/stream"
WORD = re.compile(rb'data-name="(Bench-\d+)"')
# A word may be cut in two by the edge of what was read.
KEPT = 64


def watch(port: int, *, count: int, cookie: str) -> None:
    """Read until killed.

    Args:
        port: of the station, on 127.0.0.1.
        count: how many streams.
        cookie: of somebody who may see the board.
    """
    poll, wires = select.epoll(), dict[int, socket.socket]()
    ask = f"GET {STREAM} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    for _ in range(count):
        wire = socket.create_connection(("127.0.0.1", port))
        wire.sendall(ask.encode())
        wires[wire.fileno()] = wire
        poll.register(wire, select.EPOLLIN)
    tails = dict.fromkeys(wires, b"")
    heard: dict[bytes, set[int]] = {}
    started: set[int] = set()
    while True:
        for number, _event in poll.poll():
            piece = wires[number].recv(1 << 18)
            if not piece or (number not in started and not piece.startswith(b"HTTP/1.1 200")):
                sys.exit(f"a stream ended: {piece[:200].decode('latin-1')}")
            started.add(number)
            text = tails[number] + piece
            tails[number] = text[-KEPT:]
            if b"event: state" in text:
                _count(heard, b"", number, of=count)
            for word in WORD.findall(text):
                _count(heard, word, number, of=count)


def _count(heard: dict[bytes, set[int]], word: bytes, number: int, *, of: int) -> None:
    seen = heard.setdefault(word, set())
    if number not in seen:
        seen.add(number)
        if len(seen) == of:
            sys.stdout.write(json.dumps({"word": word.decode(), "at": time.time()}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    watch(int(sys.argv[1]), count=int(sys.argv[2]), cookie=sys.argv[3])
