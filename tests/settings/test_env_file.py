"""`.env` belongs to a person: values find their place in it, and everything else stays as it was."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from callin import env_file

REASONS = {"PORT": "Where it listens.", "NAME": "What it is called."}


def with_values(text: str, **values: str) -> str:
    return env_file.with_values(text, values, reasons=REASONS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "# Where it listens.\nPORT=9\n"),
        ("# mine\nPORT=1\nEDITOR=vi\n", "# mine\nPORT=9\nEDITOR=vi\n"),
        ("# Where it listens.\n#PORT=8000\n\nEDITOR=vi\n", "# Where it listens.\nPORT=9\n\nEDITOR=vi\n"),
        ("#PORT=8000\nexport PORT=1", "#PORT=8000\nPORT=9\n"),
        ("PORT=1\nPORT=2\n", "PORT=9\nPORT=9\n"),
        ("REPORT=1\n", "REPORT=1\n\n# Where it listens.\nPORT=9\n"),
    ],
    ids=["empty", "in its place", "where the default is shown", "not the comment", "said twice", "another name"],
)
def test_a_value_finds_its_place(before: str, after: str) -> None:
    """In its old line, else where the default is shown, else at the end with its reason; comments stay."""
    assert with_values(before, PORT="9") == after


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30))
def test_whatever_is_written_is_read(value: str) -> None:
    """Quotes, spaces, hashes and dollars are no trouble."""
    text = with_values("", NAME=value)
    assert dotenv_values(stream=io.StringIO(text), interpolate=False) == {"NAME": value}


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """Mode 600, whatever it was before; a link stays a link; nothing is left beside it."""
    target = tmp_path / "there"
    target.write_text("old")
    target.chmod(0o644)
    link = tmp_path / ".env"
    link.symlink_to(target)
    env_file.write(link, "PORT=9\n")
    assert link.is_symlink()
    assert env_file.read(link) == "PORT=9\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "there"]
    assert env_file.read(tmp_path / "none") == ""


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new text replaces the old one whole or not at all."""
    path = tmp_path / ".env"
    path.write_text("PORT=1\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        env_file.write(path, "PORT=9\n")
    assert path.read_text() == "PORT=1\n"
    assert [each.name for each in tmp_path.iterdir()] == [".env"]
