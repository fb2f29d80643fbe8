"""Sound in and out of a pretend phone: what it plays back, what it says; routed to by the control API's app."""

from __future__ import annotations

import base64
import binascii
import re

from callin.exchange import voice
from callin.exchange.control.asked import Asked, Refused
from callin.exchange.control.captions import Caption, captions
from callin.exchange.http_messages import HttpAnswer
from callin.exchange.wav import BadSound, telephone_samples, wav_file

MAX_TEXT_LENGTH = 10_000
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


def make(asked: Asked) -> HttpAnswer:
    """Let the phone make a sound, with or without the words that it stands for."""
    content = asked.json_object()
    if set(content) - {"wav", "text"}:
        raise Refused(400, "this takes wav, and text if you know the words")
    wav, text = content.get("wav"), content.get("text", "")
    if not isinstance(wav, str) or not isinstance(text, str) or len(text) > MAX_TEXT_LENGTH:
        raise Refused(400, "wav must be a WAV file in base64, and text a string")
    try:
        samples = telephone_samples(base64.b64decode(wav, validate=True))
    except (binascii.Error, BadSound) as error:
        raise Refused(400, f"wav: {error}") from error
    asked.exchange.speak(asked.call(), text, samples=samples)
    return HttpAnswer(204)


def hear(asked: Asked) -> HttpAnswer:
    """Return the sound of one caption: the file played, the sound made, or the words in the server's own voice."""
    with asked.exchange.lock:
        call = asked.call()
        caption = next((each for each in captions(call) if each.key == asked.names["key"]), None)
        if caption is None:
            raise Refused(404, "this phone heard no such thing")
        kept = asked.exchange.sounds.heard(caption.url) if caption.url else None
    if kept is not None:
        return _ranged(asked, kept.content, content_type=kept.content_type)
    if caption.samples:
        return _ranged(asked, wav_file(caption.samples), content_type="audio/wav")
    spoken = _spoken(caption)
    if spoken is None:
        raise Refused(404, "there is no sound of this here")
    return _ranged(asked, spoken, content_type="audio/wav")


def _spoken(caption: Caption) -> bytes | None:
    return voice.spoken(caption.text) if caption.text and caption.kind == "say" else None


def _ranged(asked: Asked, content: bytes, *, content_type: str) -> HttpAnswer:
    """Return the content, or the one part that the browser asks for: without it no browser seeks."""
    headers = [
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "private, max-age=600"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    asked_for = _RANGE.fullmatch(asked.request.headers.get("range", ""))
    if asked_for is None or int(asked_for[1]) >= len(content):
        return HttpAnswer(200, content, content_type=content_type, headers=tuple(headers))
    begin, end = int(asked_for[1]), min(int(asked_for[2] or len(content)), len(content) - 1)
    headers.append(("Content-Range", f"bytes {begin}-{end}/{len(content)}"))
    return HttpAnswer(206, content[begin : end + 1], content_type=content_type, headers=tuple(headers))
