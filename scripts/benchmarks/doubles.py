"""Twilio's double, started and asked; used by the drain and courier parts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from benchmarks import processes
from benchmarks.processes import ROOT
from benchmarks.twilio_double import Order


@dataclass(frozen=True, slots=True)
class RunningDouble:
    """One double.

    Attributes:
        url: what a station takes for Twilio's.
    """

    url: str

    def counts(self) -> dict[str, int]:
        """Return how often it was asked what."""
        with urlopen(f"{self.url}/_double/counts", timeout=10) as answer:  # noqa: S310  our own, on loopback
            counts: dict[str, int] = json.load(answer)
        return counts


@contextmanager
def running(
    folder: Path,
    *,
    queues: dict[str, str] | None = None,
    members: dict[str, list[str]] | None = None,
    latency_s: float,
    faults: float = 0.0,
    seed: int = 7,
) -> Iterator[RunningDouble]:
    """Give a double of Twilio's; see `Order`.

    Args:
        folder: for its log.
    """
    port = processes.free_port()
    order = Order(port, queues or {}, members or {}, latency_s, faults, seed)
    told_in = folder / f"double-{port}.json"
    told_in.write_text(order.as_json())
    command = [sys.executable, "-m", "benchmarks.twilio_double", str(told_in)]
    environment = {"PYTHONPATH": str(ROOT / "scripts")}
    with processes.running("double of Twilio", command, port=port, folder=folder, environment=environment):
        yield RunningDouble(f"http://127.0.0.1:{port}")
