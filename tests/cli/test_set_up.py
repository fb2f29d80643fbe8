"""`scripts/_boot.py` makes an environment once, and whichever Python asks later finds it as it is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up of a checkout in an empty folder, where a `.venv` is a link to this Python and uv does nothing."""
    spec = importlib.util.spec_from_file_location("boot_under_test", ROOT / "scripts" / "_boot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "_uv", lambda _room: ["true"])
    return module


def test_another_python_that_asks_leaves_the_environment_alone(
    boot: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cron's Python is often another than the first run's: it must not rebuild what a server is running in."""
    boot.python_of_the_house()
    assert "setting up" in capsys.readouterr().err
    monkeypatch.setattr(sys, "version", "3.99.0 (another one)")
    assert boot.python_of_the_house() == tmp_path / ".venv" / "bin" / "python"
    assert capsys.readouterr().err == ""


def test_an_environment_on_a_python_that_was_replaced_is_made_anew(
    boot: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was installed for one Python does not work on the next one that the system puts in its place."""
    boot.python_of_the_house()
    capsys.readouterr()
    python = tmp_path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/bin/sh")
    boot.python_of_the_house()
    assert "setting up" in capsys.readouterr().err


def test_a_changed_lock_is_installed(boot: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a pull with new versions the next run installs them."""
    boot.python_of_the_house()
    capsys.readouterr()
    (tmp_path / "uv.lock").write_text("changed")
    boot.python_of_the_house()
    assert "setting up" in capsys.readouterr().err
