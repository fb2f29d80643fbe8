"""docs/reference.md lists every command, setting, address, document, text and outcome once, and nothing else."""

import re
from collections import Counter

import click
import pytest

from callin.cli import callin
from callin.cli.terminal import Exit
from callin.exchange.segments import count_segments
from callin.languages import TRANSLATED
from callin.models import TextKind
from callin.rules.call_states import Outcome, QueueResult
from callin.settings import Settings
from callin.text_templates import words_of
from callin.twiml import BUILT_IN
from tests.house.pages import ROOT, codes, table
from tests.webhooks.ringing import Doors


def commands() -> dict[str, list[str]]:
    """Every command with its options, as the terminal has them."""
    found: dict[str, list[str]] = {}

    def walk(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for name, below in command.commands.items():
                walk(below, f"{path} {name}")
        else:
            found[path] = [parameter.opts[0] for parameter in command.params]

    walk(callin, "callin")
    return found


def test_every_command_is_in_the_reference_once() -> None:
    """Commands and options in the order of the terminal's own help."""
    assert [(codes(row[0])[0], codes(row[1])) for row in table("Commands")] == list(commands().items())


def test_every_exit_code_is_in_the_reference() -> None:
    """The codes a script can rely on."""
    text = (ROOT / "docs" / "reference.md").read_text()
    told = text.partition("\n### Exit codes\n")[2].partition("\n## ")[0]

    assert re.findall(r"^\| (\d+) \|", told, re.MULTILINE) == [str(int(code)) for code in Exit]


def test_every_setting_is_in_the_reference_once() -> None:
    """Name, value unless set, and the same reason as in the code."""
    told = [(codes(row[0])[0], row[1], row[2]) for row in table("Settings")]

    assert told == [
        (str(field.validation_alias), shown(name, field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]


def shown(name: str, default: object) -> str:
    """A default as the table has it."""
    if Settings.model_fields[name].is_required():
        return "required"
    if name == "database_url":
        return "a file in your data folder"
    if default in (None, (), ""):
        return "–"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_every_address_is_in_the_reference_once(doors: Doors) -> None:
    """Method and path as the application has them."""
    told = Counter(codes(row[0])[0] for row in table("Addresses"))
    known = Counter(
        f"{method} {re.sub(r'<[^:>]+:', '<', rule.rule)}"
        for rule in doors.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )

    assert told == known


def test_every_document_is_in_the_reference_once() -> None:
    """Beside the address that speaks it; `listener/wait.sorry.xml` and `sorry.xml` where they are spoken by name."""
    told = Counter(name for row in table("Addresses") for name in codes(row[2]) if name.endswith(".xml"))
    names = (path.relative_to(BUILT_IN) for path in BUILT_IN.rglob("*.xml"))
    documents = Counter(str(name) for name in names if name.parts[0] not in TRANSLATED)

    assert told == Counter(name for name in documents if not name.rpartition("/")[2].startswith("_"))


def test_a_document_stands_beside_its_own_address() -> None:
    """A document's name begins with the path that speaks it."""
    for row in table("Addresses"):
        path = codes(row[0])[0].split(" ")[1].removeprefix("/voice/").removeprefix("/")
        for name in codes(row[2]):
            if name.endswith(".xml") and name != "sorry.xml":
                assert name.removesuffix(".xml").partition(".")[0] == path, row[0]


def test_every_text_is_in_the_reference_once() -> None:
    """Each kind of text that goes out has its words, and its row."""
    told = [codes(row[0])[0] for row in table("Texts")]
    kinds = {f"{kind}.txt" for kind in TextKind if kind != TextKind.INBOUND}

    assert len(told) == len(set(told))
    assert set(told) == kinds == {path.name for path in (ROOT / "callin" / "text_templates").glob("[!_]*.txt")}


TEXT_FACTS = {
    "show_name": "Night Owls",
    "show_hours": "Fridays from eight to ten",
    "waited_min": 7,
    "place": 3,
    "size": 7,
    "low_min": 10,
    "high_min": 20,
    "turn_min": 5,
    "turn_s": 300,
    "is_turn": False,
    "was_called": False,
    "is_open": True,
    "is_kept": True,
    "is_full": False,
    "is_paused": False,
    "words": "We loved your point about owls. Call us next week?",
}


@pytest.mark.parametrize("row", table("Texts"), ids=lambda row: codes(row[0])[0])
def test_a_text_in_the_reference_is_what_goes_out(row: list[str]) -> None:
    """Its example is rendered from its words, and is one segment of seven-bit characters."""
    kind = codes(row[0])[0].removesuffix(".txt")
    body = words_of(kind, **TEXT_FACTS)

    assert row[2] == body
    assert len(body) <= 160
    assert count_segments(body + "." * (160 - len(body))) == 1


def test_every_outcome_is_in_the_reference_once() -> None:
    """One row for each way a call may end."""
    assert [codes(row[0])[0] for row in table("Outcomes")] == list(Outcome)


def test_every_way_out_of_a_queue_is_in_the_call_flow() -> None:
    """All nine of Twilio's results, each once."""
    flow = (ROOT / "docs" / "call-flow.md").read_text().partition("\n## The nine ways out of a queue\n")[2]
    told = [codes(line)[0] for line in flow.partition("\n## ")[0].splitlines() if line.startswith("| `")]

    assert sorted(told) == sorted(["QueueResult", *QueueResult])
