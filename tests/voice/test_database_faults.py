"""A database that is locked or full: a polite sentence, the place in the queue kept, and nothing half-written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from callin.db import engine_for, sessions_for, transaction
from callin.models import Call, LogLine, Show
from tests.webhooks.ringing import ANA, DJ, Doors

WAIT = {"QueuePosition": "1", "QueueTime": "9"}


def tell_connections(doors: Doors, *words: str) -> None:
    """Every connection of the station obeys this from now on."""

    def obey(connection: Any, _record: object) -> None:
        for statement in words:
            connection.execute(statement)

    event.listen(doors.station.engine, "connect", obey)
    doors.station.engine.dispose()


@contextmanager
def locked(doors: Doors) -> Iterator[None]:
    """Somebody else is writing and does not stop."""
    engine = engine_for(doors.database_url)
    with transaction(sessions_for(engine)) as session:
        session.get(Show, 1)
        yield
    engine.dispose()


@pytest.fixture
def impatient(doors: Doors) -> Doors:
    """A station that does not wait for a lock: the test should not either."""
    if doors.station.engine.dialect.name == "sqlite":
        tell_connections(doors, "PRAGMA busy_timeout = 0")
    else:
        tell_connections(doors, "SET lock_timeout = 1", "COMMIT")
    return doors


@pytest.mark.parametrize(
    ("path", "form", "last_verb"),
    [
        ("/voice/listener/answer", {}, "Redirect"),
        ("/voice/listener/join", {}, "Redirect"),
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
    (line,) = [line for line in lines if line["event"] != "webhook answered"]
    assert (line["event"], line["call_sid"]) == ("webhook failed", ANA["CallSid"])
    assert re.search("database is locked|lock timeout", str(line["exc_info"]))


def test_a_locked_database_costs_a_waiting_caller_one_announcement(impatient: Doors) -> None:
    """Whoever has nothing new to hear notices nothing; whoever has hears it once, now or after being put off."""
    impatient.open_show()
    impatient.post("/voice/listener/answer", ANA)
    impatient.post("/voice/listener/join", ANA)

    with locked(impatient), capture_logs() as lines:
        news = impatient.post("/voice/listener/wait", {**ANA, **WAIT})
    again = impatient.post("/voice/listener/wait", {**ANA, **WAIT})
    with locked(impatient):
        nothing_new = impatient.post("/voice/listener/wait", {**ANA, **WAIT})

    # PostgreSQL's lock keeps out transactions; what a waiting caller is told is a single statement and passes.
    was_kept_out = "You are next" not in news.said
    failed = [(line["event"], line["call_sid"]) for line in lines if line["event"] == "webhook failed"]
    assert (news.status, news.names[-1] in ("Pause", "Play")) == (200, True)
    assert failed == ([("webhook failed", ANA["CallSid"])] if was_kept_out else [])
    assert (news.said + again.said).count("You are next") == 1
    assert (nothing_new.status, nothing_new.said) == (200, "")


def test_after_the_lock_the_same_call_goes_on(impatient: Doors) -> None:
    """The second try, to which the first one led, is served as if nothing had been."""
    impatient.open_show()
    with locked(impatient), capture_logs():
        sorry = impatient.post("/voice/listener/answer", ANA)

    reply = impatient.post(sorry.verb("Redirect").text.removeprefix(impatient.base), ANA)

    assert "may go on the air" in reply.said
    assert len(impatient.rows(Call)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # a server's disk is the server's business
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
