"""The words of every text message: one file a kind, rendered here and nowhere else; called by the desk."""

from __future__ import annotations

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from callin.languages import ENGLISH, words_in

# One process speaks for one station: told once, when the station is wired, so that no verb of the desk has to carry it.
_spoken = [ENGLISH]


def use_language(tag: str) -> None:
    """Texts of this process are in this language from now on; in English where we have no words in it.

    Args:
        tag: such as es-MX.
    """
    _spoken[:] = [words_in(tag)]


def words_of(kind: str, **facts: object) -> str:
    """Return the body of a text.

    Args:
        kind: the name of a file here, without `.txt`.
        facts: what its words name; a missing one is an error.
    """
    return " ".join(_template(kind, _spoken[0]).render(**facts).split())


@cache
def _template(kind: str, language: str) -> Template:
    folders = ["text_templates"] if language == ENGLISH else [f"text_templates/{language}", "text_templates"]
    # Plain text for a telephone: there is no markup to escape.
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("callin", folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    return environment.get_template(f"{kind}.txt")
