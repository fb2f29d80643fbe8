"""How commands end: one sentence, one exit code, never a traceback."""

import contextlib
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from callin.carrier import Account
from callin.cli import run
from callin.cli.serve import free_address
from callin.db import engine_for
from callin.errors import CallinError

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


def test_bad_settings_are_all_told_and_end_with_three(
    bare_environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without settings every command names each one that is missing."""
    bare_environment.setenv("PORT", "x")
    for words in (
        ["serve"],
        ["courier"],
        ["show", "list"],
        ["show", "close", "--yes"],
        ["db", "check"],
        ["numbers", "sync"],
        ["user", "add", "Paula", "--role", "dj"],
        ["user", "list"],
        ["user", "password", "Paula"],
        ["user", "role", "Paula", "dj"],
        ["user", "disable", "Paula"],
        ["user", "enable", "Paula"],
        ["user", "link", "Paula"],
    ):
        assert run(words) == 3
        said = capsys.readouterr()
        assert said.out == ""
        assert "TWILIO_ACCOUNT_SID is missing" in said.err
        assert "PORT is not a port" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["sing"],
        ["show", "close", "--now"],
        ["serve", "--port", "99999"],
        ["show", "open", "x"],
        ["show", "open", "--name", "n" * 101],
        ["rehearse", "--speed", "nan"],
        ["exchange", "--speed", "nan"],
    ],
)
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be understood is told with the way to help."""
    assert run(words) == 2
    assert "--help" in capsys.readouterr().err


def test_a_database_out_of_reach_ends_with_four(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A database that cannot be opened is told with its setting."""
    (tmp_path / "file").write_text("neither a folder nor a database, however long one reads")
    for url in (f"sqlite:///{tmp_path}/file/callin.db", f"sqlite:///{tmp_path}", f"sqlite:///{tmp_path}/file"):
        environment.setenv("DATABASE_URL", url)
        assert run(["show", "list"]) == 4
        assert run(["user", "list"]) == 4
        assert run(["db", "upgrade"]) == 4
        said = capsys.readouterr()
        assert "DATABASE_URL" in said.err
        assert "Traceback" not in said.err
        assert "should not happen" not in said.err


def test_the_database_is_checked_and_upgraded(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`db check` ends with five on an empty database, and with nought after `db upgrade`, which may be repeated."""
    environment.setenv("DATABASE_URL", "sqlite:///new.db")
    assert run(["db", "check"]) == 5
    assert "callin db upgrade" in capsys.readouterr().err
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "check"]) == 0


