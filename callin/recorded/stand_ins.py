"""Stand-ins: whatever tells who somebody is becomes something else, the same each time; used by the export.

A number becomes one of the same country that no numbering plan has given out, a SID another SID, a name «Name 1», words
«words 1». Commands of the text line stay commands. What fits no kind is left out rather than let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import phonenumbers

from callin.desk.tape import PARAMETERS, Said
from callin.phone_number import country_of, identity_of, normalised
from callin.rules.text_commands import CommandKind, command_in

# 555-0100 to 555-0199 are kept for stories in every area of North America.
STORY_NUMBERS = 100
_AREAS = range(200, 1000)
_LEADS = ("999", "111", "000", "555")
_SID = re.compile(r"(?P<kind>[A-Z]{2})[0-9A-Za-z]{1,62}", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_/.+-]{0,39}|[0-9]{1,6}", re.ASCII)
_RECORDING = re.compile(r"RE[0-9A-Za-z]{1,62}", re.ASCII)
WITHHELD = "anonymous"
_AMERICAN = "+12015550100"

# How a command is written in a file: what it does is told, and not how somebody spelled it.
_COMMANDS = {
    CommandKind.JOIN: "hi",
    CommandKind.STATUS: "status",
    CommandKind.LEAVE: "leave",
    CommandKind.COMMANDS: "commands",
    CommandKind.OPT_OUT: "stop",
    CommandKind.OPT_IN: "start",
    CommandKind.HELP: "help",
    CommandKind.NOTHING: "",
}


class StandIns:
    """One show's stand-ins, given out in the order in which they are asked for."""

    def __init__(self, *, numbers: Iterable[str]) -> None:
        """Nobody has one yet.

        Args:
            numbers: every real one of the show, so that none of them is anybody's stand-in.
        """
        self._real = frozenset(numbers)
        self._numbers: dict[str, str] = {}
        self._sids: dict[str, str] = {}
        self._words: dict[tuple[str, str], str] = {}
        self._next: dict[str, int] = {}

    def number(self, number: str) -> str:
        """Return the stand-in for an E.164 number: of the same country, and nobody's."""
        if number not in self._numbers:
            self._numbers[number] = self._new_number(number)
        return self._numbers[number]

    def browser(self, name: str) -> str:
        """Return a phone's number for a browser that was let in by its name: a replay lets that phone in."""
        if name not in self._numbers:
            self._numbers[name] = self._new_number(_AMERICAN)
        return self._numbers[name]

    def caller(self, raw_from: str) -> str:
        """Return the stand-in for Twilio's `From` or `To`, which need not be a number."""
        number = identity_of(raw_from)
        return WITHHELD if number is None else self.number(number)

    def sid(self, sid: str) -> str:
        """Return the stand-in for a SID: of the same kind, numbered."""
        if sid not in self._sids:
            kind = sid[:2]
            self._sids[sid] = f"{kind}{self._count(kind):032}"
        return self._sids[sid]

    def words(self, body: str) -> str:
        """Return what stands for a text: a command by its usual word, anything else by numbered words."""
        command = command_in(body)
        if command.kind in _COMMANDS:
            return _COMMANDS[command.kind]
        stand_in = self._numbered("words", command.argument)
        return f"topic: {stand_in}" if command.kind == CommandKind.TOPIC else stand_in

    def typed(self, words: str) -> str:
        """Return what stands for words that the station's own people wrote; they are never a command."""
        return self._numbered("words", words)

    def parameter(self, name: str, value: str) -> str | None:
        """Return what stands for the value of a webhook's parameter, or None if it is to be left out.

        Args:
            name: Twilio's, or one of our own addresses'.
            value: as kept.
        """
        match PARAMETERS.get(name):
            case _ if value == "":
                return value
            case Said.NUMBER:
                return self.caller(value)
            case Said.SID:
                return self.sid(value) if _SID.fullmatch(value) else None
            case Said.NAME | Said.TOWN as kind:
                return self._numbered(kind.value.title(), value)
            case Said.WORDS:
                return self.words(value)
            case Said.URL:
                return self._url(name, value)
            case Said.PLAIN | Said.KEYS:
                return value if _PLAIN.fullmatch(value) or value in ("*", "#", "?") else None
            case _:
                return None

    def parameters(self, told: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters of a query or a form, those that are left out excepted."""
        replaced = {name: self.parameter(name, value) for name, value in told.items()}
        return {name: value for name, value in replaced.items() if value is not None}

    def _url(self, name: str, url: str) -> str:
        account = f"https://api.twilio.com/2010-04-01/Accounts/AC{0:032}"
        recording = _RECORDING.search(url)
        if name == "RecordingUrl" and recording:
            return f"{account}/Recordings/{self.sid(recording[0])}"
        return f"{account}/Media/{self._numbered('ME', url).replace(' ', '')}"

    def _numbered(self, kind: str, said: str) -> str:
        key = (kind, said)
        if key not in self._words:
            self._words[key] = f"{kind} {self._count(kind)}"
        return self._words[key]

    def _count(self, kind: str) -> int:
        self._next[kind] = self._next.get(kind, 0) + 1
        return self._next[kind]

    def _new_number(self, number: str) -> str:
        country = country_of(number)
        while True:
            count = self._count(f"numbers of {country}")
            for candidate in _fictional(number, count=count):
                is_fit = normalised(candidate) == candidate and country_of(candidate) == country
                if is_fit and candidate not in self._real:
                    return candidate


def _fictional(number: str, *, count: int) -> Iterable[str]:
    """Numbers that are nobody's, the count-th of each kind."""
    if number.startswith("+1"):
        area, last = divmod(count - 1, STORY_NUMBERS)
        # The first hundred in San Francisco; of other countries within +1, in whichever area is theirs.
        for code in (415, *_AREAS):
            yield f"+1{_AREAS[(code - _AREAS.start + area) % len(_AREAS)]}55501{last:02}"
        return
    code = str(phonenumbers.parse(number).country_code)
    for lead in _LEADS:
        candidate = f"+{code}{lead}{count:0{max(3, len(number) - 4 - len(code))}d}"
        if len(candidate) <= 16 and not phonenumbers.is_valid_number(phonenumbers.parse(candidate)):
            yield candidate
    # No plan of that country leaves such numbers free: a story's number elsewhere.
    yield from _fictional("+1", count=count)
