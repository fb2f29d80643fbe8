"""What the tests need of the system: nothing is skipped, and whoever cannot install it is told what to type."""

import importlib.util
from types import ModuleType

import pytest

from tests.system import SYSTEM


class Machine:
    """A system without the two things that are needed, and what was asked of its apt-get."""

    def __init__(self, system: ModuleType, monkeypatch: pytest.MonkeyPatch, *, is_root: bool, fails: int = 0) -> None:
        self.system = system
        self.asked: list[str] = []
        self.fails = fails
        self.gives = True
        self.has_them = False
        needs = {name: ((name,), lambda: self.has_them) for name in ("browser", "database")}
        monkeypatch.setattr(system, "NEEDS", needs)
        monkeypatch.setattr(system, "_is_root", lambda: is_root)
        monkeypatch.setattr(system, "_on_path", lambda *_names: True)
        monkeypatch.setattr(system, "_apt_get", self.apt_get)

    def apt_get(self, step: list[str]) -> tuple[int, str]:
        self.asked.append(" ".join(step))
        if step[0] == "install" and self.fails:
            self.fails -= 1
            return 100, "E: Unable to locate package\n"
        self.has_them = self.has_them or (step[0] == "install" and self.gives)
        return 0, ""

    def provide(self) -> None:
        self.system.provide(self.system.NEEDS)


@pytest.fixture
def system() -> ModuleType:
    """The script as a module, fresh."""
    spec = importlib.util.spec_from_file_location("_system", SYSTEM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_root_installs_what_is_missing(system: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command, without asking, without the lists being fetched first."""
    machine = Machine(system, monkeypatch, is_root=True)
    machine.provide()
    assert machine.asked == ["install -y --no-install-recommends browser database"]
    machine.provide()
    assert len(machine.asked) == 1


def test_a_fresh_machine_fetches_its_lists_first(system: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that knows no package is told to look, and asked again."""
    machine = Machine(system, monkeypatch, is_root=True, fails=1)
    machine.provide()
    assert [step.split()[0] for step in machine.asked] == ["install", "update", "install"]


def test_a_plain_user_is_told_what_to_type(system: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact command, and nothing is tried."""
    machine = Machine(system, monkeypatch, is_root=False)
    with pytest.raises(system.Trouble, match="sudo apt-get install -y browser database"):
        machine.provide()
    assert machine.asked == []


@pytest.mark.parametrize(("fails", "gives", "told"), [(9, True, "could not install"), (0, False, "cannot find it")])
def test_what_cannot_be_had_stops_the_run(
    system: ModuleType, monkeypatch: pytest.MonkeyPatch, fails: int, gives: bool, told: str
) -> None:
    """No network, or a package without the program: the run ends in words instead of going on without."""
    machine = Machine(system, monkeypatch, is_root=True, fails=fails)
    machine.gives = gives
    with pytest.raises(system.Trouble, match=told):
        machine.provide()
