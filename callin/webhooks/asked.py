"""What came over the wire, and what goes back; used within the phone doors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire.

    Attributes:
        path: raw, below the public base URL, with its slash.
        query: raw, or empty.
        body: raw.
        signature: as claimed, or empty.
    """

    path: str
    query: str
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a document with 200, or a bare status; 403 is for strangers."""

    status: int
    document: bytes = b""
