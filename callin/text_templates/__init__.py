"""The words of every text message: one file a kind, rendered here and nowhere else; called by the desk."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def _template(kind: str) -> Template:
    # Plain text for a telephone: there is no markup to escape.
    environment = Environment(
        loader=PackageLoader("callin", "text_templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    return environment.get_template(f"{kind}.txt")


def words_of(kind: str, **facts: object) -> str:
    """Return the body of a text.

    Args:
        kind: the name of a file here, without `.txt`.
        facts: what its words name; a missing one is an error.
    """
    return " ".join(_template(kind).render(**facts).split())
