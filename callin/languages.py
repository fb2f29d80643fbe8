"""The languages whose words are complete here, and a voice for each; read by the settings, documents and texts.

English stands at the top of `twiml_templates` and `text_templates`; any other in a folder of its own, where a document
without words is missing and the English one serves.
"""

from __future__ import annotations

ENGLISH, SPANISH = "en", "es"
TRANSLATED = frozenset({SPANISH})

# Source: Twilio, «Text-to-speech: available voices».
_VOICES = {"es-ES": "Polly.Lucia", "es-MX": "Polly.Mia", SPANISH: "Polly.Lupe"}
_VOICE = "Polly.Joanna"


def words_in(tag: str) -> str:
    """Return the language that words are in when this one is wanted: English where there is no other.

    Args:
        tag: such as es-MX.
    """
    language = _primary(tag)
    return language if language in TRANSLATED else ENGLISH


def has_words(tag: str) -> bool:
    """Return whether this language is complete here."""
    return _primary(tag) in TRANSLATED | {ENGLISH}


def voice_for(tag: str) -> str:
    """Return a voice that speaks this language, or an American one where we know none.

    Args:
        tag: such as es-MX.
    """
    return _VOICES.get(tag) or _VOICES.get(_primary(tag)) or _VOICE


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
