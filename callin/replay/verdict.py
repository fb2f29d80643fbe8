"""Whether a show that was played again ended as it was recorded, and where first it did not; used by the player."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import zip_longest

from callin.desk.endings import CallEnding, Endings, TextEnding, TexterEnding
from callin.recorded import BEGAN_AT

NAMES = {
    "outcome": "outcome",
    "state": "state",
    "waited_s": "seconds waited",
    "aired_s": "seconds on the air",
    "place": "place in the line",
    "messages": "messages left",
    "kind": "kind",
}
_ABSENT = "nothing"

AnyEnding = CallEnding | TexterEnding | TextEnding


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that ended another way.

    Attributes:
        at: when that call, place or text ended as recorded; when it did here for one that nobody recorded.
        who: which it is.
        what: of it.
        expected, got: as recorded, and here.
    """

    at: datetime
    who: str
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        seconds = max(0, int((self.at - BEGAN_AT).total_seconds()))
        when = f"{seconds // 60}:{seconds % 60:02}"
        return f"at {when}, {self.who}: {self.what} recorded as {self.expected}, and now {self.got}"


def differences(recorded: Endings, replayed: Endings) -> list[Difference]:
    """Return what ended another way, the earliest first.

    Args:
        recorded: as the file has it.
        replayed: as it came out now.
    """
    # Of one name in their order: a person has several texts, and may join twice.
    sides: defaultdict[str, tuple[list[AnyEnding], list[AnyEnding]]] = defaultdict(lambda: ([], []))
    for side, endings in enumerate((recorded, replayed)):
        for who, ending in _named(endings):
            sides[who][side].append(ending)
    found = [
        difference
        for who, (expected, got) in sides.items()
        for one, other in zip_longest(expected, got)
        for difference in _between(one, other, who=who)
    ]
    return sorted(found, key=lambda difference: difference.at)


def _named(endings: Endings) -> Iterable[tuple[str, AnyEnding]]:
    yield from ((f"call {call.call_sid}", call) for call in endings.calls)
    yield from ((f"texter {texter.phone_number}", texter) for texter in endings.texters)
    yield from ((f"text to {text.phone_number}", text) for text in endings.texts)


def _between(expected: AnyEnding | None, got: AnyEnding | None, *, who: str) -> Iterator[Difference]:
    if expected is None or got is None:
        known = expected or got
        if known is not None:
            told = [_told(each, "kind" if isinstance(each, TextEnding) else "state") for each in (expected, got)]
            yield Difference(known.at, who, "its end", told[0], told[1])
        return
    for field in fields(expected):
        if field.name in NAMES and getattr(expected, field.name) != getattr(got, field.name):
            told = [_told(each, field.name) for each in (expected, got)]
            yield Difference(expected.at, who, NAMES[field.name], told[0], told[1])


def _told(ending: AnyEnding | None, name: str) -> str:
    value = None if ending is None else getattr(ending, name)
    return _ABSENT if value is None else f"«{str(value).replace('_', ' ')}»"
