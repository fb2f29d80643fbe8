"""TwiML as it arrives: text into verbs, with a warning for whatever Twilio would skip; used by calls and texts alike.

Source: https://www.twilio.com/docs/voice/twiml and sections 4.4 and 5 of the facts. Names are case-sensitive.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit

from callin.exchange.errors import Code
from callin.exchange.grammar import NOUNS, VERBS
from callin.exchange.records import LogEntry
from callin.exchange.sounds import length_s
from callin.exchange.webhooks import Reply

_WRITTEN: Final = frozenset({"Message", "Sms", "Body"})
_TWIML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})


class Unreadable(Exception):
    """An answer is no document; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(f"error {int(code)}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: its name, its known attributes, its words, and what is nested in it."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Verb, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute's value, or the default where it is not given."""
        return self.attributes.get(name, default)

    def is_true(self, name: str) -> bool:
        """Say whether a true-or-false attribute is true; what is not said is false."""
        return self.attributes.get(name, "").strip().lower() == "true"

    def number(self, name: str, default: float, *, least: float = 0) -> float:
        """Return a numeric attribute; nonsense counts as not given."""
        try:
            value = float(self.attributes.get(name, ""))
        except ValueError:
            return default
        return value if least <= value < 1e9 else default


@dataclass(frozen=True, slots=True)
class Document:
    """What a call is to do next: verbs, or a sound to play; `url` resolves the addresses in it."""

    verbs: tuple[Verb, ...]
    url: str = ""
    entry: LogEntry | None = None
    sound_s: float | None = None

    def warn(self, code: int) -> None:
        """The log entry that fetched the document carries this code."""
        if self.entry is not None:
            self.entry.error = int(code)

    def resolve(self, address: str) -> str:
        """Return an address in the document as an absolute URL; "" for nonsense, or with nothing to resolve against."""
        try:
            url = urljoin(self.url, address.strip())
            is_sound = urlsplit(url).port != 0  # reading a port that is none raises
        except ValueError:
            return ""
        return url if is_sound and url.startswith(("http://", "https://")) else ""


def read(reply: Reply) -> Document:
    """Return the document that a webhook's reply holds.

    Raises:
        Unreadable: it holds none; the log entry carries the same code.
    """
    if reply.error is not None:
        raise Unreadable(reply.error)
    try:
        return _read(reply)
    except Unreadable as error:
        reply.blame(error.code)
        raise


def read_text(text: str) -> Document:
    """Return the document in a string handed over by REST; it has no address.

    Raises:
        Unreadable: it is no TwiML.
    """
    return Document(_parsed(text.encode())[0])


def _read(reply: Reply) -> Document:
    if reply.content_type.startswith("audio/"):
        return Document(
            (), url=reply.url, entry=reply.entry, sound_s=length_s(reply.body, content_type=reply.content_type)
        )
    if reply.content_type == "text/plain":
        return _plain(reply)
    if reply.content_type not in _TWIML_TYPES:
        raise Unreadable(Code.CONTENT_TYPE)
    return _twiml(reply)


def _twiml(reply: Reply) -> Document:
    verbs, has_warnings = _parsed(reply.body)
    document = Document(verbs, url=reply.url, entry=reply.entry)
    if has_warnings:
        document.warn(Code.SCHEMA)
    return document


def _plain(reply: Reply) -> Document:
    try:
        return _twiml(reply)
    except Unreadable:
        words = " ".join(reply.body.decode("utf-8", "replace").split())
        return Document((Verb("Say", text=words), Verb("Hangup")), url=reply.url, entry=reply.entry)


@lru_cache(maxsize=1024)
def _parsed(body: bytes) -> tuple[tuple[Verb, ...], bool]:
    """Return the verbs of a document, and whether anything in it was skipped."""
    # A parser forgives blank space before the root; Twilio does not (12100).
    if body[:1].isspace():
        raise Unreadable(Code.PARSE)
    # Amazon's voices have SSML of their own, which people write without saying what its prefix stands for.
    if b"<amazon:" in body and b"xmlns:amazon" not in body:
        body = body.replace(b"<Response", b'<Response xmlns:amazon="amazon"', 1)
    try:
        root = ET.fromstring(body)  # noqa: S314 (the user's own application, on the user's own machine)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Unreadable(Code.PARSE) from error
    if root.tag != "Response":
        raise Unreadable(Code.PARSE)
    warnings: list[str] = []
    verbs = tuple(verb for element in root if (verb := _verb(element, within="", warnings=warnings)) is not None)
    return verbs, bool(warnings)


def _verb(element: ET.Element, *, within: str, warnings: list[str]) -> Verb | None:
    name = element.tag
    known = VERBS.get(name) if not within else NOUNS[within].get(name)
    if known is None:
        warnings.append(name)
        return None
    attributes = {key: value for key, value in element.attrib.items() if key in known}
    warnings.extend(key for key in element.attrib if key not in known)
    inside = within + name if within else name
    if inside in NOUNS:
        children = tuple(
            child for each in element if (child := _verb(each, within=inside, warnings=warnings)) is not None
        )
        text = (element.text or "") + "".join(each.tail or "" for each in element)
    else:
        # What is nested in a Say is SSML: its words count, its tags do not.
        children = ()
        text = "".join(element.itertext())
    # Speech has no lines; the words of a text do.
    words = text.strip() if name in _WRITTEN else " ".join(text.split())
    return Verb(name, attributes, words, children)
