"""`callin tunnel` with programs that stand in for cloudflared and ngrok: an address, the numbers, and the way back."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from dotenv import dotenv_values

from tests.cli.conftest import BASE, LISTENERS, Studio
from tests.cli.typist import Typist

# The package has the command itself under this name.
COMMAND = importlib.import_module("callin.cli.tunnel")
ADDRESS = "https://three-grey-herons.trycloudflare.com"
OPENS = f"echo 'INF |  {ADDRESS}  |' >&2\n"


@pytest.fixture
def home(studio: Studio, tmp_path: Path) -> Studio:
    """A station at home: its address is in .env, and no tunnel program is installed."""
    (tmp_path / "bin").mkdir()
    studio.monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    studio.monkeypatch.delenv("PUBLIC_BASE_URL")
    (tmp_path / ".env").write_text(f"# ours\nPUBLIC_BASE_URL={BASE}\n")
    return studio


def install(name: str, script: str) -> None:
    program = Path("bin") / name
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)


def leads_to(studio: Studio) -> str:
    return studio.exchange.numbers[LISTENERS].voice_url


def test_without_a_program_it_says_how_to_get_one(home: Studio) -> None:
    """Exit one, both programs with where they are, and nothing is changed."""
    said = home.callin("tunnel", "--yes")
    assert said.code == 1
    assert "cloudflared" in said.err
    assert "ngrok" in said.err
    assert dotenv_values(".env")["PUBLIC_BASE_URL"] == BASE


def test_ctrl_c_closes_the_tunnel(home: Studio) -> None:
    """The address is told, shown at the numbers, set after a yes; Ctrl-C ends both programs, and an undo goes back."""
    install("cloudflared", f"{OPENS}exec sleep 100\n")
    person = Typist("tunnel", folder=Path.cwd(), environment=dict(os.environ))
    person.wait_for(f"PUBLIC_BASE_URL in .env is {ADDRESS}")
    person.answer("at Twilio?", "y")
    person.wait_for("The tunnel is open")
    assert leads_to(home) == f"{ADDRESS}/voice/listener/answer"
    person.interrupt()
    assert person.end() == 130, person.seen
    assert Path(".env").read_text() == f"# ours\nPUBLIC_BASE_URL={ADDRESS}\n"
    assert home.callin("numbers", "undo", "--yes").code == 0
    assert leads_to(home) == ""


def test_a_no_changes_nothing_at_twilio(home: Studio) -> None:
    """Whoever does not want the numbers changed gets no tunnel either."""
    install("cloudflared", f"{OPENS}exec sleep 100\n")
    person = Typist("tunnel", folder=Path.cwd(), environment=dict(os.environ))
    person.answer("at Twilio?", "n")
    assert person.end() == 1
    assert leads_to(home) == ""


def test_a_tunnel_that_ends_by_itself_is_told(home: Studio) -> None:
    """The log of the program is named."""
    install("cloudflared", f"{OPENS}sleep 1\n")
    said = home.callin("tunnel", "--yes")
    assert said.code == 1
    assert "ended by itself" in said.err
    assert "tunnel.log" in said.err
    assert leads_to(home) == f"{ADDRESS}/voice/listener/answer"


def test_a_program_that_opens_none_has_the_last_word(home: Studio) -> None:
    """What it complained of is passed on, and the numbers stay."""
    install("cloudflared", "echo 'failed to request quick Tunnel' >&2\nexit 1\n")
    said = home.callin("tunnel", "--yes")
    assert said.code == 1
    assert "failed to request quick Tunnel" in said.err
    assert leads_to(home) == ""


def test_a_program_that_says_nothing_is_given_up(home: Studio) -> None:
    """After half a minute, here in a moment."""
    home.monkeypatch.setattr(COMMAND, "OPENS_WITHIN_S", 0.5)
    install("cloudflared", "exec sleep 100\n")
    assert "opened no tunnel" in home.callin("tunnel", "--yes").err


def test_an_address_in_the_environment_would_win(home: Studio) -> None:
    """What is written to .env would not count: told before anything is started."""
    install("cloudflared", "echo started >&2\nexec sleep 100\n")
    home.monkeypatch.setenv("PUBLIC_BASE_URL", BASE)
    said = home.callin("tunnel", "--yes")
    assert said.code == 1
    assert "wins over .env" in said.err
    assert not Path("tunnel.log").exists()


class Quiet(WSGIRequestHandler):
    """Leaves stderr to the command."""

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def ngrok(home: Studio) -> Iterator[list[str]]:
    """Ngrok's own small web service, with the tunnels a test gives it."""
    open_: list[str] = []

    def tell(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])  # type: ignore[operator]
        return [json.dumps({"tunnels": [{"public_url": url} for url in open_]}).encode()]

    server = make_server("127.0.0.1", 0, tell, handler_class=Quiet)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    home.monkeypatch.setattr(COMMAND, "NGROK_TELLS", f"http://127.0.0.1:{server.server_port}/api/tunnels")
    yield open_
    server.shutdown()
    server.server_close()


def test_ngrok_is_asked_for_its_address(home: Studio, ngrok: list[str]) -> None:
    """The https one of its tunnels, when it is the one that is installed or wanted."""
    install("cloudflared", "exit 1\n")
    install("ngrok", "sleep 1\n")
    ngrok += ["http://herons.ngrok-free.app", "https://herons.ngrok-free.app"]
    home.callin("tunnel", "--yes", "--with", "ngrok")
    assert leads_to(home) == "https://herons.ngrok-free.app/voice/listener/answer"
