"""One HTTP request and its answer, as plain values; spoken by the server, the in-process client, REST and control API.

The doors take a request and return an answer; who carries them (a socket, or a function call) is not their business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request that has arrived in full."""

    method: str
    url: str  # absolute, as the client wrote it
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, unquoted; a plus sign stays a plus sign."""
        return unquote(urlsplit(self.url).path)

    @property
    def query(self) -> Pairs:
        """The query string's pairs, in order."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def form(self) -> Pairs:
        """The pairs of a form body, in order; none when the body is something else."""
        if "application/x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, complete."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer that goes on until the client leaves; a part of no bytes is only a chance to notice that."""

    parts: Iterator[bytes]
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


class Silence(Exception):
    """The client is to wait in vain: a time-out fault struck."""


def json_answer(status: int, content: object, *, headers: Iterable[tuple[str, str]] = ()) -> HttpAnswer:
    """Return an answer with this content as JSON."""
    return HttpAnswer(status, json.dumps(content).encode(), headers=tuple(headers))
