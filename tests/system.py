"""What a test needs of the system beyond Python is there before it starts; asked by the fixtures that need it."""

import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM = Path(__file__).parents[1] / "scripts" / "_system.py"


def need(*names: str) -> None:
    """These are installed, or the test fails with the command to type; nothing is skipped in silence.

    Args:
        names: of `NEEDS` in scripts/_system.py.
    """
    found = subprocess.run([sys.executable, str(SYSTEM), *names], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
