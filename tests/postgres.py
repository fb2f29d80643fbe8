"""A throw-away PostgreSQL for tests: on a socket in a temporary folder, gone with the process that started it.

`initdb` and `postgres` refuse to run as root, so root lets the system's user «postgres» run them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from callin import migrations
from callin.db import engine_for
from tests.system import need

# Debian keeps the server's programs off the PATH.
DEBIAN = Path("/usr/lib/postgresql")
# Nothing here needs to outlive a crash of the machine.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
STARTS_WITHIN_S = 60
LONGEST_PLACE = 40


class Postgres:
    """A running server with one migrated template; every test copies it."""

    def __init__(self, folder: Path) -> None:
        """Connect to the server whose socket is in this folder, and make an empty template."""
        self.folder = folder
        self._numbers = count(1)
        self._admin = psycopg.connect(host=str(folder), user="callin", dbname="postgres", autocommit=True)
        self._admin.execute("CREATE DATABASE template_callin")

    def migrate(self) -> None:
        """The template has the tables of this version."""
        engine = engine_for(self.url("template_callin"))
        try:
            migrations.upgrade(engine)
        finally:
            engine.dispose()

    def url(self, name: str) -> str:
        """Return the address of a database, as our settings would have it."""
        return f"postgresql+psycopg://callin@/{name}?host={self.folder}"

    @contextmanager
    def database(self, *, is_empty: bool = False) -> Iterator[str]:
        """Give the address of a database of its own, without any tables if it is to be empty."""
        name, template = f"test_{next(self._numbers)}", "template0" if is_empty else "template_callin"
        words = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        self._admin.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**words))
        try:
            yield self.url(name)
        finally:
            self._admin.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**words))

    def close(self) -> None:
        """Let go of it."""
        self._admin.close()


@contextmanager
def postgres_server(*, listens: str = "") -> Iterator[Postgres]:
    """Give a server of this process's own.

    Args:
        listens: an address where other hosts reach it too; nowhere but at its socket unless given.
    """
    need("postgresql")
    # A socket's path may have 107 characters, and «postgres» must be able to get there.
    place = tempfile.gettempdir() if len(tempfile.gettempdir()) < LONGEST_PLACE else "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="callin-pg-", dir=place))
    as_whom = _as_whom(folder)
    try:
        initdb = [_program("initdb"), "--no-sync", "--auth=trust", "--username=callin", "--encoding=UTF8", "--locale=C"]
        subprocess.run(
            [*as_whom, *initdb, "-D", str(folder / "data")], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        if listens:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all callin 10.213.0.0/16 trust\n")
        settings = [*HASTE, f"listen_addresses={listens}", f"unix_socket_directories={folder}"]
        options = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_whom, _program("postgres"), "-D", str(folder / "data"), *options],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(server, folder)
            with closing(Postgres(folder)) as postgres:
                postgres.migrate()
                yield postgres
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_whom(folder: Path) -> list[str]:
    """Return what goes before a command so that it runs as somebody who may, and ends when this process is killed."""
    words = ["setpriv", "--pdeathsig=QUIT"] if shutil.which("setpriv") else []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        words += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    return words


def _program(name: str) -> str:
    """Return where the newest server's program is."""
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(versions[-1]) if versions else name


def _wait_for(server: subprocess.Popen[bytes], folder: Path) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while not (folder / ".s.PGSQL.5432").exists():
        assert server.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < give_up_at, (folder / "log").read_text()
        time.sleep(0.05)
    while True:
        try:
            psycopg.connect(host=str(folder), user="callin", dbname="postgres").close()
            return
        except psycopg.OperationalError:  # it is starting up
            assert time.monotonic() < give_up_at, (folder / "log").read_text()
            time.sleep(0.05)