def test_a_database_of_the_future_is_left_alone(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """A database that a newer version made is neither upgraded nor used, and the fix is named."""
    engine = engine_for(os.environ["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert run(["db", "upgrade"]) == 4
    assert "Install a newer callin" in capsys.readouterr().err
    assert run(["show", "list"]) == 4


def test_postgres_without_its_driver_names_the_extra(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The driver is an extra of its own; without it the command says how to get it."""
    environment.setenv("DATABASE_URL", "postgresql://me@127.0.0.1:9/callin")
    environment.setitem(sys.modules, "psycopg", None)  # type: ignore[arg-type]
    assert run(["db", "check"]) == 5
    assert "callin[postgres]" in capsys.readouterr().err


def test_a_defect_of_ours_is_no_traceback(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """What nobody expected is one sentence without numbers, and a way to report it."""

    def stumble(*_args: object, **_more: object) -> None:
        raise RuntimeError("odd, with +15550123")

    environment.setattr(Account, "numbers", stumble)
    assert run(["numbers", "sync"]) == 1
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "5550123" not in said
    assert "Traceback" not in said


def test_one_round_of_the_courier(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """`courier --once` does what is owed and ends."""
    assert run(["courier", "--once"]) == 0
    assert capsys.readouterr().out == "0 done.\n"


def test_twilio_out_of_reach_ends_with_four(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refused connection is one line, with what to do about it."""
    assert run(["numbers", "sync"]) == 4
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "then run it again" in said


def test_the_plots_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """`rehearse --list` needs no settings."""
    assert run(["rehearse", "--list"]) == 0
    assert "friday" in capsys.readouterr().out


def test_a_taken_port_is_one_sentence(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """`serve` on a taken port ends with one, naming the port and another way; port 0 takes any."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 1
        assert f"127.0.0.1:{port}" in capsys.readouterr().err
        assert free_address("127.0.0.1", port=0) not in (0, port)
    with pytest.raises(CallinError, match="Cannot listen"):
        free_address("203.0.113.1", port=0)


def started(environment: pytest.MonkeyPatch, words: list[str]) -> tuple[subprocess.Popen[str], str]:
    """A process of its own that runs this command, once its courier works, and what it has said."""
    environment.setenv("LOG_LEVEL", "INFO")
    process = subprocess.Popen(
        [sys.executable, "-m", "callin", *words],
        env=os.environ,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    said = ""
    while "courier started" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return process, said


def test_a_killed_station_leaves_nothing_behind(environment: pytest.MonkeyPatch) -> None:
    """`kill -9` takes the worker along: the port is free for the next one, and no station runs without its texts."""
    process, _ = started(environment, ["serve", "--port", "0"])
    try:
        process.kill()
        # The pipe ends when the last process that holds it does.
        process.communicate(timeout=20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["courier"]])
def test_a_signal_stops_cleanly(environment: pytest.MonkeyPatch, words: list[str], number: int, code: int) -> None:
    """SIGTERM ends with nought and Ctrl-C with 130, courier and worker gone, without a word of complaint."""
    process, said = started(environment, words)
    # As a terminal does it: the worker hears Ctrl-C too.
    os.killpg(process.pid, number)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == code, said + rest
    assert "courier stopped" in rest
    assert "Traceback" not in rest
    assert "error" not in rest.lower()


def test_open_pages_do_not_delay_a_stop(environment: pytest.MonkeyPatch) -> None:
    """A stream that somebody reads ends with the station, not after the patience of the server."""
    process, said = started(environment, ["serve", "--port", "0"])
    found = re.search(r"http://([\d.]+):(\d+)", said)
    assert found is not None
    with socket.create_connection((found[1], int(found[2])), timeout=30) as page:
        page.sendall(b"GET /stream HTTP/1.1\r\nHost: station.test\r\n\r\n")
        assert b"200" in page.recv(64)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while page.recv(65536):
            pass
        assert time.monotonic() - began < 8  # the server's own patience is ten seconds
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 0, said + rest


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_exchange_ends_as_every_command_does(number: int, code: int) -> None:
    """SIGTERM ends `callin exchange` with nought and Ctrl-C with 130."""
    process = subprocess.Popen(
        [sys.executable, "-m", "callin", "exchange", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("exchange: http")
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == code


class Boot:
    """Stands in for scripts/_boot.py, which would replace this very process."""

    ROOT = ROOT

    def __init__(self) -> None:
        self.entered: list[tuple[list[str], Path]] = []

    def enter(self, arguments: list[str]) -> None:
        self.entered.append((arguments, Path.cwd()))


@pytest.mark.parametrize("has_env_file", [False, True])
def test_the_closing_script_is_the_same_command(
    bare_environment: pytest.MonkeyPatch, tmp_path: Path, has_env_file: bool
) -> None:
    """`scripts/close_show.py` hands its words to `callin show close`; the checkout's .env counts unless one is here."""
    boot = Boot()
    bare_environment.setitem(sys.modules, "_boot", boot)  # type: ignore[arg-type]
    bare_environment.setattr(sys, "argv", ["close_show.py", "--yes", "--json"])
    bare_environment.setattr(sys, "path", list(sys.path))
    if has_env_file:
        (tmp_path / ".env").touch()
    runpy.run_path(str(ROOT / "scripts" / "close_show.py"), run_name="__main__")
    folder = tmp_path if has_env_file else ROOT
    assert boot.entered == [(["-m", "callin", "show", "close", "--yes", "--json"], folder)]


def test_the_closing_script_can_be_run_as_it_is() -> None:
    """It is executable, for cron and a shortcut on the desk."""
    assert os.access(ROOT / "scripts" / "close_show.py", os.X_OK)
