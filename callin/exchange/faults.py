"""The faults of an exchange, and its policies where Twilio is silent; set by the control API, read everywhere.

Source: section 15 of the facts for the policies' defaults.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from callin.exchange.errors import BadFault

ByKind = float | Mapping[str, float]
CALLBACK_KINDS: Final = ("status", "action")
DIAL_STATUSES: Final = ("completed", "answered", "busy", "no-answer", "failed", "canceled")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every fault and policy in force; shares are 0 to 1, `ByKind` is one value for all callbacks or one per kind."""

    webhook_delay_s: ByKind = 0
    webhook_duplicate: ByKind = 0
    webhook_reorder_s: ByKind = 0
    webhook_lose: ByKind = 0
    rest_429: float = 0
    rest_500: float = 0
    rest_timeout: float = 0
    rest_timeout_after_work: float = 0
    member_gone: float = 0
    lagging_current_size: int = 0
    landlines: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    system_error_enqueues: int = 0

    wait_failure_uses_fallback: bool = False
    whisper_hangup_result: str = "bridging-in-process"
    whisper_failure: str = "error"
    star_drops_caller: bool = False
    empty_queue_status: str = "no-answer"
    missing_queue_status: str = "failed"
    dial_queue_extras: bool = False
    ghost_fetch: bool = False
    delete_nonempty_status: int = 400
    second_member_post: int = 404
    media_auth: bool = True
    signature_algorithm: str = "sha1"


_NAMES: Final = frozenset(field.name for field in fields(Settings))
_DELAYS: Final = frozenset({"webhook_delay_s", "webhook_reorder_s"})
_SHARES: Final = frozenset({"webhook_duplicate", "webhook_lose"})
_PLAIN_SHARES: Final = frozenset({"rest_429", "rest_500", "rest_timeout", "rest_timeout_after_work", "member_gone"})
_COUNTS: Final = frozenset({"lagging_current_size", "system_error_enqueues"})
_NUMBERS: Final = frozenset({"landlines", "unreachable"})
_CHOICES: Final[Mapping[str, tuple[Any, ...]]] = {
    "wait_failure_uses_fallback": (False, True),
    "whisper_hangup_result": ("bridging-in-process", "hangup", "bridged", "error", "system-error"),
    "whisper_failure": ("error", "bridge"),
    "star_drops_caller": (False, True),
    "empty_queue_status": DIAL_STATUSES,
    "missing_queue_status": DIAL_STATUSES,
    "dial_queue_extras": (False, True),
    "ghost_fetch": (False, True),
    "delete_nonempty_status": (400, 409),
    "second_member_post": (404, 400),
    "media_auth": (True, False),
    "signature_algorithm": ("sha1", "sha256"),
}


class Faults:
    """The settings in force, and the seeded dice behind the shares, so that a failure replays."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._dice = random.Random(seed)  # noqa: S311 (reproducible on purpose)
        self.settings = Settings()

    def change(self, wanted: Mapping[str, Any]) -> None:
        """The named faults and policies have these values; the others stay.

        Raises:
            BadFault: a name is unknown or a value impossible; nothing has changed.
        """
        unknown = sorted(set(wanted) - _NAMES)
        if unknown:
            raise BadFault(f"no fault or policy is called {', '.join(unknown)}; there are {', '.join(sorted(_NAMES))}")
        self.settings = replace(self.settings, **{name: _checked(name, value) for name, value in wanted.items()})

    def shown(self) -> dict[str, Any]:
        """Return the settings in force, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self.settings).items()
        }

    def reset(self) -> None:
        """Every fault is off, every policy at its default, and the dice fall as they did at first."""
        self._dice.seed(self._seed)
        self.settings = Settings()

    def strikes(self, share: float) -> bool:
        """Say whether a fault with this share happens this time."""
        return share > 0 and self._dice.random() < share

    def strikes_callback(self, name: str, *, kind: str) -> bool:
        """Say whether the callback fault `name` happens to this callback."""
        return self.strikes(self._for_kind(name, kind))

    def callback_delay_s(self, kind: str) -> float:
        """Return how late a callback goes out, in exchange seconds."""
        spread = self._for_kind("webhook_reorder_s", kind)
        return self._for_kind("webhook_delay_s", kind) + (self._dice.uniform(0, spread) if spread else 0)

    def take_system_error(self) -> bool:
        """Say whether this Enqueue fails by Twilio's own fault; each yes uses one up."""
        left = self.settings.system_error_enqueues
        if left:
            self.settings = replace(self.settings, system_error_enqueues=left - 1)
        return left > 0

    def _for_kind(self, name: str, kind: str) -> float:
        value = getattr(self.settings, name)
        return float(value.get(kind, 0)) if isinstance(value, Mapping) else float(value)


def _checked(name: str, value: Any) -> Any:
    if name in _CHOICES:
        # `1 == True`, so the type is compared as well.
        if not any(type(value) is type(choice) and value == choice for choice in _CHOICES[name]):
            raise BadFault(f"{name} is {value!r}: it must be one of {', '.join(map(repr, _CHOICES[name]))}")
        return value
    if name in _NUMBERS:
        if not isinstance(value, list | tuple) or not all(isinstance(number, str) for number in value):
            raise BadFault(f"{name} must be a list of phone numbers")
        return tuple(value)
    if name in _COUNTS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise BadFault(f"{name} must be a whole number, 0 or more")
        return value
    if isinstance(value, Mapping) and name not in _PLAIN_SHARES:
        unknown = sorted(set(value) - set(CALLBACK_KINDS))
        if unknown:
            raise BadFault(f"{name} has no kind {', '.join(unknown)}; there are {', '.join(CALLBACK_KINDS)}")
        return {kind: _amount(name, each) for kind, each in value.items()}
    return _amount(name, value)


def _amount(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise BadFault(f"{name} must be a number, 0 or more")
    if name in _SHARES | _PLAIN_SHARES and value > 1:
        raise BadFault(f"{name} is a share: at most 1")
    if name in _DELAYS and value > 86400:
        raise BadFault(f"{name} is at most a day, 86400 seconds")
    return value
