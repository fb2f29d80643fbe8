"""The server's own voice, where espeak-ng is installed; used by the control API for browsers that have none."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache

WORDS_A_MINUTE = 150  # the exchange's speed of speech
LONGEST_S = 20.0


@lru_cache(maxsize=1)
def program() -> str | None:
    """Return where espeak-ng is, None where it is not installed."""
    return shutil.which("espeak-ng")


@lru_cache(maxsize=256)
def spoken(text: str) -> bytes | None:
    """Return the words as a WAV file, None when nothing here can speak."""
    espeak = program()
    if espeak is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; the words come by its standard input
            [espeak, "--stdin", "--stdout", "-s", str(WORDS_A_MINUTE)],
            input=text.encode(),
            capture_output=True,
            timeout=LONGEST_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout or None
