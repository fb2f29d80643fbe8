"""A database that is locked or full: a polite sentence, the place in the queue kept, and nothing half-written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from callin.models import Call, LogLine
from tests.webhooks.ringing import ANA, DJ, Doors

WAIT = {"QueuePosition": "1", "QueueTime": "9"}


def tell_connections(doors: Doors, pragma: str) -> None:
    """Every connection of the station obeys this from now on."""

    def obey(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(pragma)

    event.listen(doors.station.engine, "connect", obey)
    doors.station.engine.dispose()


@contextmanager
def locked(doors: Doors) -> Iterator[None]:
    """Somebody else is writing and does not stop."""
    path = doors.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def impatient(doors: Doors) -> Doors:
    """A station that does not wait for a lock: the test should not either."""
    tell_connections(doors, "PRAGMA busy_timeout = 0")
    return doors


@pytest.mark.parametrize(
    ("path", "form", "last_verb"),
    [
        ("/voice/listener/answer", {}, "Redirect"),
        ("/voice/listener/join", {}, "Redirect"),
        ("/voice/listener/wait", WAIT, "Pause"),
        ("/voice/listener/key", {"Digits": "1"}, "Pause"),
        ("/voice/listener/next_up", {}, "Redirect"),
        ("/voice/listener/on_air", {"DequeingCallSid": DJ["CallSid"], "QueueTime": "9"}, "Say"),
        ("/voice/listener/left?stint=1", {"QueueResult": "queue-full"}, "Redirect"),
        ("/voice/listener/goodbye?waited_s=60", {}, "Redirect"),
        ("/voice/dj/answer", {}, "Redirect"),
        ("/voice/dj/next", {}, "Redirect"),
    ],
)
def test_a_locked_database_costs_a_sentence_and_nothing_else(
    impatient: Doors, path: str, form: dict[str, str], last_verb: str
) -> None:
    """Somebody hears that something is wrong and is kept or sent round again; the log says why, with the call's SID."""
    impatient.open_show()
    before = impatient.contents()

    with locked(impatient), capture_logs() as lines:
        reply = impatient.post(path, {**ANA, **form})

    assert (reply.status, reply.names[-1]) == (200, last_verb)
    assert reply.said
    assert impatient.contents() == before
    (line,) = lines
    assert (line["event"], line["call_sid"]) == ("webhook failed", ANA["CallSid"])
    assert "database is locked" in str(line["exc_info"])


def test_after_the_lock_the_same_call_goes_on(impatient: Doors) -> None:
    """The second try, to which the first one led, is served as if nothing had been."""
    impatient.open_show()
    with locked(impatient), capture_logs():
        sorry = impatient.post("/voice/listener/answer", ANA)

    reply = impatient.post(sorry.verb("Redirect").text.removeprefix(impatient.base), ANA)

    assert "may go on the air" in reply.said
    assert len(impatient.rows(Call)) == 1


def test_a_full_disk_writes_all_or_nothing(doors: Doors) -> None:
    """When the disk fills, each caller is either on record with a log line or not at all; everyone hears something."""
    doors.open_show()
    with doors.station.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    tell_connections(doors, f"PRAGMA max_page_count = {pages}")

    with capture_logs() as lines:
        replies = [
            doors.post("/voice/listener/answer", {**ANA, "CallSid": f"CA{number:032}", "CallerName": "N" * 120})
            for number in range(120)
        ]

    assert {reply.status for reply in replies} == {200}
    assert all(reply.said for reply in replies)
    assert any("is full" in str(line.get("exc_info")) for line in lines)
    assert "NNN" not in str(lines)  # what callers are called is nobody's business in a log
    rang = [line.call_sid for line in doors.rows(LogLine) if line.what == "rang"]
    assert rang == [call.call_sid for call in doors.rows(Call)]
    assert 0 < len(rang) < 120
