"""The server's own voice: espeak-ng where it is installed, silence in good order where it is not or fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from callin.exchange import voice


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in espeak-ng's place: it says back what it was told, and how."""
    program = tmp_path / "espeak-ng"
    program.write_text('#!/bin/sh\nprintf "%s: " "$*"; cat\n')
    program.chmod(0o755)
    monkeypatch.setattr(voice, "program", lambda: str(program))
    voice.spoken.cache_clear()
    return program


def test_words_are_spoken_at_the_exchanges_pace(speaker: Path) -> None:
    """They go in by standard input, whatever they are, and come out as the program's sound."""
    assert voice.spoken("--help; rm -rf") == b"--stdin --stdout -s 150: --help; rm -rf"


def test_a_voice_that_fails_is_none(speaker: Path) -> None:
    """So that the page goes on with captions."""
    speaker.write_text("#!/bin/sh\nexit 1\n")

    assert voice.spoken("hello") is None


def test_without_a_program_there_is_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started."""
    monkeypatch.setattr(voice, "program", lambda: None)
    voice.spoken.cache_clear()

    assert voice.spoken("hello") is None
