"""`callin user`: who may sign in, as a person or a script does it."""

import io

import click
import pytest

from callin.cli import run
from callin.desk import passwords
from callin.models import SignInLink, User
from tests.cli.conftest import BASE, Studio

PASSWORD = "seven grey herons"


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def pipe(studio: Studio, line: str) -> None:
    studio.monkeypatch.setattr("sys.stdin", io.StringIO(line))


def sit_down(studio: Studio, *typed: str) -> list[dict[str, object]]:
    """Somebody types these at hidden questions; return how each was asked."""
    answers, asked = iter(typed), list[dict[str, object]]()

    def prompt(question: str, **how: object) -> str:
        asked.append({"question": question} | how)
        return next(answers)

    studio.monkeypatch.setattr("sys.stdin", Terminal())
    studio.monkeypatch.setattr(click, "prompt", prompt)
    return asked


def add(studio: Studio, name: str = "Paula", role: str = "producer") -> None:
    pipe(studio, PASSWORD + "\n")
    assert studio.callin("user", "add", name, "--role", role, "--password-stdin").code == 0


def rows(studio: Studio) -> list[User]:
    with studio.station.transaction() as session:
        return list(session.query(User).order_by(User.id))


def test_somebody_is_added_with_a_password_that_is_not_shown(studio: Studio) -> None:
    """The password is asked twice, unseen, again until it may be used, and kept as a hash alone."""
    asked = sit_down(studio, "short", "paulapaula", PASSWORD)

    said = studio.callin("user", "add", " Paula ", "--role", "producer")

    assert said.code == 0
    assert said.out == f"Paula may sign in as producer: {BASE}/sign-in\n"
    assert "shorter than 10 characters" in said.err
    assert "little more than the name" in said.err
    assert all(how["hide_input"] and how["confirmation_prompt"] and how["err"] for how in asked)
    (row,) = rows(studio)
    assert (row.name, row.role) == ("Paula", "producer")
    assert row.password_hash is not None
    assert passwords.is_right(PASSWORD, password_hash=row.password_hash)


def test_a_script_gives_the_password_on_stdin(studio: Studio) -> None:
    """One line, its end not part of it; a weak one is refused with two, and nobody is added."""
    for line, why in (("", "shorter"), ("1234567890\n", "tried first"), ("w" * 201, "longer than 200")):
        pipe(studio, line)
        said = studio.callin("user", "add", "Paula", "--role", "dj", "--password-stdin")
        assert (said.code, said.out) == (2, "")
        assert why in said.err
    assert rows(studio) == []
    pipe(studio, PASSWORD + "\r\nmore\n")
    assert studio.callin("user", "add", "Paula", "--role", "DJ", "--password-stdin").code == 0
    assert passwords.is_right(PASSWORD, password_hash=rows(studio)[0].password_hash)


def test_a_password_that_is_no_text_is_one_sentence(studio: Studio) -> None:
    """Bytes that are no UTF-8 are wrong usage, not a defect."""
    studio.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\xfd" * 5 + b"\n"), encoding="utf-8"))
    said = studio.callin("user", "add", "Paula", "--role", "dj", "--password-stdin")
    assert said.code == 2
    assert "not text in UTF-8" in said.err


def test_without_a_terminal_the_way_for_scripts_is_named(studio: Studio) -> None:
    """Nobody can be asked, so nothing is done, and the option is told."""
    pipe(studio, "")
    said = studio.callin("user", "add", "Paula", "--role", "producer")
    assert said.code == 2
    assert "--password-stdin" in said.err


def test_a_name_is_looked_at_before_anybody_thinks_of_a_password(studio: Studio) -> None:
    """Taken, or none at all: told with one, and no password is asked."""
    add(studio)
    asked = sit_down(studio)
    for name, why in (("PAULA", "Paula is here already"), (" ", "1 to 40 characters")):
        said = studio.callin("user", "add", name, "--role", "dj")
        assert (said.code, said.out) == (1, "")
        assert why in said.err
    assert studio.callin("user", "password", "Nobody").code == 1
    assert asked == []


def test_everybody_is_listed(studio: Studio) -> None:
    """For people and for machines, without a hash; empty at first, with what to type."""
    assert "callin user add" in studio.callin("user", "list").out
    assert studio.callin("user", "list", "--json").json == []
    add(studio)
    add(studio, "Dan", "dj")
    studio.callin("user", "disable", "Dan")

    said, listed = studio.callin("user", "list").out, studio.callin("user", "list", "--json").json

    people = [line.split()[:2] for line in said.splitlines() if {"Paula", "Dan"} & set(line.split())]
    assert people == [["Paula", "producer"], ["Dan", "dj"]]
    assert "disabled" in said
    assert [(one["name"], one["role"], one["is_disabled"]) for one in listed] == [
        ("Paula", "producer", False),
        ("Dan", "dj", True),
    ]
    assert "argon2" not in said + str(listed)


def test_a_new_password_ends_sessions_and_links(studio: Studio) -> None:
    """The old one is wrong from then on; sessions of before have ended."""
    add(studio)
    studio.callin("user", "link", "Paula")
    before = rows(studio)[0]
    pipe(studio, "eight grey herons\n")

    said = studio.callin("user", "password", "paula", "--password-stdin")

    after = rows(studio)[0]
    assert (said.code, said.out) == (0, "Paula has a new password, and is signed out everywhere.\n")
    assert not passwords.is_right(PASSWORD, password_hash=after.password_hash)
    assert after.session_epoch == before.session_epoch + 1
    with studio.station.transaction() as session:
        assert session.query(SignInLink).count() == 0


def test_the_last_producer_is_not_lost_in_silence(studio: Studio) -> None:
    """Another role, or disabled: it is done, and told that nobody can run the show."""
    add(studio)
    add(studio, "Sam", "screener")
    assert studio.callin("user", "role", "Sam", "producer").err == ""
    assert studio.callin("user", "disable", "Sam").err == ""
    said = studio.callin("user", "role", "paula", "screener")
    assert (said.code, said.out) == (0, "Paula is a screener now.\n")
    assert "nobody can run the show" in said.err
    assert studio.callin("user", "enable", "Sam").out == "Sam may sign in again.\n"
    assert [row.disabled_at for row in rows(studio)] == [None, None]


def test_a_link_is_the_answer_and_nothing_else(studio: Studio) -> None:
    """On stdout the address alone, below PUBLIC_BASE_URL; how long it is good stands beside it."""
    add(studio)

    said = studio.callin("user", "link", "paula", "--minutes", "60")

    assert said.code == 0
    assert said.out.startswith(f"{BASE}/sign-in/once/")
    assert said.out.count("\n") == 1
    assert "within 60 minutes" in said.err
    with studio.station.transaction() as session:
        (kept,) = session.query(SignInLink)
    assert kept.token_hash not in said.out


@pytest.mark.parametrize(
    "words",
    [
        ["user", "add", "Paula"],
        ["user", "add", "--role", "producer"],
        ["user", "add", "Paula", "--role", "king"],
        ["user", "role", "Paula", "king"],
        ["user", "link", "Paula", "--minutes", "0"],
        ["user", "link", "Paula", "--minutes", "20000"],
        ["user", "list", "Paula"],
    ],
)
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be understood is told with the way to help."""
    assert run(words) == 2
    assert "--help" in capsys.readouterr().err
