"""Closing a show at the exchange, callers and webhooks included, under every fault of its REST API."""

from collections import Counter
from collections.abc import Iterator

import pytest

from callin.drain import Fate, close_show
from callin.models import Call, ShowState
from callin.rules.call_states import Outcome
from tests.stories.studio import LISTENER_NUMBER, Studio

FAULTS = {
    "fine": {},
    "too many requests": {"rest_429": 0.1},
    "server errors": {"rest_500": 0.1},
    "time-outs": {"rest_timeout": 0.1},
    "time-outs after the work": {"rest_timeout_after_work": 0.1},
    "hang-ups": {"member_gone": 0.1},
    "lagging sizes": {"lagging_current_size": 20},
    "second posts refused with 400": {"second_member_post": 400, "rest_timeout_after_work": 0.1},
    "deletions refused with 409": {"delete_nonempty_status": 409, "lagging_current_size": 5},
}


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """A studio with an open show."""
    made = Studio(database_url)
    made.open_show(max_queue_size=5000)
    yield made
    made.close()


def ring(studio: Studio, count: int) -> list[str]:
    """So many listeners wait in the line; return their call SIDs, front first."""
    calls = [studio.exchange.dial(f"+1555001{n:04}", LISTENER_NUMBER) for n in range(count)]
    studio.exchange.advance(15)
    return [call.sid for call in calls]


@pytest.mark.parametrize("fault", FAULTS)
def test_everyone_is_sent_home_through_every_fault(studio: Studio, fault: str) -> None:
    """Nobody is left waiting, everyone has one outcome, both queues are gone, and a second run has nothing to do."""
    calls = ring(studio, 60)
    studio.exchange.faults.change(FAULTS[fault])
    report = studio.close_show()
    assert Counter(caller.call_sid for caller in report.callers) == Counter(calls)
    studio.exchange.faults.change(dict.fromkeys(("rest_429", "rest_500", "rest_timeout", "member_gone"), 0.0))
    studio.settle()
    assert studio.exchange.queues == {}
    rows = studio.rows(Call)
    outcomes = {row.call_sid: row.outcome for row in rows}
    fates = {caller.call_sid: caller.fate for caller in report.callers}
    for call_sid, fate in fates.items():
        expected = {Outcome.ABANDONED, Outcome.SENT_HOME} if fate == Fate.GONE else {Outcome.SENT_HOME}
        assert outcomes[call_sid] in expected
    assert studio.close_show().had_nothing_to_do


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is about Twilio's pages and limits
def test_a_thousand_callers_are_sent_home(studio: Studio) -> None:
    """A full line of a thousand is emptied with hardly more requests than callers."""
    calls = ring(studio, 1000)
    studio.exchange.faults.change({"rest_429": 0.01, "rest_timeout_after_work": 0.01})
    report = studio.close_show()
    posts = [e for e in studio.exchange.log.entries if e.kind == "rest" and e.method == "POST" and "/Members/" in e.url]
    assert [caller.call_sid for caller in report.callers] == calls
    assert len(posts) <= 1050
    assert studio.exchange.queues == {}
    assert report.show is not None
    assert report.show.state == ShowState.CLOSED


def test_who_is_on_the_air_stays_there(studio: Studio) -> None:
    """The caller whom the DJ is talking to is not in the queue any more, and nobody touches them."""
    first = studio.joins("+15550010001")
    studio.joins("+15550010002")
    studio.dj_rings()
    studio.exchange.advance(60)
    assert first.state == "bridged"
    report = studio.close_show()
    assert len(report.callers) == 1
    assert first.state == "bridged"


def test_a_caller_is_told_how_long_they_waited(studio: Studio) -> None:
    """The goodbye thanks each caller with their own waiting time."""
    phone = studio.joins("+15550010001")
    studio.exchange.advance(200)
    studio.close_show()
    studio.exchange.advance(10)
    (goodbye,) = studio.requests("/voice/listener/goodbye")
    waited_s = int(goodbye.url.rpartition("=")[2])
    assert 200 <= waited_s <= 260
    assert studio.call(phone).outcome == Outcome.SENT_HOME


def test_killed_midway_and_run_again(studio: Studio) -> None:
    """A run that dies after some callers is finished by the next one; nobody is sent home twice."""
    ring(studio, 40)

    def die(settled: int, _known: int) -> None:
        if settled == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        close_show(studio.station, pause=studio.exchange.advance, progress=die)
    report = studio.close_show()
    assert 0 < len(report.callers) <= 30
    studio.settle()
    assert [row.outcome for row in studio.rows(Call)] == [Outcome.SENT_HOME] * 40
    assert len(studio.requests("/voice/listener/goodbye")) == 40
