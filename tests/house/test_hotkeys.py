"""The keys of the board: the same in the help window, in the scripts and in docs/board.md."""

import re

from callin.board.offers import Doing
from tests.house.pages import ROOT, codes
from tests.webhooks.ringing import Doors

SCRIPT = (ROOT / "callin" / "board" / "static" / "board.js").read_text()
# What is done to a text, a message or the whole board, beside what is done to a place.
ELSEWHERE = {"after", "before", "edit", "done", "keep", "delete", "open", "close", "pause", "escape", "help"}


def hotkeys(doors: Doors) -> list[tuple[str, str, str]]:
    """Key, what it does, and the words for it."""
    found: list[tuple[str, str, str]] = doors.app.jinja_env.get_template("_hotkeys.html").module.hotkeys  # type: ignore[attr-defined]
    return found


def test_every_key_is_in_the_handbook(doors: Doors) -> None:
    """docs/board.md lists the keys of the help window, in its order and words."""
    template = doors.app.jinja_env.get_template("_hotkeys.html")
    shown = template.module.words_of_keys  # type: ignore[attr-defined]  # set in the template
    told = (ROOT / "docs" / "board.md").read_text().partition("\n## Keys\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in told.splitlines() if line.startswith("| `")]

    assert [("+".join(codes(row[0])), row[1].strip()) for row in rows] == [
        ("+".join(shown.get(part, part) for part in key.split("+")), words) for key, _, words in hotkeys(doors)
    ]


def test_every_action_has_one_key(doors: Doors) -> None:
    """Whatever the board offers for a row has its key, and no key has two meanings."""
    keys = hotkeys(doors)
    does = {what for _, what, _ in keys}

    assert len({key for key, _, _ in keys}) == len(keys) == len(does)
    # «card» is written on with the key for editing.
    assert does - ELSEWHERE == set(Doing) - {Doing.CARD}


def test_every_key_does_something(doors: Doors) -> None:
    """Each has its verb in the script, or a button of that name in a page."""
    pages = "".join(path.read_text() for path in (ROOT / "callin" / "board" / "templates").glob("*.html"))
    for _, does, _ in hotkeys(doors):
        assert f'data-do="{does}"' in pages or re.search(rf"\b{does}\b", SCRIPT), does
