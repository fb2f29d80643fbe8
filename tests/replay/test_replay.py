"""A recorded show, played again on a fresh station: the same outcomes, or the first difference in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callin.recorded import RecordedShow, read_file, write_file
from callin.replay import replay
from tests.replay.conftest import Said, exported
from tests.replay.evenings import stormy
from tests.replay.make import RECORDINGS
from tests.stories.studio import Studio

FILES = sorted(RECORDINGS.glob("*.jsonl"))
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
Callin = Callable[..., Said]


def recorded(path: Path) -> RecordedShow:
    return read_file(path.read_bytes())


def altered(path: Path, change: Callable[[dict[str, Any]], object], *, to: Path) -> Path:
    """A copy of a recording in which a person has changed some lines."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        change(line)
    to.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return to


@on_both
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_show_ends_as_it_did(path: Path, database_url: str) -> None:
    """Every outcome, wait, talk, place, text and message is what was recorded, on both databases."""
    show = recorded(path)

    assert replay(show, database_url=database_url, speed=None) == []
    assert len(show.endings.calls) + len(show.endings.texters) > 5


@on_both
@pytest.mark.parametrize("evening", ["stormy", "by_text"], indirect=True)
def test_an_evening_of_this_version_is_told_again(evening: Studio, migrated_file: Path, tmp_path: Path) -> None:
    """What this very version puts on the tape is enough to play it again, whatever database had it."""
    show = read_file(write_file(exported(evening)).encode())
    fresh = tmp_path / "fresh.db"
    fresh.write_bytes(migrated_file.read_bytes())

    assert replay(show, database_url=f"sqlite:///{fresh}", speed=None) == []


def test_a_file_that_was_read_is_written_as_it_was() -> None:
    """To the letter: nothing is lost on the way to a replay."""
    content = (RECORDINGS / "stormy.jsonl").read_text()
    assert write_file(read_file(content.encode())) == content


@pytest.mark.parametrize("speed", [0.5, 1, 40])
def test_the_speed_changes_how_long_it_takes_and_nothing_else(database_url: str, speed: float) -> None:
    """Its moments pass so many times as fast; the station's clock shows the recorded ones."""
    show = recorded(RECORDINGS / "by_text.jsonl")
    pauses: list[float] = []

    assert replay(show, database_url=database_url, speed=speed, pause=pauses.append) == []
    length_s = (show.entries[-1].at - show.entries[0].at).total_seconds()
    assert sum(pauses) == pytest.approx(length_s / speed)


def test_another_rule_ends_another_way(database_url: str, tmp_path: Path) -> None:
    """Nothing is taken from the file but what came in: a station that apologises later owes another text."""

    def change(line: dict[str, Any]) -> None:
        if "settings" in line:
            line["settings"]["apology_after_s"] = 86_400

    path = altered(RECORDINGS / "friday.jsonl", change, to=tmp_path / "later.jsonl")

    found = replay(recorded(path), database_url=database_url, speed=None)

    assert found
    assert all("recorded as «apology for wait», and now nothing" in str(difference) for difference in found)


@pytest.mark.parametrize(
    ("line", "name", "value", "what"),
    [
        ("outcome", "outcome", "left", "outcome"),
        ("outcome", "waited_s", 7, "seconds waited"),
        ("outcome", "aired_s", 7, "seconds on the air"),
        ("outcome", "place", 7, "place in the line"),
        ("outcome", "messages", 7, "messages left"),
        ("texter", "state", "removed", "state"),
        ("text_to", "kind", "arrived", "kind"),
        ("text_to", "state", "failed", "state"),
    ],
)
def test_an_ending_that_was_altered_is_the_first_difference(
    callin: Callin, tmp_path: Path, line: str, name: str, value: object, what: str
) -> None:
    """Of whom, when, what was recorded and what came: in one sentence, with exit code 1."""
    changed: list[dict[str, Any]] = []

    def change(each: dict[str, Any]) -> None:
        if line in each and each.get("outcome", "aired") == "aired" and not changed:
            changed.append(dict(each))
            each[name] = value

    path = altered(RECORDINGS / "friday.jsonl", change, to=tmp_path / "altered.jsonl")
    said = callin("rehearse", "--replay", path)

    who = changed[0].get("call") or changed[0].get("texter") or changed[0].get("text_to")
    assert said.code == 1
    assert said.out.startswith("The first difference: at 0:")
    assert str(who) in said.out
    assert f"{what} recorded as «{value}», and now «{changed[0][name]}»" in said.out
    assert len(said.out.splitlines()) == 1


