"""A station in processes of its own, as `callin serve` runs it, on an exchange whose clock is moved by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from callin.cli import run
from callin.cli.serve import free_address
from callin.exchange import Exchange, ManualClock, Phone
from callin.exchange.server import ExchangeServer
from callin.settings import Settings

LISTENERS, DJ_LINE, DJ_PHONE = "+15550001000", "+15550002000", "+14155550199"
ENDS_WITHIN_S = 60


@dataclass
class Serving:
    """Exchange and station; the station can be started, stopped and killed, with the same database and address."""

    environment: pytest.MonkeyPatch
    exchange: Exchange
    base: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, *prefix: str) -> None:
        """The station answers; what stands before its command line runs it."""
        port = self.base.rpartition(":")[2]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "callin", "serve", "--port", port],
                env=os.environ,
                stderr=log,
                start_new_session=True,
            )
        while not self.is_alive():
            assert self.process.poll() is None, self.said
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)

    def is_alive(self) -> bool:
        """Whether it answers at all."""
        try:
            return requests.get(f"{self.base}/healthz", timeout=ENDS_WITHIN_S).ok
        except requests.RequestException:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The station has been told to end, and has; return how."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        code = self.process.wait(ENDS_WITHIN_S)
        self.process = None
        return code

    @property
    def said(self) -> str:
        """The log of all its processes."""
        return self.log.read_text()

    def rings(self, number: str, *, to: str = LISTENERS) -> Phone:
        """Somebody rings, and half a minute passes."""
        self.exchange.dial(number, to)
        self.exchange.advance(30)
        return self.exchange.phone(number)

    def callin(self, *words: str) -> None:
        """Somebody types this, and it works."""
        assert run(list(words)) == 0, words


@contextmanager
def serving(environment: pytest.MonkeyPatch, *, database_url: str, folder: Path) -> Iterator[Serving]:
    """Give a station that is wired to an exchange and not started; the numbers point nowhere yet."""
    exchange = Exchange(clock=ManualClock(), account_sid="AC" + "0" * 32, auth_token="token")
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    exchange.add_number(LISTENERS)
    exchange.add_number(DJ_LINE)
    base = f"http://127.0.0.1:{free_address('127.0.0.1', port=0)}"
    for field in Settings.model_fields.values():
        environment.delenv(str(field.validation_alias), raising=False)
    for name, value in {
        "TWILIO_ACCOUNT_SID": exchange.account.sid,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_API_URL": server.url,
        "PUBLIC_BASE_URL": base,
        "DATABASE_URL": database_url,
        "CALLIN_LISTENER_NUMBER": LISTENERS,
        "CALLIN_DJ_LINE": DJ_LINE,
        "CALLIN_DJ_NUMBERS": DJ_PHONE,
    }.items():
        environment.setenv(name, value)
    environment.chdir(folder)
    station = Serving(environment, exchange, base, folder / "log")
    yield station
    if station.process is not None:
        station.stop(signal.SIGKILL)
    server.close()
