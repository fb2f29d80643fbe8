"""Servers under test: started, watched for CPU and memory with all their children, and stopped; used by every part."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.figures import BenchError

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
STARTS_WITHIN_S = 30.0
STOPS_WITHIN_S = 15.0
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens, with all its children.

    Attributes:
        name: in the reports.
        port: on 127.0.0.1.
        process: the one that was started.
        log: what it printed.
    """

    name: str
    port: int
    process: psutil.Popen
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return ("127.0.0.1", self.port)

    def cpu_s(self) -> float:
        """Return the seconds of CPU that it has used, children included."""
        return sum(_cpu_s(process) for process in self._family())

    def memory_mib(self) -> float:
        """Return the memory that it holds: pages shared between its processes counted once."""
        return sum(self.memory_of_each().values())

    def memory_of_each(self) -> dict[str, float]:
        """Return the same by process: the one that was started, and its children by number."""
        names = ["parent", *(f"worker {number}" for number in range(1, 100))]
        family = sorted(self._family(), key=lambda process: process.pid)
        return {name: _own_bytes(process) / MIB for name, process in zip(names, family, strict=False)}

    def look(self) -> None:
        """It is still there; raises if not, with its last words."""
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} has stopped (exit {self.process.returncode}): {last_words(self.log)}")

    def _family(self) -> list[psutil.Process]:
        self.look()
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def running(
    name: str, command: list[str], *, port: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Give a server that accepts connections; it is gone afterwards.

    Args:
        name: in the reports, and of its log.
        command: what to start.
        port: where it will listen.
        folder: its working directory.
        environment: all that it is told; PATH is added.
    """
    with started(name, command, folder=folder, environment=environment, port=port) as server:
        _wait_for(server)
        yield server


@contextmanager
def started(
    name: str, command: list[str], *, folder: Path, environment: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[Server]:
    """Give a process that may not be ready yet; it is gone afterwards. See `running`."""
    log = folder / f"{name.replace(' ', '-')}.log"
    told = {"PATH": f"{BIN}{os.pathsep}{os.defpath}", "PYTHONUTF8": "1", "HOME": str(folder), **(environment or {})}
    with log.open("wb") as out:
        process = psutil.Popen(
            command,
            cwd=folder,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Server(name, port, process, log)
    finally:
        _stop(process)


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_words(log: Path) -> str:
    """Return the end of a log, for an error."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "(no log)"


def _wait_for(server: Server) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while True:
        server.look()
        with contextlib.suppress(OSError), socket.create_connection(server.address, timeout=1):
            return
        if time.monotonic() > give_up_at:
            raise BenchError(f"{server.name} did not start in {STARTS_WITHIN_S:g} s: {last_words(server.log)}")
        time.sleep(0.01)


def _stop(process: psutil.Popen) -> None:
    family: list[psutil.Process] = [process]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
    _gone, alive = psutil.wait_procs(family, timeout=STOPS_WITHIN_S)
    for each in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(alive, timeout=STOPS_WITHIN_S)


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _own_bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", 0) or memory.uss)
    return 0
