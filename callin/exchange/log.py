"""The log of every webhook and REST request; written by the webhooks and the REST door, read by the control API."""

from __future__ import annotations

from typing import Any

from callin.exchange.clock import Clock
from callin.exchange.records import Call, LogEntry

MOST_ENTRIES = 100_000
_LOUDEST_BODY = 100_000


class Log:
    """Entries numbered from 1; an entry is made when its request is sent and completed when it is answered.

    The oldest are forgotten when there are very many, so that a long evening fits into memory.
    """

    def __init__(self, clock: Clock, *, most: int = MOST_ENTRIES) -> None:
        self._clock = clock
        self._most = most
        self._forgotten = 0
        self.entries: list[LogEntry] = []

    def open(
        self,
        *,
        kind: str,
        method: str,
        url: str,
        params: dict[str, Any],
        call: Call | None = None,
        purpose: str = "",
        again_of: int | None = None,
    ) -> LogEntry:
        """A new entry stands at the end of the log; its status is None until it is answered."""
        entry = LogEntry(
            n=self._forgotten + len(self.entries) + 1,
            at=self._clock.now(),
            kind=kind,
            method=method,
            url=url,
            params=params,
            call_sid=call.sid if call else None,
            purpose=purpose,
            again_of=again_of,
        )
        self.entries.append(entry)
        if len(self.entries) > self._most:
            # A tenth at once: taking the first out of a long list every time would cost more than all the rest.
            gone = max(self._most // 10, 1)
            del self.entries[:gone]
            self._forgotten += gone
        return entry

    def after(self, n: int) -> list[LogEntry]:
        """Return the entries numbered above `n`."""
        return self.entries[max(n - self._forgotten, 0) :]

    def entry(self, n: int) -> LogEntry | None:
        """Return the entry with this number, None when there is none (any more)."""
        index = n - self._forgotten - 1
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def latest(self, most: int) -> list[LogEntry]:
        """Return so many of the latest entries, oldest first."""
        return self.entries[-most:]

    def clear(self) -> None:
        """The log is empty and counts from 1 again."""
        self.entries.clear()
        self._forgotten = 0


def shown_body(body: bytes, *, content_type: str) -> str:
    """Return an answer's body as the log shows it: text as it is, sound by its size."""
    if content_type.startswith(("audio/", "video/", "image/", "application/octet-stream")):
        return f"({len(body)} bytes of {content_type})"
    return body[:_LOUDEST_BODY].decode("utf-8", errors="replace")


def shown_params(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return parameters as the log shows them: a repeated one has a list of its values."""
    shown: dict[str, Any] = {}
    for name, value in pairs:
        if name not in shown:
            shown[name] = value
        elif isinstance(shown[name], list):
            shown[name].append(value)
        else:
            shown[name] = [shown[name], value]
    return shown
