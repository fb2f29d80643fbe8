"""The pages for people, taken apart: what stands in code, in blocks, in links and in tables."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\[[^\]\n]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        text: all of it.
        blocks: language and content of each fenced block.
        spans: what stands between back-ticks, outside blocks.
        links: where its links lead.
        anchors: of its headings, as the web pages of a repository make them.
    """

    path: Path
    text: str
    blocks: list[tuple[str, str]]
    spans: list[str]
    links: list[str]
    anchors: set[str]

    @property
    def commands(self) -> list[str]:
        """Lines a reader may type, with `callin` or one of the scripts first; prompts and comments taken off."""
        typed = [line.strip() for language, block in self.blocks if language == "" for line in block.splitlines()]
        return [words for words in [*self.spans, *typed] if re.match(r"(callin|\./scripts/\w+)( |$)", words)]


def page(path: Path) -> Page:
    """Read a page."""
    text = path.read_text()
    prose = _BLOCK.sub("", text)
    return Page(
        path=path,
        text=text,
        blocks=_BLOCK.findall(text),
        spans=_CODE.findall(prose),
        links=_LINK.findall(prose),
        anchors={_anchor(heading) for heading in _HEADING.findall(prose)},
    )


def table(section: str) -> list[list[str]]:
    """Return the rows of the first table under a heading of docs/reference.md, without its head."""
    text = (ROOT / "docs" / "reference.md").read_text()
    _before, _heading, rest = text.partition(f"\n## {section}\n")
    lines = re.split(r"\n##+ ", rest)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


def codes(cell: str) -> list[str]:
    """Return what stands between back-ticks in a cell."""
    return _CODE.findall(cell)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
