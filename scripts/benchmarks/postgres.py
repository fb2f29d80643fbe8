"""A throw-away PostgreSQL server of Debian's package: in a temporary folder, as a user who is not root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import processes
from benchmarks.figures import BenchError

SUPERUSER = "callin"


@dataclass(frozen=True, slots=True)
class Database:
    """A running server."""

    port: int
    folder: Path
    start: Callable[[], None]

    def kill(self, seconds: float) -> str:
        """The server and its children are gone without a word, and back so many seconds later; return the victim."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(pid)
        family = [server, *server.children()]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        time.sleep(seconds)
        self.start()
        return "database"

    def new_database(self, name: str) -> str:
        """Return the address of a new, empty database."""
        _run([*self._client("createdb"), name])
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def _client(self, program: str) -> list[str]:
        return [str(_folder_of_programs() / program), "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER]


@contextmanager
def running(_folder: Path) -> Iterator[Database]:
    """Give a server; it and its files are gone afterwards."""
    programs = _folder_of_programs()
    owner = pwd.getpwnam("postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
    room = Path(tempfile.mkdtemp(prefix="callin-bench-postgres-"))
    port = processes.free_port()
    try:
        if os.geteuid() == 0:
            os.chown(room, owner.pw_uid, owner.pw_gid)
        data = room / "data"
        _run([str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "--auth=trust", "-E", "UTF8"], as_=owner)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={room}"
        control = [str(programs / "pg_ctl"), "-D", str(data)]

        def start() -> None:
            _run([*control, "-w", "-l", str(room / "log"), "-o", options, "start"], as_=owner)

        start()
        try:
            yield Database(port, room, start)
        finally:
            _run([*control, "-w", "-m", "fast", "stop"], as_=owner)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _folder_of_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    if path is None:
        raise BenchError("the PostgreSQL figures need its server (Debian: apt install postgresql)")
    return Path(path).parent


def _run(command: list[str], *, as_: pwd.struct_passwd | None = None) -> None:
    is_other = as_ is not None and os.geteuid() == 0
    done = subprocess.run(
        command,
        user=as_.pw_uid if as_ is not None and is_other else None,
        group=as_.pw_gid if as_ is not None and is_other else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")
