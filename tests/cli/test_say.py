"""`callin say`: one document as it is heard, in one's own words too, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from callin.cli import run

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def own(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for words of one's own."""
    folder = tmp_path / "words"
    (folder / "listener").mkdir(parents=True)
    bare_environment.setenv("CALLIN_TWIML_DIR", str(folder))
    return folder


def test_a_document_is_said_without_an_account(bare_environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """Somebody who writes words needs no settings at all."""
    assert run(["say", "listener/wait"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("<?xml")
    assert "You are number 3 in line." in out
    assert run(["say", "listener/wait.xml", "--all"]) == 0
    assert "You are next." in capsys.readouterr().out


def test_it_speaks_the_language_of_the_settings(bare_environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """Spanish words in a Spanish voice, by one setting."""
    bare_environment.setenv("CALLIN_LANGUAGE", "es-ES")
    assert run(["say", "listener/wait"]) == 0
    assert '<Say voice="Polly.Lucia" language="es-ES">Usted es el número 3 en la fila.</Say>' in capsys.readouterr().out


def test_every_document_is_listed(own: Path, capsys: Captured) -> None:
    """With the place where it is run, and whose words it has."""
    (own / "listener" / "wait.xml").write_text("<Response/>")
    assert run(["say", "--list"]) == 0
    rows = {cells[0]: cells[1:] for line in capsys.readouterr().out.splitlines() if (cells := line.split())}
    assert rows["listener/wait"] == ["wait", "yours"]
    assert rows["listener/on_air"] == ["whisper", "ours"]
    assert rows["dj/next"] == ["call", "ours"]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("wait", '<?xml version="1.0"?><Response><Say>Hold on.</Say></Response>', "neither Play nor Pause"),
        ("wait", '<?xml version="1.0"?><Response><Dial/><Pause/></Response>', "Dial is not run in the wait"),
        ("on_air", '<?xml version="1.0"?><Response><Hangup/></Response>', "Hangup is not run in the whisper"),
        ("key", "<Response><Pause/></Response>", "XML declaration"),
        ("key", '<?xml version="1.0"?><Response><Pause></Response>', "It is no XML"),
        ("key", '<?xml version="1.0"?><Reply/>', "root is Reply"),
        ("key", '<?xml version="1.0"?><Response><Shout/><Pause/></Response>', "Shout is no verb"),
        ("left", '<?xml version="1.0"?><Response></Response>', "does nothing"),
        ("left", '<?xml version="1.0"?><Response><Say>One. Two.</Say></Response>', "not one sentence"),
        ("left", f'<?xml version="1.0"?><Response><Say>{"very " * 20}long.</Say></Response>', "longer than 20 words"),
        ("left", '<?xml version="1.0"?><Response><Say> </Say></Response>', "says nothing"),
    ],
)
def test_what_would_go_wrong_on_the_telephone_is_told(
    own: Path, capsys: Captured, name: str, text: str, fault: str
) -> None:
    """Exit five with a sentence for each fault; the document is shown all the same."""
    (own / "listener" / f"{name}.xml").write_text(text)
    assert run(["say", f"listener/{name}"]) == 5
    said = capsys.readouterr()
    assert said.out == f"{text}\n"
    assert fault in said.err


def test_a_fact_that_does_not_exist_is_told(own: Path, capsys: Captured) -> None:
    """On the telephone ours would be spoken instead; whoever writes it wants to know."""
    (own / "listener" / "wait.xml").write_text("<Response>{{ notice.mood }}</Response>")
    assert run(["say", "listener/wait"]) == 3
    said = capsys.readouterr().err
    assert "listener/wait.xml fails" in said
    assert "Mend it, then run it again." in said
    assert ".env" not in said


def test_a_name_that_is_none_is_wrong_usage(bare_environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The list is named."""
    assert run(["say", "listener/nowhere"]) == 2
    assert "callin say --list" in capsys.readouterr().err


def test_a_setting_that_is_wrong_counts_here_too(bare_environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """What is told must make sense, even where it is not needed."""
    bare_environment.setenv("CALLIN_VOICE", "a voice!")
    assert run(["say", "listener/wait"]) == 3
    assert "CALLIN_VOICE" in capsys.readouterr().err
