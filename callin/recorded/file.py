"""The file of a recorded show: a line of JSON each, for people and programs; written by the export, read by the replay.

The first line says what it is, for which version, and with which settings the show was played. Then come what was known
before, every webhook and deed in order, and what became of each call, each place by text and each text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from callin.desk.endings import CallEnding, Endings, TextEnding, TexterEnding
from callin.desk.recording import Entry, KnownBefore
from callin.errors import CallinError, RecordingUnfit
from callin.models import Deed

FORMAT = "a recorded show of Callin"
VERSION = 1
# Moments in the file count from the first; when that was, the file does not say.
BEGAN_AT = datetime(2000, 1, 1, 20, tzinfo=UTC)
LARGEST = 256 * 1024 * 1024

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedShow:
    """One show that is nobody's.

    Attributes:
        settings: by the names of the settings' fields; `has_pin` besides.
        before: what was known of callers.
        entries: what came in and what was done; moments count from `BEGAN_AT`.
        endings: what became of everybody.
        forgotten: how many calls are missing, for their callers have been forgotten.
    """

    settings: Line
    before: tuple[KnownBefore, ...]
    entries: tuple[Entry, ...]
    endings: Endings
    forgotten: int = 0


def write_file(show: RecordedShow) -> str:
    """Return the file."""
    head = {"what": FORMAT, "version": VERSION, "forgotten_calls": show.forgotten, "settings": show.settings}
    lines: list[Line] = [head]
    lines += [
        {"known": known.phone_number, "is_banned": known.is_banned, "no_texts": known.why_no_texts}
        for known in show.before
    ]
    lines += [_entry_line(entry) for entry in show.entries]
    lines += [
        {
            "call": call.call_sid,
            "outcome": call.outcome,
            "state": call.state,
            "waited_s": call.waited_s,
            "aired_s": call.aired_s,
            "place": call.place,
            "messages": call.messages,
            "at_s": _seconds(call.at),
        }
        for call in show.endings.calls
    ]
    lines += [
        {
            "texter": texter.phone_number,
            "state": texter.state,
            "waited_s": texter.waited_s,
            "place": texter.place,
            "at_s": _seconds(texter.at),
        }
        for texter in show.endings.texters
    ]
    lines += [
        {
            "text_to": text.phone_number,
            "kind": text.kind,
            "state": text.state,
            "sid": text.message_sid,
            "error": text.error_code,
            "tries": text.tries,
            "at_s": _seconds(text.at),
        }
        for text in show.endings.texts
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def counted(endings: Endings) -> str:
    """Return how much became of how many, in words."""
    counts = {"call": len(endings.calls), "texter": len(endings.texters), "text": len(endings.texts)}
    return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in counts.items())


def save_file(show: RecordedShow, *, path: Path) -> None:
    """The file is there.

    Raises:
        CallinError: it cannot be written, and why.
    """
    try:
        path.write_text(write_file(show), encoding="utf-8")
    except OSError as error:
        raise CallinError(f"{path} cannot be written ({error.strerror or type(error).__name__}).") from error


def read_file(content: bytes) -> RecordedShow:
    """Return the show in a file.

    Raises:
        RecordingUnfit: in one sentence: not a recorded show, of a newer version, or damaged, and where.
    """
    if len(content) > LARGEST:
        raise RecordingUnfit("This file is too large for a recorded show.")
    lines = content.split(b"\n")
    head = _parsed(lines[0])
    if head is None or head.get("what") != FORMAT or not isinstance(head.get("settings"), dict):
        raise RecordingUnfit("This file is not a recorded show. Make one with: callin show export --out FILE")
    if head.get("version") != VERSION:
        raise RecordingUnfit(
            f"This recorded show is of version {head.get('version')!r}, and this Callin reads version {VERSION}. "
            "Use the Callin that made it, or a newer one."
        )
    if not content.endswith(b"\n"):
        raise RecordingUnfit("This recorded show has no end: the file was cut off. Export it once more.")
    show = RecordedShow(head["settings"], (), (), Endings((), (), ()), int(head.get("forgotten_calls") or 0))
    kept: dict[type, list[Any]] = {KnownBefore: [], Entry: [], CallEnding: [], TexterEnding: [], TextEnding: []}
    for number, line in enumerate(lines[1:-1], start=2):
        try:
            read = _read_line(_parsed(line) or {})
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordingUnfit(f"Line {number} of this recorded show is damaged.") from error
        kept[type(read)].append(read)
    if not kept[Entry]:
        raise RecordingUnfit("Nothing came in in this recorded show. Export it once more.")
    return replace(
        show,
        before=tuple(kept[KnownBefore]),
        entries=tuple(kept[Entry]),
        endings=Endings(tuple(kept[CallEnding]), tuple(kept[TexterEnding]), tuple(kept[TextEnding])),
    )


def _entry_line(entry: Entry) -> Line:
    at_s = _seconds(entry.at)
    if entry.what.startswith("/"):
        asked = {"query": entry.said["query"]} if entry.said.get("query") else {}
        return {"at_s": at_s, "webhook": entry.what, **asked, "form": entry.said["form"]}
    about = {"call": entry.sid, "number": entry.phone_number, "with": entry.said}
    return {"at_s": at_s, "deed": entry.what, **{name: value for name, value in about.items() if value}}


def _read_line(told: Line) -> KnownBefore | Entry | CallEnding | TexterEnding | TextEnding:
    """Return what a line says; which kind it is, the name in it tells that no other kind has."""
    if "known" in told:
        return KnownBefore(str(told["known"]), bool(told["is_banned"]), told["no_texts"])
    at = _moment(told["at_s"])
    if "webhook" in told:
        path = str(told["webhook"])
        if not path.startswith("/"):
            raise ValueError("not a path")
        said = {name: _strings(told[name]) for name in ("query", "form") if name in told}
        return Entry(at, path, None, None, {"form": {}} | said)
    if "deed" in told:
        return Entry(at, Deed(told["deed"]), told.get("call"), told.get("number"), dict(told.get("with") or {}))
    if "outcome" in told:
        counts = (told["waited_s"], told["aired_s"], told["place"], int(told["messages"]))
        return CallEnding(str(told["call"]), told["outcome"], str(told["state"]), *counts, at)
    if "texter" in told:
        return TexterEnding(str(told["texter"]), str(told["state"]), told["waited_s"], told["place"], at)
    kind, state, tries = str(told["kind"]), str(told["state"]), int(told["tries"])
    return TextEnding(str(told["text_to"]), kind, state, told["sid"], told["error"], tries, at)


def _parsed(line: bytes) -> Line | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _strings(told: Line) -> dict[str, str]:
    return {str(name): str(value) for name, value in told.items()}


def _seconds(moment: datetime) -> float:
    return (moment - BEGAN_AT) / timedelta(seconds=1)


def _moment(at_s: float) -> datetime:
    # In whole microseconds: a sum of floats would be one off, and the order of the line is in microseconds.
    return BEGAN_AT + timedelta(microseconds=round(at_s * 1_000_000))