def test_a_call_that_nobody_recorded_is_a_difference(callin: Callin, tmp_path: Path) -> None:
    """One that is missing among the endings has come out of nothing; the earliest is told first, the rest counted."""
    lines = (RECORDINGS / "friday.jsonl").read_text().splitlines(keepends=True)
    path = tmp_path / "shorter.jsonl"
    path.write_text("".join(line for line in lines if '"outcome"' not in line))

    said = callin("rehearse", "--replay", path)

    assert said.code == 1
    assert "call CA00000000000000000000000000000001: its end recorded as nothing, and now «over»" in said.out
    assert "14 more after it." in said.out


def test_the_same_outcomes_are_said_and_counted(callin: Callin) -> None:
    """One sentence, exit code 0, nothing on stderr, and no file left behind."""
    said = callin("rehearse", "--replay", RECORDINGS / "friday.jsonl")

    assert (said.code, said.err) == (0, "")
    assert said.out == "The same outcomes: 15 calls, 3 texters, 18 texts.\n"


HEAD = (RECORDINGS / "friday.jsonl").read_bytes().partition(b"\n")[0]
OPENING = b'{"at_s": 0, "deed": "open the show", "with": {"places": 7, "ends_at": null}}\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not a recorded show"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a recorded show"),
        (b'{"calls": []}\n', "is not a recorded show"),
        (b"[" * 100_000, "is not a recorded show"),
        (HEAD.replace(b'"version": 1', b'"version": 2') + b"\n", "is of version 2, and this Callin reads version 1"),
        (HEAD + b"\n", "Nothing came in"),
        (HEAD + b"\n" + OPENING[:20], "was cut off"),
        (HEAD + b"\n" + OPENING[:20] + b"\n" + OPENING, "Line 2 of this recorded show is damaged"),
        (HEAD + b"\n" + OPENING + b'{"at_s": 1, "deed": "sing"}\n', "Line 3 of this recorded show is damaged"),
        (HEAD + b"\n" + OPENING + b'{"at_s": 1e300, "deed": "drop"}\n', "Line 3 of this recorded show is damaged"),
        (HEAD.replace(b'"turn_s": 600', b'"turn_s": -1') + b"\n" + OPENING, "do not make a station"),
        (HEAD.replace(b'"turn_s"', b'"turns"') + b"\n" + OPENING, "do not make a station"),
    ],
)
def test_what_cannot_be_played_is_told_in_a_sentence(callin: Callin, tmp_path: Path, content: bytes, told: str) -> None:
    """A foreign file, a damaged one, one of a newer version: exit code 2, and no traceback."""
    path = tmp_path / "show.jsonl"
    path.write_bytes(content)

    said = callin("rehearse", "--replay", path)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert len(said.err.splitlines()) == 1


def test_a_webhook_that_means_nothing_to_the_station_is_told(callin: Callin, tmp_path: Path) -> None:
    """An address that this version does not have, or a form that it refuses, is a difference of its own."""
    path = tmp_path / "show.jsonl"
    content = HEAD + b"\n" + OPENING + b'{"at_s": 65, "webhook": "/voice/sing", "form": {"CallSid": "CA1"}}\n'
    path.write_bytes(content)

    said = callin("rehearse", "--replay", path)

    assert said.code == 1
    assert "at 1:05, /voice/sing for CA1: this recorded as answered, and now answered with 404" in said.out


@pytest.mark.parametrize("more", [["--once"], ["--plot", "short"], ["--port", "8000"], ["--record", "x"], ["--list"]])
def test_a_replay_goes_with_the_speed_alone(callin: Callin, more: list[str]) -> None:
    """What would change nothing is wrong usage; so is a file that is not there."""
    assert callin("rehearse", "--replay", RECORDINGS / "friday.jsonl", *more).code == 2
    assert callin("rehearse", "--replay", "nowhere.jsonl").code == 2


def test_what_was_so_before_the_show_is_so_again(database_url: str, migrated_file: Path, tmp_path: Path) -> None:
    """Somebody banned at an earlier show is turned away in the next one's recording too, and each plays by itself."""
    studio = stormy(database_url)
    studio.later(3600)
    studio.open_show()
    studio.rings("+14155550302")
    studio.settle()
    first, second = exported(studio, 1), exported(studio, 2)
    studio.close()

    assert [known.is_banned for known in second.before] == [True]
    assert [call.outcome for call in second.endings.calls] == ["banned"]
    for number, show in enumerate((first, second)):
        fresh = tmp_path / f"fresh{number}.db"
        fresh.write_bytes(migrated_file.read_bytes())
        assert replay(show, database_url=f"sqlite:///{fresh}", speed=None) == []
