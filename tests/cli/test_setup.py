"""`callin setup` at a real terminal, with the exchange for Twilio: each question, wrong answers, Ctrl-C."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from callin.settings import Settings, load_settings
from tests.cli.conftest import BASE, DJ_LINE, LISTENERS, Said, Studio
from tests.cli.typist import Typist

SID = "AC" + "0" * 32
PASSWORD = "seven grey herons"
OURS = {str(field.validation_alias) for field in Settings.model_fields.values()}
# Each question in turn, and an answer to it.
CONVERSATION = [
    ("Account SID", SID),
    ("Auth token", "token"),
    ("Which number do listeners ring and text?", ""),
    ("Which number does the DJ ring?", "1"),
    ("The DJ's own phone", "+1 555 000 3000"),
    ("Public address", BASE),
    ("Change 7 settings of 2 numbers at Twilio?", "y"),
    ("Your name", "Paula"),
    ("Password for Paula", PASSWORD),
    ("Once more", PASSWORD),
    ("Open a test show now?", "y"),
]


@pytest.fixture
def fresh(studio: Studio, tmp_path: Path) -> Studio:
    """An account with two numbers, an empty folder, and nothing told but where the exchange is."""
    for name in OURS - {"TWILIO_API_URL", "DATABASE_URL"}:
        studio.monkeypatch.delenv(name, raising=False)
    studio.monkeypatch.setenv("DATABASE_URL", "sqlite:///station.db")
    return studio


def sit_down(*words: str) -> Typist:
    return Typist("setup", *words, folder=Path.cwd(), environment={**os.environ, "TERM": "dumb"})


def told() -> dict[str, str | None]:
    return dotenv_values(".env")


def points_here(studio: Studio) -> bool:
    return studio.exchange.numbers[LISTENERS].voice_url == f"{BASE}/voice/listener/answer"


def test_from_credentials_to_a_live_number(fresh: Studio) -> None:
    """All questions once: .env is written and private, the database made, the numbers point here, the show is open."""
    person = sit_down()
    for question, line in CONVERSATION:
        person.answer(question, line)
    assert person.end() == 0, person.seen

    assert told() == {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": "token",
        "CALLIN_LISTENER_NUMBER": LISTENERS,
        "CALLIN_DJ_LINE": DJ_LINE,
        "CALLIN_DJ_NUMBERS": "+1 555 000 3000",
        "PUBLIC_BASE_URL": BASE,
        "SECRET_KEY": told()["SECRET_KEY"],
    }
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert load_settings().dj_numbers == ("+15550003000",)
    assert points_here(fresh)
    assert fresh.queue_names() == {"radio-callin-queue", "radio-callin-queue-next"}
    assert "voice_fallback_url" in person.seen.partition("Change 7 settings")[0]
    assert f"Then ring {LISTENERS}" in person.seen
    for secret in ("token\n", PASSWORD):
        assert secret not in person.seen
    assert [user["name"] for user in fresh.callin("user", "list", "--json").json] == ["Paula"]


def test_wrong_answers_are_asked_again(fresh: Studio) -> None:
    """Each wrong answer is told in a sentence, and Twilio has its say on the credentials at once."""
    person = sit_down()
    person.answer("Account SID", "AC1")
    person.wait_for("is not an Account SID")
    person.answer("Account SID", "AC" + "1" * 32)
    person.answer("Auth token", "token")
    person.wait_for("does not know this account")
    person.answer("Account SID", SID)
    person.answer("Auth token", "token")
    person.wait_for("Twilio accepts")
    person.answer("do listeners ring", "3")
    person.wait_for("1<=x<=2")
    person.answer("do listeners ring", "2")
    person.answer("does the DJ ring", "")
    person.answer("The DJ's own phone", "555")
    person.wait_for("not an international phone number")
    person.answer("The DJ's own phone", "")
    person.wait_for("The DJ's PIN is ")
    person.answer("Public address", "callin.example.org")
    person.wait_for("is not an absolute URL")
    person.answer("Public address", BASE)
    person.answer("at Twilio?", "n")
    person.wait_for("They stay as they are")
    person.answer("Your name", "")
    person.answer("Open a test show", "n")
    assert person.end() == 0, person.seen
    assert (told()["CALLIN_LISTENER_NUMBER"], told()["CALLIN_DJ_LINE"]) == (DJ_LINE, LISTENERS)
    assert len(told()["CALLIN_DJ_PIN"] or "") == 6
    assert not points_here(fresh)


@pytest.mark.parametrize("stop", range(len(CONVERSATION)), ids=[question for question, _ in CONVERSATION])
def test_ctrl_c_leaves_nothing_half_done(fresh: Studio, stop: int) -> None:
    """At any question: 130, no traceback, and either nothing is written or all of it; a second run goes on."""
    person = sit_down()
    for question, line in CONVERSATION[:stop]:
        person.answer(question, line)
    person.wait_for(CONVERSATION[stop][0])
    person.interrupt()
    assert person.end() == 130, person.seen
    assert "Traceback" not in person.seen
    is_written = stop >= 6
    assert Path(".env").exists() == is_written
    assert points_here(fresh) == (stop > 6)
    assert not [path for path in Path().iterdir() if path.name.startswith(".env.")]

    person = sit_down()
    for question, line in CONVERSATION:
        asked_before = CONVERSATION.index((question, line))
        is_done = (is_written and asked_before < 6) or (asked_before == 6 and stop > 6)
        if not is_done and not (asked_before in (7, 8, 9) and stop > 9):
            person.answer(question, line)
    assert person.end() == 0, person.seen
    assert points_here(fresh)


def settled(fresh: Studio) -> None:
    """A .env that is complete."""
    Path(".env").write_text(
        f"# ours\nTWILIO_ACCOUNT_SID={SID}\nTWILIO_AUTH_TOKEN=token\nPUBLIC_BASE_URL={BASE}\n"
        f"CALLIN_LISTENER_NUMBER={LISTENERS}\nCALLIN_DJ_LINE={DJ_LINE}\nCALLIN_DJ_PIN=1234\nEDITOR=vi\n"
    )
    Path(".env").chmod(0o600)


def unattended(fresh: Studio, *words: str) -> Said:
    return fresh.callin("setup", "--no-input", *words)


def test_a_script_is_asked_nothing(fresh: Studio) -> None:
    """With all settings told and --yes the station is live; a second time there is nothing to do."""
    settled(fresh)
    before = Path(".env").read_text()
    said = unattended(fresh, "--yes", "--open-show")
    assert said.code == 0, said.err
    assert points_here(fresh)
    assert "callin user add" in said.err
    again = unattended(fresh, "--yes", "--open-show")
    assert again.code == 0
    assert "point here already" in again.err
    assert "was open already" in again.err
    assert Path(".env").read_text() == before


def test_a_script_must_say_yes_to_a_change_at_twilio(fresh: Studio) -> None:
    """Without --yes the change is shown and not made, and the command that makes it is named."""
    settled(fresh)
    said = unattended(fresh)
    assert said.code == 1
    assert f"{BASE}/voice/listener/answer" in said.out
    assert "callin numbers sync" in said.err
    assert not points_here(fresh)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"TWILIO_ACCOUNT_SID={SID}\n", "TWILIO_ACCOUNT_SID is missing"),
        ("TWILIO_AUTH_TOKEN=token\n", "TWILIO_AUTH_TOKEN is missing"),
        (f"PUBLIC_BASE_URL={BASE}\n", "PUBLIC_BASE_URL is missing"),
        (f"CALLIN_LISTENER_NUMBER={LISTENERS}\n", "CALLIN_LISTENER_NUMBER is missing"),
        (f"CALLIN_DJ_LINE={DJ_LINE}\n", "CALLIN_DJ_LINE is missing"),
    ],
)
def test_a_script_is_told_what_is_missing(fresh: Studio, line: str, words: str) -> None:
    """By name, and nothing is changed."""
    settled(fresh)
    text = Path(".env").read_text().replace(line, "")
    Path(".env").write_text(text)
    said = unattended(fresh, "--yes")
    assert said.code == 1
    assert words in said.err
    assert Path(".env").read_text() == text
    assert not points_here(fresh)


def test_nobody_at_the_terminal_is_wrong_usage(fresh: Studio) -> None:
    """A pipe cannot answer: the option that asks nothing is named."""
    said = fresh.callin("setup")
    assert said.code == 2
    assert "--no-input" in said.err


def test_a_setting_that_is_not_asked_for_is_told(fresh: Studio) -> None:
    """Somebody's own slip elsewhere in .env: exit three, by name, before any question."""
    settled(fresh)
    Path(".env").write_text(Path(".env").read_text() + "PORT=x\n")
    said = unattended(fresh)
    assert said.code == 3
    assert "PORT is not a port" in said.err


