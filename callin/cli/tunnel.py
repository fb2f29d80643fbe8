"""`callin tunnel`: a public https address for a station at home, by a program that is already installed."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import click

from callin import env_file
from callin.cli.numbers import count_of, show_changes
from callin.cli.terminal import Exit, ask_before, settings_for_command, station_for_command, tell
from callin.errors import CallinError
from callin.numbers import plan_numbers, point_numbers
from callin.settings import ENV_FILE
from callin.settings_told import reasons, told_by_environment

PUBLIC = "PUBLIC_BASE_URL"
OPENS_WITHIN_S = 30.0
ENDS_WITHIN_S = 10.0
NGROK_TELLS = "http://127.0.0.1:4040/api/tunnels"
_CLOUDFLARES = re.compile(r"https://[a-z0-9-]+\.trycloudflare\.com")

HOW_TO_GET_ONE = """A tunnel program gives this machine a public https address. Install one, then: callin tunnel
  cloudflared  no account needed: https://github.com/cloudflare/cloudflared/releases
  ngrok        a free account:    https://ngrok.com/download, then: ngrok config add-authtoken YOUR_TOKEN
A station that stays is better off with a web server and a certificate in front of callin serve (docs/deploy.md)."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel program that is installed.

    Attributes:
        name: of the program.
        command: that opens a tunnel to a port of this machine.
    """

    name: str
    command: tuple[str, ...]


@click.command()
@click.option("--with", "program", type=click.Choice(["cloudflared", "ngrok"]), help="Which one, if both are there.")
@click.option("--yes", is_flag=True, help="Point the numbers at it without asking.")
def tunnel(*, program: str | None, yes: bool) -> int:
    """Open a public address with cloudflared or ngrok, and point the numbers at it, until Ctrl-C.

    Sets PUBLIC_BASE_URL in .env; (re)start callin serve after that.
    """
    port = settings_for_command().port
    found = _installed(port, wanted=program)
    if found is None:
        tell(HOW_TO_GET_ONE)
        return Exit.FAILED
    if PUBLIC in told_by_environment():
        raise CallinError(f"{PUBLIC} is set in the environment, which wins over .env. Unset it, then run this again.")
    with Path("tunnel.log").open("wb") as log:
        running = subprocess.Popen(found.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603  theirs
        try:
            _use(_address_of(found, running), yes=yes)
            return _stay(running)
        finally:
            _end(running)


def _installed(port: int, *, wanted: str | None) -> Tunnel | None:
    here = f"http://127.0.0.1:{port}"
    known = (
        Tunnel("cloudflared", ("cloudflared", "tunnel", "--no-autoupdate", "--url", here)),
        Tunnel("ngrok", ("ngrok", "http", str(port), "--log", "stdout")),
    )
    for each in known:
        path = shutil.which(each.name)
        if path is not None and wanted in (None, each.name):
            return Tunnel(each.name, (path, *each.command[1:]))
    return None


def _address_of(found: Tunnel, running: subprocess.Popen[bytes]) -> str:
    """Return the public address, once the program has told it.

    Raises:
        CallinError: it ended, or told none in time.
    """
    until = time.monotonic() + OPENS_WITHIN_S
    while time.monotonic() < until and running.poll() is None:
        address = _told_by_ngrok() if found.name == "ngrok" else _told_in_log()
        if address is not None:
            return address
        time.sleep(0.2)
    last = Path("tunnel.log").read_text(errors="replace").strip().splitlines()[-3:]
    raise CallinError(f"{found.name} has opened no tunnel. Its last words, in tunnel.log:\n" + "\n".join(last))


def _told_in_log() -> str | None:
    said = _CLOUDFLARES.search(Path("tunnel.log").read_text(errors="replace"))
    return said[0] if said else None


def _told_by_ngrok() -> str | None:
    try:
        with urlopen(NGROK_TELLS, timeout=1) as answer:
            tunnels = json.load(answer)["tunnels"]
    except (URLError, OSError, ValueError, KeyError):
        return None
    return next((str(each["public_url"]) for each in tunnels if str(each["public_url"]).startswith("https://")), None)


def _use(address: str, *, yes: bool) -> None:
    """`.env` and the numbers lead to the address."""
    path = Path(ENV_FILE)
    env_file.write(path, env_file.with_values(env_file.read(path), {PUBLIC: address}, reasons=reasons()))
    tell(f"{PUBLIC} in {path} is {address} now. Start callin serve in another terminal (again, if it runs already).")
    station = station_for_command()
    try:
        due = [plan for plan in plan_numbers(station.carrier.account, station.settings) if plan.changes]
        show_changes(due)
        if due:
            ask_before(f"Change {count_of(due)} at Twilio", yes=yes)
            point_numbers(station, plans=due)
            tell(f"Changed {count_of(due)}. Ring {station.settings.listener_number}.")
    finally:
        station.engine.dispose()


def _stay(running: subprocess.Popen[bytes]) -> int:
    """Keep it open until somebody stops this command, or the program ends by itself."""
    signals = list[int]()

    def heard(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        running.terminate()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        tell("The tunnel is open. Ctrl-C closes it; callin numbers undo then puts the numbers back.")
        running.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not signals:
        raise CallinError("The tunnel program has ended by itself; tunnel.log says why. Run again: callin tunnel")
    return Exit.INTERRUPTED if signal.SIGINT in signals else Exit.OK


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
