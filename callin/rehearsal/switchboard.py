"""The exchange's control API as an actor uses it: dial, press, speak, text, listen; used by the rehearsal alone.

The same addresses are printed at the end of a rehearsal for a person to use (docs/exchange.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import urllib3


@dataclass(frozen=True, slots=True)
class Line:
    """What a phone knows of its call.

    Attributes:
        status: Twilio's word for the call.
        heard: (kind, words) in order; words are empty for music, silence and bridges.
        queue: the name of the queue it waits in, or None.
        is_bridged: whether it talks with another phone.
    """

    status: str
    heard: list[tuple[str, str]]
    queue: str | None
    is_bridged: bool

    @property
    def is_over(self) -> bool:
        """Whether nobody is on the phone any more."""
        return self.status not in ("queued", "ringing", "in-progress")


class Switchboard:
    """The exchange, as somebody with a phone sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(maxsize=32, timeout=urllib3.Timeout(10), retries=False)

    def dial(self, number: str, *, to: str) -> str:
        """The phone rings there; return the call's SID."""
        return str(self._ask("POST", "/calls", {"from": number, "to": to})["sid"])

    def press(self, call_sid: str, digits: str) -> None:
        """The keys are pressed; on a finished call nothing happens."""
        self._ask("POST", f"/calls/{call_sid}/digits", {"digits": digits})

    def speak(self, call_sid: str, text: str) -> None:
        """The words are spoken; on a finished call nothing happens."""
        self._ask("POST", f"/calls/{call_sid}/speech", {"text": text})

    def text(self, number: str, *, to: str, body: str) -> None:
        """The phone sends a text there."""
        self._ask("POST", "/messages", {"from": number, "to": to, "body": body})

    def hang_up(self, call_sid: str) -> None:
        """The call is over."""
        self._ask("POST", f"/calls/{call_sid}/hangup")

    def line(self, call_sid: str) -> Line:
        """Return the call as it is now."""
        told = self._ask("GET", f"/calls/{call_sid}")
        heard = [(item["kind"], item.get("text") or "") for item in told["heard"]]
        return Line(status=told["status"], heard=heard, queue=told["queue"], is_bridged=told["bridged_to"] is not None)

    def inbox(self, number: str) -> list[str]:
        """Return the bodies of the texts that reached a phone."""
        return [text["body"] for text in self._ask("GET", f"/phones/{quote(number)}")["inbox"]]

    def queue_names(self) -> list[str]:
        """Return the names of all queues."""
        return [queue["friendly_name"] for queue in self._ask("GET", "/queues")]

    def lay_out(self, *phones: tuple[str, str, str]) -> None:
        """The phones page has these phones: name, own number, number to ring."""
        self._ask("PUT", "/layout", [{"name": name, "number": number, "to": to} for name, number, to in phones])

    def go_at(self, speed: float) -> None:
        """Time goes so many times as fast as life from now on."""
        self._ask("PUT", "/clock", {"speed": speed})

    def is_up(self) -> bool:
        """Return whether the exchange answers."""
        try:
            self._ask("GET", "/queues")
        except urllib3.exceptions.HTTPError:
            return False
        return True

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._pool.request(
            method,
            f"{self.url}/_exchange{path}",
            body=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        return json.loads(answer.data) if answer.status in (200, 201) else {}
