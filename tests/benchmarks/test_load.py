"""The load generator: counts what is right, tells what is wrong, and never takes nothing for a result."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from benchmarks.figures import BenchError
from benchmarks.load import Generator, Load
from benchmarks.processes import free_port

ASKED = b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
RIGHT = b"<Response><Play>x</Play></Response>"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: list[tuple[int, bytes]]
    has_length = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        status, body = self.server.answers.pop() if self.server.answers else (200, RIGHT)
        self.send_response(status)
        if self.server.has_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def server() -> Iterator[_Server]:
    """A server that answers rightly, but for what it is told."""
    serving = _Server(("127.0.0.1", 0), _Handler)
    serving.answers = []
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def generator_for(server: _Server) -> Generator:
    return Generator(("127.0.0.1", server.server_address[1]), expected=b"<Play>")


def closed(server: _Server) -> Load:
    return generator_for(server).closed_loop(iter([ASKED] * 40), seconds=30, connections=4)


def open_(server: _Server) -> Load:
    return generator_for(server).open_loop(iter([ASKED] * 40), per_second=400, seconds=0.1)


@pytest.mark.parametrize("run", [closed, open_])
def test_every_right_answer_is_timed(server: _Server, run: Callable[[_Server], Load]) -> None:
    """As many latencies as requests, in order, and no errors."""
    load = run(server)
    assert (load.answers, load.errors) == (40, {})
    assert load.latencies_ms == sorted(load.latencies_ms)
    assert 0 < load.percentile_ms(0.5) <= load.percentile_ms(0.99) <= load.latencies_ms[-1]
    assert load.per_second > 0


@pytest.mark.parametrize("run", [closed, open_])
def test_wrong_answers_are_told_by_what_is_wrong(server: _Server, run: Callable[[_Server], Load]) -> None:
    """A refusal and a document of another kind are errors, and are not timed."""
    server.answers = [(403, b"no"), (200, b"<Response><Say>sorry</Say></Response>")]
    load = run(server)
    assert load.answers == 38
    assert load.errors == {"HTTP/1.1 403 Forbidden": 1, "200 with another document": 1}


def test_a_server_whose_answers_cannot_be_told_apart_is_not_measured(server: _Server) -> None:
    """Without a length, nobody can say where an answer ends."""
    server.has_length = False
    with pytest.raises(BenchError, match="without Content-Length"):
        closed(server)


def test_nobody_there_is_no_result() -> None:
    """A port on which nobody listens ends the run."""
    with pytest.raises(BenchError, match="nothing listens"):
        Generator(("127.0.0.1", free_port()), expected=b"").closed_loop(iter([ASKED]), seconds=1)


def test_an_open_loop_without_enough_requests_is_no_result(server: _Server) -> None:
    """A run that would fall short of its rate is not taken for one that kept it."""
    with pytest.raises(BenchError, match="fewer requests"):
        generator_for(server).open_loop(iter([ASKED]), per_second=100, seconds=0.1)
