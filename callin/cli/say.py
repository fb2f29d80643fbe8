"""`callin say`: one document as callers would hear it, with made-up facts, and whether Twilio would run it."""

from __future__ import annotations

import click

from callin.cli.terminal import Exit, answer, console, table, tell
from callin.errors import BadDocument
from callin.samples import samples_of
from callin.settings import Settings
from callin.settings_told import problems_with, told_settings
from callin.twiml import Documents
from callin.twiml_faults import faults_of, place_of

# Enough for words: somebody who writes them need not have an account yet.
MADE_UP = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "none",
    "PUBLIC_BASE_URL": "https://callin.example.org",
    "CALLIN_LISTENER_NUMBER": "+15550100",
    "CALLIN_DJ_LINE": "+15550101",
}


@click.command()
@click.argument("name", required=False)
@click.option("--list", "lists", is_flag=True, help="Name every document, where it is run and whose words it has.")
@click.option("--all", "shows_all", is_flag=True, help="Once for each kind of facts it may be given.")
def say(*, name: str | None, lists: bool, shows_all: bool) -> int:
    """Print a document, such as listener/wait, with sample facts; exit 5 if Twilio or a caller would stumble over it.

    CALLIN_TWIML_DIR and CALLIN_LANGUAGE count as they do on the telephone.
    """
    settings = _settings()
    documents = Documents(settings)
    names = [each for each in documents.names() if not each.rpartition("/")[2].startswith("_")]
    if lists or name is None:
        made = table("document", "run in the", "words")
        for each in names:
            made.add_row(each.removesuffix(".xml"), place_of(each).value, "yours" if documents.is_own(each) else "ours")
        console().print(made)
        return Exit.OK
    wanted = f"{name.removesuffix('.xml')}.xml"
    if wanted not in names:
        raise click.BadParameter(f"there is no {wanted}; callin say --list has them all", param_hint="NAME")
    facts = samples_of(wanted, base_url=settings.public_base_url)
    faults: list[str] = []
    for told in facts if shows_all else facts[:1]:
        body = documents.render_strictly(wanted, **told)
        answer(body.decode())
        faults += [fault for fault in faults_of(body, place=place_of(wanted)) if fault not in faults]
    for fault in faults:
        tell(f"callin: {fault}")
    return Exit.PROBLEMS if faults else Exit.OK


def _settings() -> Settings:
    told = MADE_UP | told_settings()
    problems = problems_with(told)
    if problems:
        raise BadDocument(list(problems.values()))
    return Settings(_env_file=None, **told)  # type: ignore[call-arg,arg-type]  # pydantic-settings' own argument
