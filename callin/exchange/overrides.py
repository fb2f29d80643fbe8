"""Connection overrides in the fragment of a webhook's URL, `#rc=2&rp=5xx`; read by the webhooks.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides; section 4.3 of the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urldefrag

from callin.exchange.transport import Limits

_RANGES_MS: Final[Mapping[str, tuple[int, int, int]]] = {
    "ct": (100, 10_000, 5_000),
    "rt": (100, 15_000, 15_000),
    "tt": (100, 15_000, 15_000),
}
_POLICIES: Final = frozenset({"ct", "rt", "4xx", "5xx", "all"})
MOST_RETRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Overrides:
    """How long a request may take, how often it is sent again, and after what."""

    limits: Limits = field(default_factory=Limits)
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def retries_after(self, outcome: str) -> bool:
        """Say whether a request that ended so (`ct`, `rt`, `4xx`, `5xx`) may be sent again."""
        return outcome in self.policies or "all" in self.policies


def split(url: str) -> tuple[str, Overrides]:
    """Return the URL without its fragment, and what the fragment asks for; nonsense in it is ignored."""
    bare, fragment = urldefrag(url)
    given = dict(parse_qsl(fragment))
    connect_s, read_s, total_s = (_seconds(given.get(name), name=name) for name in ("ct", "rt", "tt"))
    retries = given.get("rc", "")
    policies = frozenset(given.get("rp", "").split(",")) & _POLICIES
    return bare, Overrides(
        limits=Limits(connect_s=connect_s, read_s=read_s, total_s=total_s),
        retries=int(retries) if retries.isdecimal() and int(retries) <= MOST_RETRIES else 1,
        policies=policies or frozenset({"ct"}),
    )


def _seconds(value: str | None, *, name: str) -> float:
    least, most, default = _RANGES_MS[name]
    if value is None or not value.isdecimal() or not least <= int(value) <= most:
        return default / 1000
    return int(value) / 1000
