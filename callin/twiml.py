"""Renders `twiml_templates/`, the words people hear; the only maker of TwiML, called by the phone doors. No Flask here.

A station may speak its own words: documents in `CALLIN_TWIML_DIR` come first. One of them that cannot be read stops the
start; one that fails on the telephone is logged, and ours is spoken instead.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import structlog
from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from markupsafe import Markup

from callin.errors import BadDocument
from callin.languages import ENGLISH, TRANSLATED, words_in
from callin.settings import Settings

HOLD_MUSIC_PATH = "/media/hold.wav"
SECONDS_A_TUNE = 20
MOST_KEPT = 1000  # documents of a few hundred bytes

_PACKAGE = Path(__file__).resolve().parent
# In a wheel the documents travel inside the package; in a checkout they stand at the top, where a station finds them.
BUILT_IN = next(
    (folder for folder in (_PACKAGE / "twiml_templates", _PACKAGE.parent / "twiml_templates") if folder.is_dir()),
    _PACKAGE / "twiml_templates",
)
# What XML 1.0 cannot hold at all, escaped or not.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

log = structlog.get_logger(__name__)


class Documents:
    """The documents of one station, compiled once."""

    __slots__ = ("_built_in", "_lately", "_music", "_own", "_own_folder")

    def __init__(self, settings: Settings) -> None:
        """Compile every document.

        Args:
            settings: voice, language, names, addresses and the station's own folder.

        Raises:
            BadDocument: one of the station's own documents cannot be read.
        """
        ours = _folders(settings.language)
        self._built_in = _environment(FileSystemLoader(ours), settings=settings)
        self._own = self._built_in
        if settings.twiml_dir is not None:
            self._own = _environment(FileSystemLoader([settings.twiml_dir, *ours]), settings=settings)
        self._own_folder = settings.twiml_dir
        self._music = settings.hold_music or (settings.public_base_url.rstrip("/") + HOLD_MUSIC_PATH,)
        self._lately = lru_cache(MOST_KEPT)(self.render)
        for name in self.names():
            _compile(self._own, name=name)

    def names(self) -> list[str]:
        """Return the names of all documents, the station's own included; `_…` are parts of others."""
        return sorted(
            name
            for name in self._own.list_templates()
            if name.endswith(".xml") and name.partition("/")[0] not in TRANSLATED
        )

    def is_own(self, name: str) -> bool:
        """Return whether the station speaks its own words in this document."""
        return self._own_folder is not None and (self._own_folder / name).is_file()

    def tune_after(self, queue_time_s: int) -> str:
        """Return the hold music for this moment of the wait: a station's several tunes take turns.

        Args:
            queue_time_s: seconds in the queue, ≥ 0.
        """
        return self._music[queue_time_s // SECONDS_A_TUNE % len(self._music)]

    def render_again(self, name: str, **values: Hashable) -> bytes:
        """Return a document that is asked for over and over in the same words; those spoken lately are kept.

        To most who wait there is nothing new to say: their document took 44 µs of a request's 200, and now takes one.

        Args:
            name: as in `render`.
            values: as in `render`, of kinds that can be compared.
        """
        # A station's own words may be others each time.
        return self._lately(name, **values) if self._own is self._built_in else self.render(name, **values)

    def render_strictly(self, name: str, **values: object) -> bytes:
        """Return a document, ready to be sent; an own one that fails is an error, for whoever is writing it.

        Args:
            name: below `twiml_templates/`.
            values: what it speaks of.

        Raises:
            BadDocument: it cannot be rendered with these values.
        """
        try:
            return self._own.get_template(name).render(values).strip().encode()
        except Exception as error:
            raise BadDocument([f"CALLIN_TWIML_DIR: {name} fails: {error}."]) from error

    def render(self, name: str, **values: object) -> bytes:
        """Return a document, ready to be sent.

        Args:
            name: below `twiml_templates/`, such as `listener/wait.xml`.
            values: what it speaks of; a name that the document uses and nobody gives is an error.
        """
        try:
            words = self._own.get_template(name).render(values)
            if self._own is not self._built_in:
                ET.fromstring(words.strip())  # noqa: S314  the station's own; a bare & would end the call at Twilio
        except Exception as error:
            if self._own is self._built_in:
                raise
            # People are on the line: our plain words are better than none.
            log.error("own document failed, ours is spoken", document=name, exc_info=error)  # noqa: TRY400  structlog
            words = self._built_in.get_template(name).render(values)
        # A blank line before the declaration would make it no XML at all.
        return words.strip().encode()


def _folders(language: str) -> list[Path]:
    """Where our words are: those of the language before the English ones."""
    spoken = words_in(language)
    return [BUILT_IN] if spoken == ENGLISH else [BUILT_IN / spoken, BUILT_IN]


def _environment(loader: BaseLoader, *, settings: Settings) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    base = settings.public_base_url.rstrip("/")

    def url(path: str, **query: str | int) -> str:
        return f"{base}{path}?{urlencode(query)}" if query else f"{base}{path}"

    environment.globals.update(
        url=url,
        voice=Markup('voice="{}" language="{}"').format(settings.speaking_voice, settings.language),
        station_name=settings.station_name,
        show_name=settings.show_name,
        show_hours=settings.show_hours,
    )
    return environment


def _printable(value: object) -> object:
    return _NO_XML.sub("", value) if type(value) is str else value


def _compile(environment: Environment, *, name: str) -> None:
    try:
        environment.get_template(name)
    except TemplateSyntaxError as error:
        raise BadDocument(
            [f"CALLIN_TWIML_DIR: {name}, line {error.lineno}: {error.message}. Mend it, then start again."]
        ) from error
    except (TemplateError, UnicodeDecodeError) as error:
        raise BadDocument([f"CALLIN_TWIML_DIR: {name} cannot be read. Save it as UTF-8, then start again."]) from error
