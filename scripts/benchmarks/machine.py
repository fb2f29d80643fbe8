"""The machine that the figures are from, and how busy others kept it meanwhile; written beside every result."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

_VERSION_OF = ("node", "postgres", "psql")


@dataclass(slots=True)
class Machine:
    """What is measured on."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    sqlite: str
    others: dict[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


@dataclass(slots=True)
class Watch:
    """How loaded the machine was while something ran; whoever reads the figures must know.

    Attributes:
        began_at: aware, UTC.
        load_before: the load average of the last minute when it began.
    """

    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    _started: float = field(default_factory=time.monotonic)
    _times: psutil._ntuples.scputimes = field(default_factory=psutil.cpu_times)

    def told(self) -> dict[str, object]:
        """Return what was seen up to now, for JSON."""
        now = psutil.cpu_times()
        total = sum(now[:8]) - sum(self._times[:8])
        stolen = getattr(now, "steal", 0.0) - getattr(self._times, "steal", 0.0)
        idle = now.idle - self._times.idle
        return {
            "began_at": self.began_at.isoformat(timespec="seconds"),
            "took_s": round(time.monotonic() - self._started, 1),
            "load_before": round(self.load_before, 2),
            "load_after": round(os.getloadavg()[0], 2),
            "busy_share": round(1 - idle / total, 3) if total else 0.0,
            "priority": os.nice(0),
            "steal_share": round(stolen / total, 4) if total else 0.0,
        }


def this_machine() -> Machine:
    """Return what can be told of this machine."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 1024**3, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=sys.version.split()[0],
        sqlite=sqlite3.sqlite_version,
        others={name: version for name in _VERSION_OF if (version := _version(name))},
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _version(program: str) -> str | None:
    path = shutil.which(program)
    if path is None:
        return None
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
