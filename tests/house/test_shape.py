"""The shape of the house: what every file of callin keeps to."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLIN = sorted(path for path in (ROOT / "callin").rglob("*.py") if "versions" not in path.parts)
SOURCES = [*CALLIN, *sorted((ROOT / "scripts" / "benchmarks").rglob("*.py"))]
LONGEST = 300
NEVER_NAMES = {"utils", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_file_says_what_it_is_and_stays_small(path: Path) -> None:
    """A module's first sentence says what it is; at some 250 lines a file is split by noun."""
    source = path.read_text()
    docstring = ast.get_docstring(ast.parse(source)) or ""
    assert docstring.split("\n")[0].rstrip().endswith((".", "?", ":", ";")) or "\n\n" not in docstring, docstring
    assert len(docstring) > 20
    assert len(source.splitlines()) <= LONGEST


@pytest.mark.parametrize("path", CALLIN, ids=relative)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    """One reader, so that one file lists what a station can be told."""
    if relative(path) in ("callin/settings.py", "callin/setting_values.py"):
        return
    tree = ast.parse(path.read_text())
    reads = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert reads == []


def test_no_room_has_a_name_that_says_nothing() -> None:
    """A reader names the right file before opening it."""
    named = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert named & NEVER_NAMES == set()


def test_top_level_folders_are_those_of_the_house() -> None:
    """The tree can be read at a glance."""
    kept = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert kept - {"__pycache__", "dist", "build"} == {"callin", "twiml_templates", "scripts", "tests", "docs"}


def test_every_changelog_and_licence_is_there() -> None:
    """What a newcomer looks for stands at the top."""
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "pyproject.toml", "uv.lock"):
        assert (ROOT / name).is_file(), name
