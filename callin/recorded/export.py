"""A show of the tape as one that is nobody's; called by `callin show export` and by a rehearsal that is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callin.desk import recording
from callin.desk.endings import Endings
from callin.desk.recording import Entry, Recording
from callin.desk.tape import RIGHT_PIN, WRONG_PIN
from callin.models import Deed
from callin.recorded.file import BEGAN_AT, Line, RecordedShow
from callin.recorded.stand_ins import StandIns
from callin.settings import Settings

SETTINGS = ("apology_after_s", "turn_s", "countries", "texts_per_show", "texts_per_number")
PIN_PATH = "/voice/dj/pin"


def export_show(session: Session, *, settings: Settings, show_id: int | None) -> RecordedShow:
    """Return a show to be written to a file: no number, name, word, SID or date in it is a real one.

    Args:
        settings: of the station, as they were while it was on.
        show_id: of the show, or None for the newest.

    Raises:
        NotThere: in words: no such show, or nothing on the tape of it.
    """
    read = recording.read(session, show_id=show_id)
    return _Export(read, settings=settings).made()


class _Export:
    """One export, with its stand-ins."""

    def __init__(self, read: Recording, *, settings: Settings) -> None:
        self._read = read
        self._settings = settings
        self._began_at = read.entries[0].at
        ours = (settings.listener_number, settings.dj_line, *settings.dj_numbers)
        self._browsers: set[str] = set()
        theirs = (entry.phone_number for entry in read.entries if entry.phone_number)
        self._by = StandIns(numbers=(*ours, *theirs))

    def made(self) -> RecordedShow:
        # In the order of the file, so that whoever reads it meets the first number first.
        entries = tuple(self._entry(entry) for entry in self._read.entries)
        endings = self._endings()
        before = tuple(replace(one, phone_number=self._by.number(one.phone_number)) for one in self._read.before)
        return RecordedShow(self._told_settings(), before, entries, endings, self._read.forgotten)

    def _told_settings(self) -> Line:
        settings = self._settings
        heard = {entry.phone_number for entry in self._read.entries}
        return {
            "listener_number": self._by.number(settings.listener_number),
            "dj_line": self._by.number(settings.dj_line),
            "dj_numbers": [
                *(self._by.number(number) for number in settings.dj_numbers if number in heard),
                *sorted(self._browsers),
            ],
            "has_pin": settings.dj_pin is not None,
            **{name: getattr(settings, name) for name in SETTINGS},
        }

    def _entry(self, entry: Entry) -> Entry:
        is_webhook = entry.what.startswith("/")
        return Entry(
            at=self._moved(entry.at),
            what=entry.what,
            sid=self._by.sid(entry.sid) if entry.sid else None,
            phone_number=self._by.number(entry.phone_number) if entry.phone_number else None,
            said=self._webhook(entry) if is_webhook else self._deed(entry),
        )

    def _webhook(self, entry: Entry) -> dict[str, Any]:
        told = {name: self._by.parameters(entry.said.get(name, {})) for name in ("query", "form")}
        if entry.sid in self._read.let_in_without_number and "From" in told["form"]:
            told["form"]["From"] = self._by.browser(entry.said["form"]["From"])
            self._browsers.add(told["form"]["From"])
        if entry.what == PIN_PATH:
            for part in told.values():
                if part.get("Digits") not in (None, RIGHT_PIN, WRONG_PIN):
                    part["Digits"] = WRONG_PIN
        # Our own addresses name rows by numbers that another database gives to others.
        for name, sids in (("text_id", self._read.message_sids), ("about", self._read.recording_sids)):
            row_id = told["query"].pop(name, "")
            sid = sids.get(int(row_id)) if row_id.isdecimal() else None
            if sid is not None:
                told["query"][name] = self._by.sid(sid)
        return told if told["query"] else {"form": told["form"]}

    def _deed(self, entry: Entry) -> dict[str, Any]:
        said = dict(entry.said)
        if "words" in said:
            said["words"] = self._by.typed(said["words"])
        for name in ("ends_at", "until"):
            if said.get(name):
                said[name] = (datetime.fromisoformat(said[name]) - self._began_at).total_seconds()
        if entry.what in (Deed.OPEN, Deed.FINISH_CLOSING):
            said.pop("show", None)
        return said

    def _endings(self) -> Endings:
        by, read = self._by, self._read.endings
        return Endings(
            calls=tuple(replace(call, call_sid=by.sid(call.call_sid), at=self._moved(call.at)) for call in read.calls),
            texters=tuple(
                replace(texter, phone_number=by.number(texter.phone_number), at=self._moved(texter.at))
                for texter in read.texters
            ),
            texts=tuple(
                replace(
                    text,
                    phone_number=by.number(text.phone_number),
                    message_sid=by.sid(text.message_sid) if text.message_sid else None,
                    at=self._moved(text.at),
                )
                for text in read.texts
            ),
        )

    def _moved(self, moment: datetime) -> datetime:
        return BEGAN_AT + (moment - self._began_at)
