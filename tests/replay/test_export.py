"""`callin show export`: a file that can be played again, and in which nobody is anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from callin.desk import users
from callin.desk.recording import Entry
from callin.forgetting import forget
from callin.phone_number import country_of
from callin.recorded import read_file, write_file
from callin.recorded.stand_ins import StandIns
from callin.replay import replay
from callin.rules.roles import Role
from callin.rules.softphone import identity_for
from callin.rules.text_commands import CommandKind, command_in
from tests.replay.conftest import Said, exported
from tests.replay.evenings import ANA, BEN, IVY, JUN, SECRETS, stormy
from tests.replay.make import RECORDINGS, environment_of
from tests.stories.studio import DJ_LINE, Studio

Callin = Callable[..., Said]
either_evening = pytest.mark.parametrize("evening", ["stormy", "by_text"], indirect=True)
stormy_evening = pytest.mark.parametrize("evening", ["stormy"], indirect=True)


@pytest.fixture
def at_its_terminal(evening: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Studio:
    """The evening's station, at whose terminal commands are typed."""
    for name, value in environment_of(evening).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return evening


@either_evening
def test_nothing_in_the_file_tells_who_anybody_is(evening: Studio) -> None:
    """No number, name, town, topic, text, PIN, show, SID, token, address or date of the real show is in it."""
    content = write_file(exported(evening))

    assert [secret for secret in SECRETS if secret.lower() in content.lower()] == []
    assert [number for number in SECRETS if number.startswith("+") and number[1:] in content] == []
    settings = evening.settings
    for secret in (settings.twilio_account_sid, "token", settings.public_base_url, "Signature", "2026", "station.test"):
        assert secret not in content
    real = {entry.call_sid for entry in evening.exchange.log.entries if entry.call_sid}
    assert real
    assert not real & set(re.findall(r"CA[0-9a-f]{32}", content))
    assert {sid[2:-3] for sid in re.findall(r"\b[A-Z]{2}[0-9a-f]{32}\b", content)} == {"0" * 29}
    assert settings.listener_number not in content
    assert settings.dj_line not in content


@stormy_evening
def test_one_number_is_one_stand_in_of_its_country(evening: Studio) -> None:
    """Whoever rings twice is one person in the file too, from the country they are from."""
    show = exported(evening)
    by = {
        entry.phone_number: country_of(entry.phone_number)
        for entry in show.entries
        if entry.phone_number is not None and entry.what == "/voice/listener/answer"
    }
    assert sorted(by.values(), key=str) == ["CA", "GB", *["US"] * 8]
    ringing = [entry for entry in show.entries if entry.what == "/voice/listener/answer"]
    assert len({entry.said["form"]["CallSid"] for entry in ringing}) == len(by) + 1  # Cleo rang twice


@stormy_evening
def test_the_file_is_the_same_each_time_and_each_line_can_be_read(evening: Studio) -> None:
    """In the order of the tape, with the same stand-ins, one JSON object a line."""
    content = write_file(exported(evening))

    assert write_file(exported(evening)) == content
    lines = [json.loads(line) for line in content.splitlines()]
    assert lines[0]["what"] == "a recorded show of Callin"
    moments = [line["at_s"] for line in lines if "webhook" in line or "deed" in line]
    assert moments == sorted(moments)


@stormy_evening
def test_late_and_doubled_webhooks_are_on_the_tape_as_they_came(evening: Studio) -> None:
    """In the order in which they arrived, also when a call's end comes before its beginning."""
    show = exported(evening)
    said = [(entry.what, json.dumps(entry.said)) for entry in show.entries if entry.what.startswith("/")]

    assert len(said) > len(set(said))
    came = [entry.url.partition(".test")[2].partition("?")[0] for entry in evening.exchange.log.entries if entry.status]
    heard = {path: came.count(path) for path in ("/voice/listener/answer", "/voice/dj/pin", "/voice/status")}
    assert heard == {path: [what for what, _ in said].count(path) for path in heard}


