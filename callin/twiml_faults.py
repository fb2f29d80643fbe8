"""What is wrong with a document for the place where Twilio runs it; asked by `callin say`, the doctor and house tests.

Source: Twilio, TwiML `<Enqueue>` «waitUrl» and `<Queue>` «url»: in both only some verbs are run.
"""

from __future__ import annotations

from enum import StrEnum
from xml.etree import ElementTree as ET

LONGEST_SENTENCE_WORDS = 20
VERBS = frozenset(
    {"Say", "Play", "Pause", "Gather", "Record", "Redirect", "Hangup", "Enqueue", "Leave", "Dial", "Queue", "Reject"}
)


class Place(StrEnum):
    """Where a document is run."""

    CALL = "call"
    WAIT = "wait"  # again and again while a caller is in the queue
    WHISPER = "whisper"  # to the caller, before the bridge
    TEXT = "text"  # the answer to a text


_ALLOWED = {
    Place.CALL: VERBS,
    Place.WAIT: frozenset({"Say", "Play", "Pause", "Gather", "Leave", "Redirect", "Hangup"}),
    Place.WHISPER: frozenset({"Say", "Play", "Pause", "Redirect"}),
    Place.TEXT: frozenset({"Message", "Redirect"}),
}
_WAITS = ("listener/wait", "listener/key")
_WHISPERS = ("listener/on_air",)


def place_of(name: str) -> Place:
    """Return where a document of this name is run.

    Args:
        name: such as `listener/wait.sorry.xml`.
    """
    path = name.removesuffix(".xml").partition(".")[0]
    if path in _WAITS:
        return Place.WAIT
    if path in _WHISPERS:
        return Place.WHISPER
    return Place.TEXT if path.startswith("sms/") else Place.CALL


def faults_of(body: bytes, *, place: Place) -> list[str]:
    """Return what a caller or Twilio would stumble over, in sentences; nothing if all is well.

    Args:
        body: the document as it is sent.
        place: where it is run.
    """
    if not body.startswith(b"<?xml"):
        return ["It does not begin with its XML declaration: Twilio takes a blank line in front for an error."]
    try:
        root = ET.fromstring(body)  # noqa: S314  our own document
    except ET.ParseError as error:
        return [f"It is no XML: {error}."]
    if root.tag != "Response":
        return [f"Its root is {root.tag}, not Response."]
    used = [element.tag for element in root.iter() if element is not root]
    faults = [f"{tag} is no verb of Twilio's that we know." for tag in sorted({*used} - VERBS - {"Message"})]
    faults += [f"{tag} is not run in the {place}." for tag in sorted({*used} & (VERBS - _ALLOWED[place]))]
    if place == Place.WAIT and (not len(root) or root[-1].tag not in ("Play", "Pause", "Leave")):
        faults.append("It ends in neither Play nor Pause: Twilio would ask for it again at once, without end.")
    elif not len(root) and place != Place.TEXT:
        faults.append("It does nothing.")
    return faults + [fault for say in root.iter("Say") for fault in _faults_of_sentence("".join(say.itertext()))]


def _faults_of_sentence(said: str) -> list[str]:
    words = " ".join(said.split())
    if not words:
        return ["A Say says nothing."]
    faults = []
    if len(words.split()) > LONGEST_SENTENCE_WORDS:
        faults.append(f"«{words}» is longer than {LONGEST_SENTENCE_WORDS} words: nobody follows it on the telephone.")
    if words[-1] not in ".?!" or any(mark in words[:-1] for mark in ("? ", "! ", ". ")):
        faults.append(f"«{words}» is not one sentence: give each a Say of its own.")
    return faults
