"""A load generator that can sign: sends ready-made requests over kept connections and times every answer.

Its own share of a core is reported with each run, so that nobody takes its limit for a server's.
"""

from __future__ import annotations

import errno
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.figures import BenchError

# As many as perf.md speaks of.
CONNECTIONS = 64
GIVE_UP_AFTER_S = 15.0  # as Twilio does
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured.

    Attributes:
        seconds: from the first request to the last answer.
        latencies_ms: of the right answers, ascending; in an open loop counted from when the request was due.
        errors: wrong answers, broken connections and answers that never came, each in words, with how often.
        own_share: of one core that the generator itself used.
    """

    seconds: float
    latencies_ms: list[float]
    errors: dict[str, int]
    own_share: float

    @property
    def answers(self) -> int:
        """How many right answers came."""
        return len(self.latencies_ms)

    @property
    def per_second(self) -> float:
        """Right answers in a second."""
        return self.answers / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the latency that this share of the answers did not exceed.

        Args:
            share: 0.5 for the median, 0.99 for the tail.
        """
        return self.latencies_ms[min(self.answers - 1, int(share * self.answers))]


@dataclass(slots=True)
class _Line:
    """One connection, and what is under way on it."""

    wire: socket.socket
    asked_at: float = 0.0
    heard: bytes = b""


@dataclass(slots=True)
class _Told:
    """The result of a run, once it is over."""

    loads: list[Load] = field(default_factory=list)

    def load(self) -> Load:
        return self.loads[0]


@dataclass(slots=True)
class Generator:
    """Requests to one server, one run.

    Attributes:
        address: host and port.
        expected: what every right answer contains; anything else is an error.
    """

    address: tuple[str, int]
    expected: bytes
    _lines: dict[int, _Line] = field(default_factory=dict)
    _free: list[_Line] = field(default_factory=list)
    _poll: select.epoll = field(default_factory=select.epoll)
    _latencies: list[float] = field(default_factory=list)
    _errors: dict[str, int] = field(default_factory=dict)
    _look_at: float = 0.0

    def closed_loop(self, requests: Iterator[bytes], *, seconds: float, connections: int = CONNECTIONS) -> Load:
        """Every connection asks again as soon as it is answered, until time or requests are up.

        Args:
            requests: whole HTTP requests, sent in this order.
            seconds: how long new ones are sent.
            connections: at once.
        """
        with self._timed() as told:
            self._keep_busy(requests, until=time.perf_counter() + seconds, connections=connections)
        return told.load()

    def open_loop(self, requests: Iterator[bytes], *, per_second: float, seconds: float, most: int = 256) -> Load:
        """Requests fall due one after another, whether or not earlier ones are answered.

        Args:
            requests: whole HTTP requests, sent in this order.
            per_second: how many fall due.
            seconds: how long.
            most: connections at once; beyond it requests wait, and their wait is counted.
        """
        with self._timed() as told:
            self._keep_time(requests, per_second=per_second, count=int(per_second * seconds), most=most)
        return told.load()

    def _keep_busy(self, requests: Iterator[bytes], *, until: float, connections: int) -> None:
        is_dry = False
        while True:
            while len(self._free) + self._busy < connections:
                self._free.append(self._connect())
            while self._free and not is_dry and time.perf_counter() < until:
                request = next(requests, None)
                if request is None:
                    is_dry = True
                else:
                    self._ask(request, asked_at=time.perf_counter())
            if not self._busy:
                return
            self._hear(0.25)

    def _keep_time(self, requests: Iterator[bytes], *, per_second: float, count: int, most: int) -> None:
        started, sent = time.perf_counter(), 0
        while sent < count or self._busy:
            now = time.perf_counter()
            while sent < count and (due := started + sent / per_second) <= now:
                if not self._free:
                    if self._busy >= most:
                        break
                    self._free.append(self._connect())
                request = next(requests, None)
                if request is None:
                    raise BenchError("there were fewer requests than the run needs")
                self._ask(request, asked_at=due)
                sent += 1
            pause = started + sent / per_second - now if sent < count else 0.25
            self._hear(max(0.0, min(pause, 0.25)))

    @property
    def _busy(self) -> int:
        return len(self._lines)

    @contextmanager
    def _timed(self) -> Iterator[_Told]:
        """Give what will be told of the run; nothing stays open after it, however it ends."""
        started, cpu = time.perf_counter(), time.process_time()
        told = _Told()
        try:
            yield told
            seconds = time.perf_counter() - started
            share = (time.process_time() - cpu) / seconds
            told.loads.append(Load(seconds, sorted(self._latencies), self._errors, share))
        finally:
            for line in [*self._free, *self._lines.values()]:
                line.wire.close()
            self._poll.close()

    def _connect(self) -> _Line:
        try:
            wire = socket.create_connection(self.address, timeout=GIVE_UP_AFTER_S)
        except OSError as error:
            raise BenchError(f"nothing listens on {self.address[0]}:{self.address[1]} ({error})") from error
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.setblocking(False)
        self._poll.register(wire, select.EPOLLIN)
        return _Line(wire)

    def _ask(self, request: bytes, *, asked_at: float) -> None:
        line = self._free.pop()
        line.asked_at, line.heard = asked_at, b""
        self._lines[line.wire.fileno()] = line
        try:
            sent = line.wire.send(request)
        except OSError as error:
            self._drop(line, f"not sent: {errno.errorcode.get(error.errno or 0, error.errno)}")
            return
        if sent != len(request):
            raise BenchError("a request did not fit into the socket's buffer")

    def _hear(self, pause: float) -> None:
        for number, _event in self._poll.poll(pause):
            line = self._lines.get(number)
            if line is None:
                self._forget(number)
                continue
            try:
                piece = line.wire.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                self._drop(line, "connection closed in mid-answer")
                continue
            line.heard = line.heard + piece if line.heard else piece
            self._read(line)
        now = time.perf_counter()
        if now > self._look_at:
            self._look_at = now + 0.5
            for line in [line for line in self._lines.values() if line.asked_at < now - GIVE_UP_AFTER_S]:
                self._drop(line, f"no answer in {GIVE_UP_AFTER_S:g} s")

    def _forget(self, number: int) -> None:
        """A free connection that the server has closed between two requests is replaced when needed."""
        for line in [free for free in self._free if free.wire.fileno() == number]:
            self._free.remove(line)
            line.wire.close()

    def _read(self, line: _Line) -> None:
        answer = line.heard
        end = answer.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        length = _LENGTH.search(answer, 0, end)
        if length is None:
            raise BenchError("a server answers without Content-Length; the generator cannot tell its answers apart")
        if len(answer) < end + int(length[1]):
            return
        took_ms = (time.perf_counter() - line.asked_at) * 1000
        if not answer.startswith(b"HTTP/1.1 200"):
            self._count(answer.split(b"\r\n", 1)[0].decode("latin-1"))
        elif self.expected not in answer:
            self._count("200 with another document")
        else:
            self._latencies.append(took_ms)
        del self._lines[line.wire.fileno()]
        self._free.append(line)

    def _drop(self, line: _Line, why: str) -> None:
        self._count(why)
        del self._lines[line.wire.fileno()]
        line.wire.close()
        self._free.append(self._connect())

    def _count(self, why: str) -> None:
        self._errors[why] = self._errors.get(why, 0) + 1
