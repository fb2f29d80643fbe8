"""What callers live through when the station itself stumbles."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from callin.desk import holding
from callin.rules.call_states import CallState, Outcome
from tests.stories.conftest import Build
from tests.stories.studio import Studio, sentences, spoken

ANA, BEN = "+14155550111", "+14155550112"


def break_down(*_args: Any, **_facts: Any) -> None:
    """What every verb does while the database is locked."""
    raise OperationalError("SELECT 1", None, Exception("database is locked"))


def fail_once(studio: Studio, path: str) -> None:
    """The next request to this path is answered 502, as a proxy does when the station restarts."""
    serve, left = studio.app, [1]

    def stumbling(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == path and left:
            left.clear()
            start_response("502 Bad Gateway", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return serve(environ, start_response)

    studio.app = stumbling


@pytest.mark.parametrize("uses_fallback", [False, True])
def test_a_waiting_caller_survives_a_restart_of_the_station(build: Build, uses_fallback: bool) -> None:
    """One wait request fails: whatever Twilio makes of that, the caller ends up in the line again and goes on air."""
    studio = build(policies={"wait_failure_uses_fallback": uses_fallback})
    studio.open_show()
    ana = studio.joins(ANA)
    studio.later(30)
    fail_once(studio, "/voice/listener/wait")
    studio.later(60)
    assert (ana.state, studio.call(ana).state) == ("queued", CallState.WAITING)
    studio.dj_rings()
    studio.later(60)

    assert ana.state == "bridged"
    assert studio.call(ana).waited_s >= 80


def test_a_place_survives_a_station_that_was_away_for_both_words(studio: Studio) -> None:
    """Neither the wait nor its end reached us: the caller goes to the end of Twilio's queue, and is still first."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(40)
    fail_once(studio, "/voice/listener/wait")
    fail_once(studio, "/voice/listener/left")
    studio.later(60)
    assert spoken(ana).count("Sorry, something went wrong on our side.") == 1
    assert (ana.state, ben.state) == ("queued", "queued")
    studio.later(90)
    assert not any("number 2" in said for said in spoken(ana))
    assert studio.call(ana).waited_s >= 120

    studio.dj_rings()
    studio.later(60)
    assert (ana.state, ben.state) == ("bridged", "queued")


@pytest.mark.parametrize("path", ["/voice/listener/answer", "/voice/listener/join"])
def test_a_caller_survives_a_restart_while_they_are_greeted(studio: Studio, path: str) -> None:
    """The fallback document apologises and leads into the line."""
    fail_once(studio, path)
    ana = studio.rings(ANA)
    studio.later(40)

    assert "Sorry, something went wrong on our side." in spoken(ana)
    assert (ana.state, studio.call(ana).state) == ("queued", CallState.WAITING)


@pytest.mark.parametrize("path", ["/voice/dj/answer", "/voice/dj/next", "/voice/dj/done"])
def test_a_dj_survives_a_restart(studio: Studio, path: str) -> None:
    """The DJ hears a sentence, and has their next caller soon after."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    fail_once(studio, path)
    dj = studio.dj_rings()
    studio.later(60)
    dj.press("*")
    studio.later(60)

    assert "Sorry, something went wrong on our side." in sentences(dj)
    assert (ana.state, ben.state, dj.state) == ("idle", "bridged", "bridged")


def test_a_lost_end_of_a_talk_gives_no_second_turn(build: Build) -> None:
    """The word that a talk is over was lost: its caller is thanked, not put back in line and on the air again."""
    studio = build(policies={"webhook_lose": {"action": 1}})
    studio.open_show()
    dj = studio.dj_rings()
    studio.later(30)
    ana = studio.rings(ANA)
    studio.later(60)
    dj.press("*")
    studio.settle()

    assert spoken(ana)[-2:] == ["Thank you for calling Night Owls.", "Goodbye."]
    assert (ana.state, studio.call(ana).outcome, studio.call(ana).stints) == ("idle", Outcome.AIRED, 1)
    assert studio.texts(ana) == []


def test_a_caller_whose_dj_went_before_the_talk_is_back_in_the_line(build: Build) -> None:
    """The DJ hangs up during the whisper and the queue's word is lost: the caller still waits, where all can see it."""
    studio = build(policies={"webhook_lose": {"action": 1}})
    studio.open_show()
    ana = studio.joins(ANA)
    dj = studio.dj_rings()
    studio.until(ana, "You are going on the air now.")
    dj.hang_up()
    studio.settle()

    assert (ana.state, studio.call(ana).state) == ("queued", CallState.WAITING)


@pytest.mark.parametrize(
    ("key", "then"), [("1", "Please leave your message after the tone."), ("*", "You have left the line.")]
)
def test_a_wish_survives_a_restart(studio: Studio, key: str, then: str) -> None:
    """Whoever asked to leave the line is not put back in it because the station was away for a moment."""
    ana = studio.joins(ANA)
    studio.later(5)
    fail_once(studio, "/voice/listener/left")
    ana.press(key)
    studio.settle()

    assert then in sentences(ana)
    assert (ana.state, studio.call(ana).stints) == ("idle", 1)


def test_words_keep_their_distance_and_keys_work_while_the_station_fails(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failing station says to those who wait comes no more often than any announcement, and a key is heard."""
    ana = studio.joins(ANA)
    studio.later(1)
    monkeypatch.setattr(holding, "hold", break_down)
    studio.later(120)
    said = [heard.at for heard in ana.heard if heard.text == "Thank you for waiting."]
    ana.press("*")
    studio.settle()

    assert len(said) >= 3
    assert all((later - earlier).total_seconds() >= 20 for earlier, later in itertools.pairwise(said))
    assert "You have left the line." in sentences(ana)


def test_a_whisper_that_fails_does_not_lose_the_caller(studio: Studio) -> None:
    """The whisper cannot be had: the caller is put back, and goes on air at the next try."""
    ana = studio.joins(ANA)
    studio.later(20)
    fail_once(studio, "/voice/listener/on_air")
    dj = studio.dj_rings()
    studio.later(120)

    assert (ana.state, dj.state) == ("bridged", "bridged")


def test_waiting_asks_nothing_of_the_carrier(studio: Studio) -> None:
    """The wait loop makes no request of its own, however long somebody waits."""
    studio.joins(ANA)
    before = [entry for entry in studio.exchange.log.entries if entry.kind == "rest"]
    studio.later(180)

    assert [entry for entry in studio.exchange.log.entries if entry.kind == "rest"] == before
