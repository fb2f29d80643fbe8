"""Somebody at a real terminal: a pseudo-terminal on which a command runs, read and typed at; used by tests of setup."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

PATIENCE_S = 60
# Pressed between the words of a question and the reading of its answer, Ctrl-C goes unheard until the next key: Python
# looks for it before it reads. Nobody is that quick but a test on a busy machine; like a person, it presses once more.
PRESSES_AGAIN_AFTER_S = 3
# Without a controlling terminal Ctrl-C would be a character like any other; and whoever runs the tests in the
# background leaves SIGINT ignored, which no terminal of a person does.
_WITH_ITS_OWN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, '-m', 'callin', *sys.argv[1:]])"
)


class Typist:
    """Starts `callin WORDS` on a terminal of its own, waits for questions, and types."""

    def __init__(self, *words: str, folder: Path, environment: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.seen = ""
        self._read_up_to = 0
        self._interrupted_at: float | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WITH_ITS_OWN_TERMINAL, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, words: str) -> None:
        """Read on until these words have been said."""
        until = time.monotonic() + PATIENCE_S
        while words not in self.seen[self._read_up_to :]:
            assert time.monotonic() < until, f"never said {words!r}: {self.seen}"
            assert self._read(), f"ended without {words!r}: {self.seen}"
        self._read_up_to = self.seen.index(words, self._read_up_to) + len(words)

    def type(self, line: str) -> None:
        """Type a line, with Return."""
        os.write(self._ours, f"{line}\n".encode())

    def answer(self, question: str, line: str) -> None:
        """Wait for a question and answer it."""
        self.wait_for(question)
        self.type(line)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._ours, b"\x03")
        self._interrupted_at = time.monotonic()

    def end(self) -> int:
        """Read to the end; return the exit code."""
        until = time.monotonic() + PATIENCE_S
        while self._read():
            if time.monotonic() > until:
                self.process.kill()
                self.process.wait()
                pytest.fail(f"does not end: {self.seen}")
            if self._interrupted_at and time.monotonic() - self._interrupted_at > PRESSES_AGAIN_AFTER_S:
                self.interrupt()
        code = self.process.wait(PATIENCE_S)
        os.close(self._ours)
        return code

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 1)
        if not ready:
            return True
        try:
            read = os.read(self._ours, 65536)
        except OSError:  # the other side has closed
            return False
        self.seen += read.decode(errors="replace").replace("\r\n", "\n")
        return bool(read)
