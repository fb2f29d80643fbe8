"""Forgetting, end to end: nothing of a person is left in the database, nor at Twilio, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from callin.forgetting import erase_at_twilio, forget, forget_what_is_old
from callin.models import Call, Caller, Erasure, Text
from tests.killing import run_and_kill
from tests.stories.studio import LISTENER_NUMBER, Studio

ANA, BEN = "+14155550411", "+14155550422"
SECRETS = (ANA, ANA[1:], "Anabelle", "Owls are underrated", "my secret topic", "Springfield")
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of Ana" * 20


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """An open show."""
    made = Studio(database_url)
    made.open_show()
    yield made
    made.close()


def an_evening(studio: Studio) -> None:
    """Ana calls, waits, leaves a message and texts a picture; Ben waits and hangs up; the show is over."""
    ana, ben = studio.joins(ANA, name="Anabelle"), studio.joins(BEN)
    with studio.station.transaction() as session:
        session.execute(
            text("UPDATE calls SET town = 'Springfield', topic = 'my secret topic' WHERE phone_number = :n"), {"n": ANA}
        )
    studio.later(60)
    ana.press("1")
    studio.later(5)
    ana.say("Owls are underrated")
    studio.later(10)
    ben.hang_up()
    ana.text(LISTENER_NUMBER, "Owls are underrated", media=[("image/png", PNG)])
    ben.text(LISTENER_NUMBER, "Hello")
    studio.later(30)
    studio.close_show()
    studio.settle()


def bytes_on_disk(studio: Studio) -> bytes:
    """Everything in the files of the database."""
    file = Path(studio.settings.database_url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def at_twilio(studio: Studio, number: str) -> tuple[int, int]:
    """How many texts with this number, and recordings of its calls, Twilio has."""
    client = studio.exchange.http_client()
    auth = (studio.settings.twilio_account_sid, "token")
    base = f"https://api.twilio.test/2010-04-01/Accounts/{auth[0]}"
    messages = client.request("GET", f"{base}/Messages.json?PageSize=1000", auth=auth).text
    recordings = client.request("GET", f"{base}/Recordings.json?PageSize=1000", auth=auth).text
    return messages.count(number), recordings.count('"sid": "RE') + recordings.count('"sid":"RE')


def test_nothing_of_a_person_is_left_here_or_at_twilio(studio: Studio) -> None:
    """Number, name, words, sound and picture are in no byte of the database, and Twilio has them no more."""
    an_evening(studio)
    assert all(secret.encode() in bytes_on_disk(studio) for secret in (*SECRETS, "a picture of Ana"))
    texts, recordings = at_twilio(studio, ANA)
    assert texts > 0
    assert recordings == 1

    assert forget(studio.station, phone_number=ANA) > 0
    while erase_at_twilio(studio.station):
        pass
    studio.station.engine.dispose()

    left = bytes_on_disk(studio)
    assert [secret for secret in (*SECRETS, "a picture of Ana", "RIFF") if secret.encode() in left] == []
    assert at_twilio(studio, ANA) == (0, 0)
    assert at_twilio(studio, BEN)[0] > 0
    assert studio.rows(Erasure) == []
    assert [call.outcome for call in studio.rows(Call)] == ["left", "abandoned"]
    assert forget(studio.station, phone_number=ANA) == 0


def test_a_twilio_that_is_down_is_asked_until_it_has_forgotten(studio: Studio) -> None:
    """While Twilio fails nothing is lost: what it has to delete is owed, and deleted once it can be."""
    an_evening(studio)
    studio.exchange.faults.change({"rest_500": 1})
    forget(studio.station, phone_number=ANA)
    erase_at_twilio(studio.station)
    owed = studio.rows(Erasure)
    assert owed
    assert all(one.why for one in owed)

    studio.exchange.faults.change({"rest_500": 0})
    assert not erase_at_twilio(studio.station)  # not yet: it was asked a moment ago
    studio.exchange.advance(120)
    while erase_at_twilio(studio.station):
        pass

    assert studio.rows(Erasure) == []
    assert at_twilio(studio, ANA) == (0, 0)


def test_what_is_old_is_forgotten_once_a_day(database_url: str) -> None:
    """With the setting, the courier's process forgets what is older, and looks again the next day; unset, never."""
    keeps = Studio(database_url)
    keeps.open_show()
    an_evening(keeps)
    keeps.exchange.advance(timedelta(days=90).total_seconds())
    assert not forget_what_is_old(keeps.station)
    assert len(keeps.rows(Caller)) == 2
    settings = keeps.settings.model_copy(update={"retention_days": 30})
    object.__setattr__(keeps.station, "settings", settings)

    assert forget_what_is_old(keeps.station)
    assert not forget_what_is_old(keeps.station)
    assert keeps.rows(Caller, Caller.phone_number.like("+%")) == []
    assert keeps.rows(Text, Text.body != "") == []
    keeps.exchange.advance(86_401)
    assert forget_what_is_old(keeps.station)
    keeps.close()


FORGETTER = """
import os, sys
os.environ.update({"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "token", "DATABASE_URL": sys.argv[1],
    "PUBLIC_BASE_URL": "https://station.test", "CALLIN_LISTENER_NUMBER": "+15550100", "CALLIN_DJ_LINE": "+15550101"})
from callin.forgetting import forget
from callin.settings import load_settings
from callin.station import station_of
station = station_of(load_settings(env_file=None))
print("ready", flush=True)
sys.stdin.readline()
forget(station, phone_number=sys.argv[2])
"""


@pytest.mark.parametrize("after_s", [0.01, 0.05, 0.15])
def test_forgetting_that_is_killed_is_finished_by_the_next(studio: Studio, after_s: float) -> None:
    """Kill -9 in the middle of two thousand rows: what was erased stays so, and a second try finds the rest."""
    an_evening(studio)
    with studio.station.transaction() as session:
        caller_id = session.scalar(select(Caller.id).where(Caller.phone_number == ANA))
        now = studio.exchange.now()
        session.add_all(
            Text(
                caller_id=caller_id,
                kind="inbound",
                phone_number=ANA,
                body=f"Owls are underrated {number}",
                state="received",
                created_at=now,
                due_at=now,
                message_sid=f"SM{number:032x}",
            )
            for number in range(2000)
        )
    database_url = studio.settings.database_url.replace("+pysqlite", "")
    run_and_kill(FORGETTER, database_url, ANA, after_s=after_s)
    with studio.station.reading() as session:
        erased = session.scalar(select(func.count(Text.id)).where(Text.kind == "inbound", Text.body == ""))
        owed = session.scalar(select(func.count(Erasure.id)).where(Erasure.sid.like("SM%")))
    assert owed is not None
    assert erased is not None
    assert owed >= erased  # nothing is gone here that Twilio is not owed to be told of

    forget(studio.station, phone_number=ANA)

    assert len(studio.rows(Caller, Caller.phone_number == ANA)) == 0
    assert len(studio.rows(Erasure, Erasure.sid.like("SM%"))) >= 2000