@stormy_evening
def test_a_pin_is_told_as_right_or_wrong(evening: Studio) -> None:
    """The digits are nowhere, not on the tape either."""
    kept = [entry for entry in exported(evening).entries if entry.what == "/voice/dj/pin"]

    assert {entry.said["form"]["Digits"] for entry in kept} == {"wrong", "right"}


@stormy_evening
def test_a_show_is_exported_by_the_command(at_its_terminal: Studio, callin: Callin, tmp_path: Path) -> None:
    """To a file, or to stdout with nothing beside it; the newest show, or the one with that number."""
    to_file = callin("show", "export", "--out", "show.jsonl")
    here, by_number = callin("show", "export", "--out", "-"), callin("show", "export", "1", "--out", "-")

    assert to_file.code == here.code == by_number.code == 0
    assert to_file.out.startswith("show.jsonl holds the show: 11 calls, 0 texters, 4 texts.")
    assert (tmp_path / "show.jsonl").read_text() == here.out == by_number.out
    assert here.err == ""
    assert callin("rehearse", "--replay", "show.jsonl").code == 0


@stormy_evening
def test_what_cannot_be_exported_is_told_in_a_sentence(at_its_terminal: Studio, callin: Callin) -> None:
    """No such show, a place where nothing can be written: one sentence, exit code 1; no file named: wrong usage."""
    no_show, no_folder = (
        callin("show", "export", "7", "--out", "-"),
        callin("show", "export", "--out", "no/where.jsonl"),
    )

    assert (no_show.code, no_show.out) == (1, "")
    assert no_show.err == "callin: There is no show 7. See: callin show list\n"
    assert (no_folder.code, no_folder.err) == (
        1,
        "callin: no/where.jsonl cannot be written (No such file or directory).\n",
    )
    assert callin("show", "export").code == callin("show", "export", "x", "--out", "-").code == 2


@stormy_evening
def test_a_show_that_nobody_recorded_is_told(at_its_terminal: Studio, callin: Callin) -> None:
    """A show from before this version, or one whose time has passed."""
    with at_its_terminal.station.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tape")
    said = callin("show", "export", "--out", "-")

    assert said.code == 1
    assert "Nothing is recorded of show 1" in said.err


