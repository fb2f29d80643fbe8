"""The stage of a rehearsal: exchange and station as processes of their own on free ports; used by the rehearsal alone.

Everything runs as it would for real: the commands a station types, real HTTP, a fresh SQLite file.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

import urllib3
from sqlalchemy import select

from callin.errors import CallinError
from callin.given_settings import OnlyThese
from callin.rehearsal.database import fresh_database
from callin.rehearsal.switchboard import Switchboard
from callin.station import Station, station_of

LISTENER_NUMBER = "+15550001000"
DJ_LINE = "+15550002000"
# Phones for the person who rehearses: numbers of nobody in the cast, whom the station does not know yet.
LISTENERS = (
    ("Listener", "+15550123456", LISTENER_NUMBER),
    ("Another listener", "+15550123457", LISTENER_NUMBER),
)
STRANGER = "+15550123458"
EARLY_BIRD = ("Robin, who rang early", "+15550123459", LISTENER_NUMBER)
START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0


class StageTroubleError(CallinError):
    """The rehearsal cannot be set up or went to pieces; says why."""


@dataclass(frozen=True, slots=True)
class StageOrder:
    """What a rehearsal asks of its stage.

    Attributes:
        speed: exchange seconds in one real second.
        port: of the station; 0 for any free one.
        settings: further settings of the station, by environment name.
    """

    speed: float
    port: int = 0
    settings: dict[str, str] = field(default_factory=dict)


class Stage:
    """Exchange, station and courier, up and running."""

    def __init__(self, order: StageOrder, *, say: Callable[[str], None]) -> None:
        """Nothing runs yet; `set_up` starts it.

        Args:
            order: what is asked.
            say: tells the person one line.
        """
        self._order = order
        self._say = say
        self._processes: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._folder = Path(tempfile.mkdtemp(prefix="callin-rehearsal-"))
        self._turn = _wait_for_a_turn()
        station_port = _free_port(order.port)
        if order.port and station_port != order.port:
            say(f"Port {order.port} is taken; the station listens on {station_port} instead.")
        self.exchange_url = f"http://127.0.0.1:{_free_port(0)}"
        self.station_url = f"http://127.0.0.1:{station_port}"
        self._account_sid = "AC" + secrets.token_hex(16)
        self._auth_token = secrets.token_hex(16)
        self.database = fresh_database(self._folder, say=say)
        self.environment = {
            "TWILIO_ACCOUNT_SID": self._account_sid,
            "TWILIO_AUTH_TOKEN": self._auth_token,
            "TWILIO_API_URL": self.exchange_url,
            "PUBLIC_BASE_URL": self.station_url,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "SECRET_KEY": secrets.token_hex(24),
            "PORT": str(station_port),
            "CALLIN_LISTENER_NUMBER": LISTENER_NUMBER,
            "CALLIN_DJ_LINE": DJ_LINE,
            "LOG_LEVEL": "WARNING",
        } | order.settings
        self.switchboard = Switchboard(self.exchange_url)
        self.station: Station = station_of(OnlyThese(**self.environment))  # type: ignore[arg-type]  # by alias

    def set_up(self) -> None:
        """Exchange, station and courier answer, and the two numbers lead to the station.

        Raises:
            StageTroubleError: something did not come up; its own words are in it.
        """
        exchange_port = self.exchange_url.rpartition(":")[2]
        self._start(
            "exchange",
            ["exchange", "--port", exchange_port, "--speed", str(self._order.speed)],
            ["--account-sid", self._account_sid, "--auth-token", self._auth_token],
        )
        self._start("station", ["serve"])
        self._wait_for("exchange", self.switchboard.is_up)
        for number, name in ((LISTENER_NUMBER, "Listeners"), (DJ_LINE, "DJ")):
            self._buy(number, name=name)
        dj = self._order.settings.get("CALLIN_DJ_NUMBERS", "").partition(",")[0] or STRANGER
        self.switchboard.lay_out(*LISTENERS, ("DJ", dj, DJ_LINE), EARLY_BIRD)
        self._wait_for("station", self._is_ready)
        with self.station.transaction() as session:
            # From here on the file is open in this process, which tells other rehearsals that it is in use.
            session.execute(select(1))
        self._turn.close()
        self.command("numbers", "sync", "--yes")

    def command(self, *arguments: str) -> str:
        """Run `callin ARGUMENTS` as a person would type it; return what it printed.

        Raises:
            StageTroubleError: it failed; its own words are in it.
        """
        result = subprocess.run(  # noqa: S603  our own interpreter, our own arguments
            [sys.executable, "-m", "callin", *arguments],
            env=self._process_environment(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if result.returncode != 0:
            raise StageTroubleError(f"callin {' '.join(arguments)} failed: {(result.stderr or result.stdout).strip()}")
        return result.stdout

    def fallen(self) -> str | None:
        """Return what has stopped by itself, with its last words, or None while all is well."""
        for name, process in self._processes:
            if process.poll() is not None:
                return f"The {name} has stopped (exit {process.returncode}).\n{self._last_words(name)}"
        return None

    def strike(self, *, keep_logs: bool) -> None:
        """Nothing of the stage runs any more.

        Args:
            keep_logs: whether the logs of exchange and station (and a show kept beside them) stay for a look.
        """
        for _, process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for _, process in self._processes:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.station.engine.dispose()
        self._turn.close()
        if keep_logs:
            self._say(f"The logs of exchange and station are in {self._folder}")
        else:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, name: str, *arguments: list[str]) -> None:
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  our own interpreter, our own arguments
                [sys.executable, "-m", "callin", *(word for part in arguments for word in part)],
                env=self._process_environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C at the terminal is for the director, who then stops everybody in order.
                start_new_session=True,
            )
        self._processes.append((name, process))

    def _process_environment(self) -> dict[str, str]:
        # Nothing of the person's own environment or .env reaches a rehearsal: it must never find a real account.
        return self.environment | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}

    def _wait_for(self, name: str, is_up: Callable[[], bool]) -> None:
        give_up_at = time.monotonic() + START_WITHIN_S
        while not is_up():
            fallen = self.fallen()
            if fallen is not None:
                raise StageTroubleError(fallen)
            if time.monotonic() > give_up_at:
                raise StageTroubleError(f"The {name} did not start in {START_WITHIN_S:g} s.\n{self._last_words(name)}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return urllib3.request("GET", f"{self.station_url}/healthz", retries=False, timeout=2).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def _buy(self, number: str, *, name: str) -> None:
        """The exchange knows the number, as if it had been bought in Twilio's console."""
        answer = urllib3.request(
            "POST",
            f"{self.exchange_url}/2010-04-01/Accounts/{self._account_sid}/IncomingPhoneNumbers.json",
            body=urlencode({"PhoneNumber": number, "FriendlyName": name}),
            headers=urllib3.make_headers(basic_auth=f"{self._account_sid}:{self._auth_token}")
            | {"Content-Type": "application/x-www-form-urlencoded"},
            retries=False,
        )
        if answer.status != 201:
            raise StageTroubleError(f"The exchange did not take the number {number}: {answer.data.decode()}")

    def _last_words(self, name: str) -> str:
        lines = (self._folder / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])


def _wait_for_a_turn() -> BinaryIO:
    """Return a lock to be closed once ports and database are in use: two set-ups at once would find both free."""
    turn = Path(__file__).open("rb")  # noqa: SIM115  held beyond this function
    fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StageTroubleError("There is no free port on 127.0.0.1.")
