"""The processes of one evening: exchange, web, courier, closing; killed with -9 and started again by the evening."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import urllib3

from benchmarks import processes
from benchmarks.figures import BenchError
from callin import migrations
from callin.db import engine_for
from callin.rehearsal.switchboard import Switchboard

LISTENER_NUMBER = "+15550001000"
DJ_LINE = "+15550002000"
DJ_NUMBERS = ("+15550109001", "+15550109002")
STARTS_WITHIN_S = 60.0
COMMANDS = {
    "web": ["serve", "--no-courier"],
    "courier": ["courier"],
    "closing": ["show", "close", "--yes"],
}


@dataclass(slots=True)
class Troupe:
    """Who works tonight.

    Attributes:
        folder: for logs.
        database_url: in SQLAlchemy's form.
        speed: exchange seconds in one real second.
        environment: all that our processes are told.
        switchboard: the exchange, as people with phones use it.
    """

    folder: Path
    database_url: str
    speed: float
    environment: dict[str, str]
    switchboard: Switchboard
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """That process runs, unless it does already."""
        if self.is_running(name):
            return
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "callin", *COMMANDS[name]],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> bool:
        """The process and its children are gone, without a word; return whether there was one."""
        process = self._running.pop(name, None)
        if process is None or process.poll() is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True

    def is_running(self, name: str) -> bool:
        """Return whether that process runs."""
        return name in self._running and self._running[name].poll() is None

    def exit_code(self, name: str) -> int | None:
        """Return how that process ended by itself, or None."""
        return self._running[name].poll() if name in self._running else None

    def until_web_answers(self) -> None:
        """Webhooks are answered (again).

        Raises:
            BenchError: they are not, after a while.
        """
        give_up_at = time.monotonic() + STARTS_WITHIN_S
        while True:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                url = f"{self.environment['PUBLIC_BASE_URL']}/healthz"
                if urllib3.request("GET", url, retries=False, timeout=2).status == 200:
                    return
            if time.monotonic() > give_up_at:
                raise BenchError(f"the web process does not answer: {self.last_words('web')}")
            time.sleep(0.05)

    def command(self, *arguments: str, must_succeed: bool = True) -> int:
        """Run `callin ARGUMENTS` to its end; return its exit code.

        Raises:
            BenchError: it had to succeed and did not.
        """
        with (self.folder / "commands.log").open("ab") as log:
            done = subprocess.run(
                [sys.executable, "-m", "callin", *arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if must_succeed and done.returncode:
            raise BenchError(f"callin {' '.join(arguments)} failed: {self.last_words('commands')}")
        return done.returncode

    def last_words(self, name: str) -> str:
        """Return the end of a log."""
        return processes.last_words(self.folder / f"{name}.log")

    def send_home(self) -> None:
        """Nobody works any more."""
        for name in list(self._running):
            self.kill(name)


@contextmanager
def on_stage(folder: Path, *, database_url: str, speed: float) -> Iterator[Troupe]:
    """Give a troupe with a fresh database, its two numbers at an exchange of its own, and web and courier running.

    Args:
        folder: empty.
        database_url: of an empty database.
        speed: exchange seconds in one real second.
    """
    account_sid, auth_token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    engine = engine_for(database_url)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    exchange_port, web_port = processes.free_port(), processes.free_port()
    exchange_url = f"http://127.0.0.1:{exchange_port}"
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "PYTHONUTF8": "1",
        "TWILIO_ACCOUNT_SID": account_sid,
        "TWILIO_AUTH_TOKEN": auth_token,
        "TWILIO_API_URL": exchange_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{web_port}",
        "PORT": str(web_port),
        "DATABASE_URL": database_url.replace("postgresql+psycopg://", "postgresql://"),
        "SECRET_KEY": secrets.token_hex(24),
        "CALLIN_LISTENER_NUMBER": LISTENER_NUMBER,
        "CALLIN_DJ_LINE": DJ_LINE,
        "CALLIN_DJ_NUMBERS": ",".join(DJ_NUMBERS),
        "CALLIN_MAX_QUEUE_SIZE": "8",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "callin", "exchange", "--port", str(exchange_port), "--speed", str(speed)]
    command += ["--account-sid", account_sid, "--auth-token", auth_token]
    with processes.running("exchange", command, port=exchange_port, folder=folder):
        switchboard = Switchboard(exchange_url)
        troupe = Troupe(folder, database_url, speed, environment, switchboard)
        for number in (LISTENER_NUMBER, DJ_LINE):
            _buy(number, url=exchange_url, account=(account_sid, auth_token))
        try:
            troupe.start("web")
            troupe.start("courier")
            troupe.until_web_answers()
            troupe.command("numbers", "sync", "--yes")
            yield troupe
        finally:
            troupe.send_home()


def _buy(number: str, *, url: str, account: tuple[str, str]) -> None:
    answer = urllib3.request(
        "POST",
        f"{url}/2010-04-01/Accounts/{account[0]}/IncomingPhoneNumbers.json",
        body=urlencode({"PhoneNumber": number}),
        headers=urllib3.make_headers(basic_auth=":".join(account))
        | {"Content-Type": "application/x-www-form-urlencoded"},
        retries=False,
    )
    if answer.status != 201:
        raise BenchError(f"the exchange did not take the number {number}: {answer.data.decode()}")
