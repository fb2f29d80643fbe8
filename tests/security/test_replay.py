"""Replay: whoever has recorded a signed request and sends it again, at once or much later, moves nothing."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from callin.desk.tape import MOST_ALIKE
from callin.models import Base, TapeEntry
from callin.usher import drop, put_next_up
from callin.webhooks import PhoneDoor
from tests.stories.studio import LISTENER_NUMBER, Studio

ANA, BEN, CYD, DEE, EVE, FAY, GUS = (f"+1415555030{n}" for n in range(7))
STRANGERS_PHONE = "+14155550777"


class WiretappedStudio(Studio):
    """A studio whose every webhook is recorded, and, if told to, comes twice."""

    def __init__(self, database_url: str, *, twice: bool) -> None:
        self.recorded: list[dict[str, Any]] = []
        self.differences: dict[str, Any] = {}
        self.twice = twice
        self.fails_once = ""
        super().__init__(database_url)

    def _answer_webhook(self, environ: Any, start_response: Any) -> Any:
        body = environ["wsgi.input"].read()
        path = environ["PATH_INFO"]
        if path == self.fails_once:
            self.fails_once = ""
            start_response("502 Bad Gateway", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        request = {**environ, "body": body}
        answer = self.deliver(request, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            self.recorded.append(request)
            if self.twice:
                self.deliver_again(request)
        return answer

    def deliver(self, request: dict[str, Any], start_response: Any) -> list[bytes]:
        """The application answers a request."""
        environ = {name: value for name, value in request.items() if name != "body"}
        answer = self.app({**environ, "wsgi.input": io.BytesIO(request["body"])}, start_response)
        return list(answer)

    def deliver_again(self, request: dict[str, Any]) -> None:
        """The same bytes with the same signature come once more; what they change is noted."""
        before = self.contents()
        statuses: list[str] = []
        self.deliver(request, lambda status, _headers, _exc=None: statuses.append(status))
        assert statuses[0].startswith("2"), (request["PATH_INFO"], statuses)
        after = self.contents()
        for table, rows in after.items():
            for was, became in itertools.zip_longest(before[table], rows, fillvalue={}):
                if was != became:
                    changed = {
                        name: (was.get(name), became.get(name)) for name in became if was.get(name) != became[name]
                    }
                    self.differences.setdefault(request["PATH_INFO"], []).append((table, changed))

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the database but the tape, on which repeated webhooks stand as they came."""
        with self.station.engine.connect() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables
                if table.name != TapeEntry.__tablename__
            }


@pytest.fixture
def tapped(request: pytest.FixtureRequest, database_url: str) -> Iterator[WiretappedStudio]:
    """A studio under a wiretap."""
    studio = WiretappedStudio(database_url, twice=request.param)
    yield studio
    studio.close()


def whole_evening(studio: WiretappedStudio) -> None:
    """An evening that goes through every door for phones."""
    studio.open_show()
    ana, ben, _cyd, dee, eve = (studio.joins(number) for number in (ANA, BEN, CYD, DEE, EVE))
    studio.later(40)
    ana.press("1")
    studio.later(10)
    ana.say("Owls are underrated")
    studio.later(10)
    ben.hang_up()
    studio.later(10)
    put_next_up(studio.station, call_sid=dee.calls[-1].sid, actor="producer")
    drop(studio.station, call_sid=eve.calls[-1].sid, from_the_air=False, actor="producer")
    studio.later(5)
    dj = studio.dj_rings(STRANGERS_PHONE)
    for digits in ("1234#", "4711#", "1"):
        studio.later(10)
        dj.press(digits)
    studio.later(60)
    dj.press("*")
    studio.later(30)
    dj.press("*")
    studio.later(30)
    studio.fails_once = "/voice/listener/answer"
    studio.rings(FAY)
    studio.later(30)
    studio.phone(GUS).text(LISTENER_NUMBER, "Hello from Gus")
    dj.hang_up()
    studio.joins(GUS)
    studio.later(40)
    studio.close_show()
    studio.settle()
    studio.rings(ANA)
    studio.settle()


def doors_for_phones(studio: Studio) -> set[str]:
    """Every address behind the lock on the phone doors."""
    blueprints = studio.app.blueprints
    return {
        rule.rule
        for rule in studio.app.url_map.iter_rules()
        if isinstance(blueprints.get(rule.endpoint.rpartition(".")[0]), PhoneDoor)
    }


@pytest.mark.parametrize("tapped", [False], indirect=True)
def test_an_evening_replayed_the_next_day_changes_nothing(tapped: WiretappedStudio) -> None:
    """Every signed request of a whole evening, sent again while the next show is open: not one row is another."""
    whole_evening(tapped)
    assert {request["PATH_INFO"] for request in tapped.recorded} == doors_for_phones(tapped)
    yesterday = list(tapped.recorded)
    tapped.later(86_400)
    tapped.open_show()
    friend, _waiting = tapped.joins(BEN), tapped.joins(CYD)
    friend.press("1")
    tapped.later(10)
    friend.say("Something new")
    tapped.settle()

    for request in yesterday:
        tapped.deliver_again(request)

    assert tapped.differences == {}


@pytest.mark.parametrize("tapped", [True], indirect=True)
def test_a_request_that_comes_twice_changes_nothing_the_second_time(tapped: WiretappedStudio) -> None:
    """Every signed request of a whole evening comes twice in a row: the second leaves every row as it was."""
    whole_evening(tapped)
    assert {request["PATH_INFO"] for request in tapped.recorded} == doors_for_phones(tapped)

    assert tapped.differences == {}


@pytest.mark.parametrize("tapped", [False], indirect=True)
def test_a_request_sent_for_ever_fills_no_disk(tapped: WiretappedStudio) -> None:
    """The tape keeps a few of the same, and then no more of them."""
    tapped.open_show()
    tapped.joins(BEN)
    (answer,) = [request for request in tapped.recorded if request["PATH_INFO"] == "/voice/listener/answer"]

    for _ in range(50):
        tapped.deliver_again(answer)

    assert len(tapped.rows(TapeEntry, TapeEntry.what == "/voice/listener/answer")) == MOST_ALIKE
