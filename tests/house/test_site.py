"""The site of the documentation: built strictly, so that no page is lost and no link or heading leads nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.pages import ROOT


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every page of docs is in the menu, every link between them leads to a page and a heading."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    told = subprocess.run(
        command,
        cwd=ROOT,
        # Material tells of its successor on every run.
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert "WARNING" not in told.stderr, told.stderr
    # No fonts of others; only the diagrams are drawn by a script that Material fetches.
    assert "fonts.googleapis.com" not in (tmp_path / "site" / "index.html").read_text()
    for page in ("index.html", "tutorial/index.html", "how-to/helpline/index.html", "images/board.png"):
        assert (tmp_path / "site" / page).is_file(), page
