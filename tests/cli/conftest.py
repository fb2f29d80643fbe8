"""The terminal, with an exchange on a loopback port for Twilio and the station's web application in this process."""

import contextlib
import json
import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from callin.app import create_app
from callin.cli import run
from callin.desk import shows
from callin.desk.shows import ShowCard
from callin.exchange import Exchange, ManualClock
from callin.exchange.server import ExchangeServer
from callin.settings import Settings, load_settings
from callin.station import Station, station_of
from tests.cli.serving import WITHIN_S, Serving

LISTENERS, DJ_LINE = "+15550001000", "+15550002000"
BASE = "https://station.test"


@dataclass
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Studio:
    """Exchange, station and terminal of one test."""

    exchange: Exchange
    station: Station
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def callin(self, *words: str) -> Said:
        """Type `callin WORDS`, with nobody at the terminal."""
        self.capsys.readouterr()
        code = run(words)
        said = self.capsys.readouterr()
        return Said(code, said.out, said.err)

    def ring(self, count: int) -> list[str]:
        """So many listeners ring and wait in the line; return their call SIDs."""
        calls = [self.exchange.phone(f"+1555001{n:04}").dial(LISTENERS) for n in range(count)]
        self.exchange.advance(30)
        return [call.sid for call in calls]

    def queue_names(self) -> set[str]:
        return {queue.friendly_name for queue in self.exchange.queues.values()}

    def show(self) -> ShowCard:
        with self.station.transaction() as session:
            show = shows.last_show(session)
        assert show is not None
        return show


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment and a folder that say nothing to a station; the log's own set-up is put back afterwards."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture(autouse=True)
def _same_log_afterwards() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def environment(bare_environment: pytest.MonkeyPatch, database_url: str) -> pytest.MonkeyPatch:
    """An environment that makes a station, at a Twilio where nobody listens."""
    for name, value in {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "PUBLIC_BASE_URL": BASE,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "ERROR",
        "CALLIN_LISTENER_NUMBER": LISTENERS,
        "CALLIN_DJ_LINE": DJ_LINE,
    }.items():
        bare_environment.setenv(name, value)
    return bare_environment


@pytest.fixture
def studio(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Studio]:
    """Both numbers are bought and point nowhere yet."""
    apps: list[Any] = []

    def answer_webhook(environ: Any, start_response: Any) -> Any:
        return apps[0](environ, start_response)

    exchange = Exchange(
        clock=ManualClock(), account_sid="AC" + "0" * 32, auth_token="token", apps={BASE: answer_webhook}
    )
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    environment.setenv("TWILIO_API_URL", server.url)
    station = station_of(load_settings())
    apps.append(create_app(station))
    exchange.add_number(LISTENERS)
    exchange.add_number(DJ_LINE)
    yield Studio(exchange, station, capsys, environment)
    server.close()
    station.engine.dispose()


@pytest.fixture
def on_air(studio: Studio) -> Studio:
    """The numbers point at the station and a show is open."""
    assert studio.callin("numbers", "sync", "--yes").code == 0
    assert studio.callin("show", "open").code == 0
    return studio


@pytest.fixture
def serving(environment: pytest.MonkeyPatch) -> Iterator[list[Serving]]:
    """Whatever the test starts is gone afterwards."""
    started: list[Serving] = []
    yield started
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.communicate(timeout=WITHIN_S)
