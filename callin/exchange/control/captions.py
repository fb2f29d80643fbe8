"""What a phone heard and gave, in one line of time; used by the control API for the phones page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callin.exchange import voice
from callin.exchange.control.shown import iso_8601
from callin.exchange.records import Call
from callin.exchange.sound_files import SoundFiles

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Caption:
    """One thing heard or given.

    Attributes:
        key: names it within its call: h and u count what was heard and what was uttered.
        kind: as `heard` has it, or `spoke`, `pressed`, `other` (the phone at the other end of a bridge).
    """

    key: str
    at: datetime
    kind: str
    text: str = ""
    url: str = ""
    samples: bytes = b""


def captions(call: Call) -> list[Caption]:
    """Return everything of a call, in order."""
    found = [
        (n, Caption(f"h{n}", heard.at, heard.kind.value, text=heard.text or "", url=heard.url or ""))
        for n, heard in enumerate(call.heard)
    ]
    for n, said in enumerate(call.uttered):
        kind = "other" if not said.is_own else "pressed" if said.digits else "spoke"
        caption = Caption(f"u{n}", said.at, kind, text=said.digits or said.text, samples=said.samples)
        found.append((said.after - 1, caption))
    found.sort(key=lambda each: each[0])  # stable: what was heard comes before what was said upon it
    return [caption for _, caption in found]


def shown_captions(call: Call, *, sounds: SoundFiles) -> list[dict[str, Any]]:
    """Return the latest captions; `sound` says how each can be heard: as a file, or in the server's voice."""
    return [_shown(caption, sounds=sounds) for caption in captions(call)[-MOST_SHOWN:]]


def _shown(caption: Caption, *, sounds: SoundFiles) -> dict[str, Any]:
    shown: dict[str, Any] = {"key": caption.key, "at": iso_8601(caption.at), "kind": caption.kind}
    if caption.text:
        shown["text"] = caption.text
    if caption.url:
        shown["url"] = caption.url
    if caption.samples or (caption.url and sounds.heard(caption.url) is not None):
        shown["sound"] = "file"
    elif caption.kind == "say" and voice.program() is not None:
        shown["sound"] = "voice"
    return shown
