"""What callers live through when the station itself stumbles."""

from collections.abc import Iterable
from typing import Any

import pytest

from callin.rules.call_states import CallState
from tests.stories.conftest import Build
from tests.stories.studio import Studio, sentences, spoken

ANA, BEN = "+14155550111", "+14155550112"


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
