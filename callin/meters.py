"""What this process counts and times while it works; filled where it happens, read by /metrics and by the courier.

Only what no table can tell stands here: whatever can be computed from the database is computed when it is asked for, so
that it is the same whichever process answers.
"""

from __future__ import annotations

import threading
from collections import Counter

import prometheus_client

PROCESS = prometheus_client.CollectorRegistry()

WEBHOOK_SECONDS = prometheus_client.Histogram(
    "callin_webhook_seconds",
    "How long Twilio waited for an answer of ours.",
    ["route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
    registry=PROCESS,
)
WEBHOOKS_REFUSED = prometheus_client.Counter(
    "callin_webhooks_refused",
    "Requests that were not signed by our carrier.",
    ["why"],
    registry=PROCESS,
)
TWILIO_SECONDS = prometheus_client.Histogram(
    "callin_twilio_request_seconds",
    "How long we waited for an answer of Twilio's REST API.",
    ["resource"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=PROCESS,
)
OPEN_STREAMS = prometheus_client.Gauge(
    "callin_open_streams",
    "Pages that are kept up to date by an open connection.",
    registry=PROCESS,
)


class Tally:
    """How often something happened, by label; whoever has written the numbers down elsewhere takes them out."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, label: str) -> None:
        """It happened once more."""
        with self._lock:
            self._counts[label] += 1

    def seen(self) -> dict[str, int]:
        """Return what has been counted and not taken out."""
        with self._lock:
            return dict(self._counts)

    def take(self) -> dict[str, int]:
        """Return the same, and begin anew."""
        with self._lock:
            taken, self._counts = dict(self._counts), Counter()
        return taken


# By Twilio's code, else the HTTP status, else «none» for no answer at all.
TWILIO_ERRORS = Tally()