def test_a_station_without_shows_says_so(
    database_url: str, callin: Callin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is nothing to export yet."""
    studio = Studio(database_url)
    for name, value in environment_of(studio).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    said = callin("show", "export", "--out", "-")
    studio.close()

    assert (said.code, said.err) == (1, "callin: There was no show yet: there is nothing to export.\n")


@stormy_evening
def test_who_was_forgotten_is_missing_and_it_is_said(
    at_its_terminal: Studio, callin: Callin, migrated_file: Path, tmp_path: Path
) -> None:
    """Their webhooks are gone from the tape, and what is left can be played; the terminal says what is missing."""
    forget(at_its_terminal.station, phone_number=ANA)
    said = callin("show", "export", "--out", "show.jsonl")

    assert said.code == 0
    assert said.err == "callin: 1 of its calls have been forgotten and are missing: it may end differently.\n"
    show = read_file((tmp_path / "show.jsonl").read_bytes())
    assert len(show.endings.calls) == 10
    fresh = tmp_path / "fresh.db"
    fresh.write_bytes(migrated_file.read_bytes())
    assert replay(show, database_url=f"sqlite:///{fresh}", speed=None) == []


def test_each_show_of_a_station_is_a_recording_of_its_own(database_url: str) -> None:
    """What is late of the one before is not in the next one's; who rang in between is."""
    studio = stormy(database_url)
    studio.rings(BEN)
    studio.settle()
    studio.open_show()
    studio.joins(IVY).hang_up()
    studio.settle()
    studio.close_show()
    studio.settle()
    second = exported(studio, 2)
    studio.close()

    assert [call.outcome for call in second.endings.calls] == ["closed", "abandoned"]


def test_stand_ins_are_nobodys() -> None:
    """For any country: another number, the same each time, of the same country, never one of those that called."""
    real = [ANA, BEN, IVY, JUN, "+14155550100", "+18765550123", "+4915112345678", "+33612345678", "+5511987654321"]
    by = StandIns(numbers=real)
    stand_ins = [by.number(number) for number in real]

    assert stand_ins == [by.number(number) for number in real]
    assert len(set(stand_ins)) == len(real)
    assert not set(stand_ins) & set(real)
    assert [country_of(number) for number in stand_ins] == [country_of(number) for number in real]
    crowd = {by.number(f"+1212{number:07}") for number in range(2_000_000, 2_001_000)}
    assert len(crowd) == 1000
    assert all(re.fullmatch(r"\+1[0-9]{3}55501[0-9]{2}", number) for number in crowd)


@pytest.mark.parametrize("raw", ["sip:alice@example.org", "client:bob", "+266696687", "12345", "anonymous"])
def test_whoever_has_no_number_is_withheld(raw: str) -> None:
    """Names of other networks do not get into a file either."""
    assert StandIns(numbers=()).caller(raw) == "anonymous"


@pytest.mark.parametrize(
    "body", ["Hi!! 👋", "hello everyone", "STOP", "status please", "Adiós, topic: my son", "👍", "?"]
)
def test_words_are_replaced_and_commands_are_not(body: str) -> None:
    """A text asks for the same as before, without a word of whoever wrote it."""
    told = StandIns(numbers=()).words(body)

    assert command_in(told).kind == command_in(body).kind
    assert "son" not in told
    if command_in(body).kind == CommandKind.WORDS:
        assert told == "words 1"


def test_what_is_of_no_known_kind_is_left_out() -> None:
    """A number where a word is expected, a parameter that nobody knows: not in the file."""
    by = StandIns(numbers=())

    assert by.parameters({"CallStatus": "+14155550123", "QueueTime": "4155550123", "Caller": "Ana", "stint": "1"}) == {
        "stint": "1"
    }


def test_the_recordings_of_the_tests_are_nobodys_and_whole() -> None:
    """What is checked in was exported by the command, and reads as it was written."""
    files = sorted(RECORDINGS.glob("*.jsonl"))
    assert [path.stem for path in files] == ["by_text", "friday", "stormy"]
    for path in files:
        assert write_file(read_file(path.read_bytes())) == path.read_text()
        assert all(isinstance(entry, Entry) for entry in read_file(path.read_bytes()).entries)
        assert [secret for secret in SECRETS if secret in path.read_text()] == []


def test_a_dj_in_the_browser_is_let_in_again(database_url: str, migrated_file: Path, tmp_path: Path) -> None:
    """A browser is a phone in the file, one that the replay's station knows: a texter's turn waits for a DJ."""
    app = {"dj_app_sid": "AP" + "0" * 32, "twilio_api_key": "SK" + "0" * 32, "twilio_api_secret": "s" * 32}
    studio = Studio(database_url, **app)
    studio.exchange.account.api_keys[app["twilio_api_key"]] = app["twilio_api_secret"]
    studio.open_show()
    with studio.station.transaction() as session:
        dana = users.add_user(session, now=studio.station.clock(), name="Dana", role=Role.DJ, password_hash=None)
    studio.texts_in(ANA, "hi")
    studio.rings(f"client:{identity_for(dana.user_id)}", to=DJ_LINE)
    studio.later(60)
    content = write_file(exported(studio))
    studio.close()

    assert [text.kind for text in read_file(content.encode()).endings.texts] == ["joined", "your_turn"]
    assert "dj_" not in content.replace("dj_line", "").replace("dj_numbers", "")
    fresh = tmp_path / "fresh.db"
    fresh.write_bytes(migrated_file.read_bytes())
    assert replay(read_file(content.encode()), database_url=f"sqlite:///{fresh}", speed=None) == []
