"""The rivals of the station, each ready to be started: the tutorial's application and Express; used by `wait`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import crowd, processes
from benchmarks.figures import BenchError
from benchmarks.processes import BIN, ROOT, Server

HERE = Path(__file__).resolve().parent / "rivals"
# Installed once; beside the tools of the house, out of the tree.
NODE_ROOM = ROOT / ".tools" / "bench" / "rivals"
THREADS = 32  # as many as the station's


@contextmanager
def tutorial(name: str, *, application: str, folder: Path) -> Iterator[Server]:
    """Give the tutorial's application on gunicorn.

    Args:
        name: in the reports.
        application: `plain` or `checked`.
        folder: its working directory.
    """
    port = processes.free_port()
    command = [str(BIN / "gunicorn"), f"tutorial:{application}", "--chdir", str(HERE), "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS), "--no-control-socket"]
    command += ["--keep-alive", "60", "--log-level", "warning"]
    told = {"TWILIO_AUTH_TOKEN": crowd.AUTH_TOKEN, "PYTHONDONTWRITEBYTECODE": "1"}
    with processes.running(name, command, port=port, folder=folder, environment=told) as server:
        yield server


@contextmanager
def express(name: str, *, with_database: bool, folder: Path) -> Iterator[Server]:
    """Give the Express application, in production mode.

    Args:
        name: in the reports.
        with_database: whether it writes each request to SQLite.
        folder: its working directory, and its database's.
    """
    script = _furnished_room() / "express.js"
    port = processes.free_port()
    command = [_node(), str(script), str(port), crowd.AUTH_TOKEN]
    command += [str(folder / "express.db")] if with_database else []
    with processes.running(name, command, port=port, folder=folder, environment={"NODE_ENV": "production"}) as server:
        yield server


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise BenchError("the Express rivals need Node.js 20 or newer and npm (Debian: apt install nodejs npm)")
    return node


def _furnished_room() -> Path:
    """Return the folder with the packages of the lock file, installed if they are not."""
    lock = (HERE / "package-lock.json").read_text()
    stamp = NODE_ROOM / "stamp"
    NODE_ROOM.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "express.js"):
        shutil.copy(HERE / name, NODE_ROOM / name)
    if not stamp.exists() or stamp.read_text() != lock:
        npm = shutil.which("npm")
        if npm is None:
            raise BenchError("the Express rivals need npm once (Debian: apt install npm)")
        done = subprocess.run(
            [npm, "ci", "--omit=dev", "--no-fund", "--no-audit"],
            cwd=NODE_ROOM,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"npm could not install the Express rivals: {done.stderr.strip()[-500:]}")
        stamp.write_text(lock)
    return NODE_ROOM