def test_too_few_numbers_keep_the_credentials(fresh: Studio) -> None:
    """How to buy another one is said, and what was typed so far is kept."""
    del fresh.exchange.numbers[DJ_LINE]
    person = sit_down()
    for question, line in CONVERSATION[:3]:
        person.answer(question, line)
    person.wait_for("No number of this account is left that is fit for CALLIN_DJ_LINE")
    assert person.end() == 1
    assert set(told()) == {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "CALLIN_LISTENER_NUMBER"}


def test_refused_credentials_in_a_script(fresh: Studio) -> None:
    """Exit with the reason; an API key that is refused is named too."""
    settled(fresh)
    fresh.monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another")
    said = unattended(fresh)
    assert said.code == 1
    assert "Twilio does not know this account SID" in said.err
    fresh.monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    fresh.monkeypatch.setenv("TWILIO_API_KEY", "SK" + "0" * 32)
    fresh.monkeypatch.setenv("TWILIO_API_SECRET", "secret")
    assert "Twilio refuses TWILIO_API_KEY" in unattended(fresh).err


def test_a_number_that_is_no_longer_the_accounts(fresh: Studio) -> None:
    """A number of another account in .env is told, and asked anew."""
    settled(fresh)
    fresh.exchange.add_number("+15550009000")
    del fresh.exchange.numbers[DJ_LINE]
    assert "CALLIN_DJ_LINE is none of this account's numbers" in unattended(fresh).err
    person = sit_down()
    person.answer("Which number does the DJ ring?", "1")
    person.answer("at Twilio?", "y")
    person.answer("Your name", "")
    person.answer("Open a test show", "")
    assert person.end() == 0, person.seen
    assert told()["CALLIN_DJ_LINE"] == "+15550009000"
    assert Path(".env").read_text().startswith("# ours\n")
    assert told()["EDITOR"] == "vi"
