"""A running `callin serve` without file descriptors, and one that is told to stop with a request in hand."""

import http.client
import os
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import make_url, select
from twilio.request_validator import RequestValidator

from callin.db import engine_for
from callin.desk import shows
from callin.models import Call
from callin.settings import load_settings
from callin.station import station_of
from tests.cli.conftest import BASE, LISTENERS
from tests.cli.serving import Serving, until

ANSWER = "/voice/listener/answer"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def one(serving: list[Serving]) -> Serving:
    """A station that answers, with an open show."""
    station = station_of(load_settings())
    with station.transaction() as session:
        shows.open_show(session, now=station.clock(), name="Owls", queue_name="radio-callin-queue", max_queue_size=100)
    station.engine.dispose()
    serving.append(Serving("--no-courier"))
    until(serving[0].answers)
    return serving[0]


def ring(connection: http.client.HTTPConnection, caller: int) -> ET.Element:
    """Somebody rings the listener line; return the document they are answered with."""
    form = {"CallSid": f"CA{caller:032}", "From": f"+1415555{caller:04}", "To": LISTENERS, "CallStatus": "ringing"}
    signature = RequestValidator("token").compute_signature(BASE + ANSWER, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    connection.request("POST", ANSWER, urlencode(form), headers)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, body
    return ET.fromstring(body)


def connected(one: Serving) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(one.url).netloc, timeout=30)


@contextmanager
def no_descriptors_left(pid: int) -> Iterator[None]:
    """The process keeps what it has, and can open nothing more."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def test_out_of_file_descriptors_a_caller_is_sent_round_and_served_afterwards(one: Serving) -> None:
    """The database cannot even be opened: the caller hears sorry; once there is room everything works again."""
    with closing(connected(one)) as kept:
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        (worker,) = one.workers()
        with no_descriptors_left(worker):
            sorry = ring(kept, 1)
            assert not one.answers(within_s=1)
        greeting = ring(kept, 1)

    assert "sorry" in " ".join(say.text or "" for say in sorry.iter("Say")).lower()
    assert sorry[-1].tag == "Redirect"
    assert "may go on the air" in " ".join(say.text or "" for say in greeting.iter("Say"))
    assert one.answers()
    said = one.stop()
    assert "unable to open database file" in said
    assert one.process.returncode == 0, said


def test_a_request_in_hand_is_finished_before_the_station_stops(one: Serving) -> None:
    """SIGTERM while a webhook waits for the database: the caller is greeted and on record, then the process ends."""
    database = make_url(os.environ["DATABASE_URL"]).database
    assert database is not None
    with (
        ThreadPoolExecutor(1) as pool,
        closing(connected(one)) as line,
        closing(sqlite3.connect(database, isolation_level=None)) as holder,
    ):
        holder.execute("BEGIN IMMEDIATE")
        greeting = pool.submit(ring, line, 1)
        time.sleep(0.7)  # the request is in, and waits for the lock
        assert not greeting.done()
        os.killpg(one.process.pid, signal.SIGTERM)
        time.sleep(0.7)  # the station has heard it
        holder.execute("ROLLBACK")
        said = " ".join(say.text or "" for say in greeting.result(timeout=30).iter("Say"))

    one.process.communicate(timeout=60)
    assert "may go on the air" in said
    assert one.process.returncode == 0
    with engine_for(os.environ["DATABASE_URL"]).connect() as connection:
        assert connection.scalars(select(Call.call_sid)).all() == [f"CA{1:032}"]
