"""Streams at the running server: however many are opened, the phones are answered, and whoever leaves makes room."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.browser.house import House, tell, until

OPENED = 1000


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    """Connections that a test opens; shut afterwards."""
    opened: list[socket.socket] = []
    yield opened
    for each in opened:
        each.close()


def open_stream(house: House, path: str = "/stream") -> socket.socket:
    """Ask for a stream and do not read it."""
    url = urlsplit(house.url)
    connection = socket.create_connection((url.hostname, url.port or 80), timeout=20)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    return connection


def status_of(connection: socket.socket) -> int:
    """The status that came back."""
    return int(connection.recv(64).split(b" ")[1])


def test_a_thousand_streams_do_not_keep_a_phone_waiting(house: House, sockets: list[socket.socket]) -> None:
    """Six of the twelve are strangers'; the others hear 503 at once, and a caller gets into the line meanwhile."""
    house.open_show()
    began = time.monotonic()
    for _ in range(OPENED):
        sockets.append(open_stream(house))
    answers = [status_of(each) for each in sockets]
    took = time.monotonic() - began

    tell(f"{OPENED} streams asked for and answered in {took:.1f} s: {answers.count(200)} opened")
    assert (answers.count(200), answers.count(503)) == (6, OPENED - 6)
    house.ring_in_line("+15550100001")
    assert urllib3.request("GET", f"{house.url}/status/state", retries=False).status == 200


def test_whoever_leaves_makes_room(house: House, sockets: list[socket.socket]) -> None:
    """A page that is shut gives its stream back by the next sign of life at the latest."""
    for _ in range(2):
        held: list[socket.socket] = []
        until(lambda held=held: take(house, held) == 6, "the streams were never given back")
        sockets += held
        for each in held:
            each.close()


def take(house: House, held: list[socket.socket]) -> int:
    """Hold one more stream if there is one to be had; return how many are held."""
    another = open_stream(house)
    if status_of(another) == 200:
        held.append(another)
    else:
        another.close()
    return len(held)
