"""The pages for people are true: whatever file, command, setting, address or test they name exists."""

import ast
import re
from pathlib import Path

import click
import pytest
from werkzeug.exceptions import HTTPException

from callin.cli import callin
from callin.settings import Settings
from callin.twiml import BUILT_IN
from tests.house.pages import PAGES, ROOT, Page, page
from tests.webhooks.ringing import Doors

READ = [page(path) for path in PAGES]
NAMES = [str(read.path.relative_to(ROOT)) for read in READ]
every_page = pytest.mark.parametrize("read", READ, ids=NAMES)

ROOMS = {path.name for path in ROOT.iterdir() if path.is_dir()}
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
SCRIPT_OPTIONS = {
    "./scripts/rehearse": ["callin", "rehearse"],
    "./scripts/test": None,
    "./scripts/bench": None,
    "./scripts/screenshots": None,
}
DIAGRAMS = {"sequenceDiagram", "stateDiagram-v2", "flowchart"}
# Files that a person makes, or that are named as what they are not.
MADE_BY_HAND = {".env", ".venv"}
ENDINGS = (".py", ".md", ".xml", ".txt", ".toml", ".lock", ".example")

_FILE = re.compile(r"(?P<path>[\w.-]+(?:/[\w.-]+)*/?)(?:: (?P<name>\w+))?")
_ADDRESS = re.compile(r"(?<![\w./}\]])/(?:voice|sms|media|healthz|readyz)\b[\w/.<>-]*(?<!\.)")
_CAPITALS = re.compile(r"\b(?:CALLIN|TWILIO|PUBLIC|DATABASE|SECRET|LOG)_[A-Z_]+\b")


def defined_in(path: Path) -> set[str]:
    """The names of functions, classes and their methods in a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


TESTS = {name for path in (ROOT / "tests").rglob("test_*.py") for name in defined_in(path) if name.startswith("test_")}


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that these words begin with, and the words after it."""
    command: click.Command = callin
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-") and rest[0] != "COMMAND":
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def options_of(command: click.Command) -> set[str]:
    """Return the options of a command, by every spelling."""
    parameters = command.get_params(click.Context(command, info_name="callin"))
    return {spelling for parameter in parameters for spelling in parameter.opts} | {"--help"}


@every_page
def test_every_command_on_a_page_can_be_typed(read: Page) -> None:
    """Each is a command, and each of its options is one of that command's."""
    for line in read.commands:
        words = line.split()
        if words[0] in SCRIPT_OPTIONS:
            assert (ROOT / words[0]).is_file(), line
            as_command = SCRIPT_OPTIONS[words[0]]
            if as_command is None:
                continue
            words = [*as_command, *words[1:]]
        command, rest = command_of(words)
        options = {word for word in rest if word.startswith("--")}
        assert options <= options_of(command), line


@every_page
def test_every_file_on_a_page_exists(read: Page) -> None:
    """A path leads to a file or a folder, and `file.py: name` to something defined there."""
    for span in read.spans:
        said = _FILE.fullmatch(span)
        if said is None or said["path"] in MADE_BY_HAND or not is_path(said["path"]):
            continue
        path = ROOT / said["path"]
        if said["path"].endswith(".xml"):
            path = BUILT_IN / said["path"]
        elif said["path"].endswith(".txt"):
            path = ROOT / "callin" / "text_templates" / said["path"]
        assert path.exists(), span
        if said["name"]:
            assert said["name"] in defined_in(path), span


def is_path(words: str) -> bool:
    """Whether words between back-ticks are meant as a path of this project."""
    room, slash, _rest = words.partition("/")
    return (bool(slash) and room in ROOMS) or words.endswith(
        (".py", ".md", ".xml", ".txt", ".toml", ".lock", ".example")
    )


@every_page
def test_every_link_leads_somewhere(read: Page) -> None:
    """A link to a page of ours, and to a heading in it, finds it."""
    for link in read.links:
        if link.startswith("https://"):
            continue
        path, _mark, anchor = link.partition("#")
        target = (read.path.parent / path).resolve() if path else read.path
        assert target.exists(), link
        assert not anchor or anchor in page(target).anchors, link


@every_page
def test_every_setting_on_a_page_is_one(read: Page) -> None:
    """Whatever looks like a setting can be set."""
    assert set(_CAPITALS.findall(read.text)) - SETTINGS == set()


@every_page
def test_every_test_on_a_page_is_one(read: Page) -> None:
    """Whatever looks like the name of a test is one."""
    named = {span for span in read.spans if re.fullmatch(r"test_\w+", span)}

    assert named - TESTS == set()


@every_page
def test_every_address_on_a_page_is_answered(doors: Doors, read: Page) -> None:
    """In prose and in diagrams alike, an address is one that the station has."""
    adapter = doors.app.url_map.bind("station.test")
    for address in set(_ADDRESS.findall(read.text)):
        path = address.replace("<message_id>", "7").replace("<token>", "TOKEN")
        assert any(answers(adapter, path, method=method) for method in ("GET", "POST")), address


def answers(adapter: object, path: str, *, method: str) -> bool:
    """Whether the application has a view for it."""
    try:
        adapter.match(path, method=method)  # type: ignore[attr-defined]  # werkzeug's MapAdapter
    except HTTPException:
        return False
    return True


@every_page
def test_every_diagram_is_of_a_known_kind(read: Page) -> None:
    """Mermaid draws it: a kind it knows, everybody introduced, each alt and loop ended, nothing it trips over."""
    for language, block in read.blocks:
        if language != "mermaid":
            continue
        lines = [line.strip() for line in block.strip().splitlines()]
        assert lines[0] in DIAGRAMS, lines[0]
        known = {line.split()[1] for line in lines if line.startswith("participant ")}
        spoken = [found.groups() for line in lines if (found := re.match(r"(\w+)-{1,2}>>(\w+): (.+)", line))]
        assert known == {name for first, second, _words in spoken for name in (first, second)}
        opened = [line for line in lines if line.split()[0] in ("alt", "loop", "opt")]
        assert len(opened) == lines.count("end")
        told = [words for *_names, words in spoken] + [line for line in lines if line.startswith("Note over ")]
        assert len(lines) == 1 + len(known) + len(told) + len(opened) * 2
        assert not [words for words in told if re.search(r"[;#]|\bend\b", words)]


def test_every_journey_has_its_diagram() -> None:
    """Each heading of the call flow before the tables has one sequence diagram."""
    text = (ROOT / "docs" / "call-flow.md").read_text()
    journeys = text.partition("\n## The nine ways out")[0].split("\n## ")[1:]

    assert [journey.count("```mermaid\nsequenceDiagram") for journey in journeys] == [1] * 9
