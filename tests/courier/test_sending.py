"""Toll fraud: what the courier does not send, and what the record says of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from callin.db import transaction
from callin.desk import sending
from callin.models import Call, LogLine, Text, TextKind, TextState
from tests.carrier.switchboard import Switchboard
from tests.courier.conftest import Round

US, JM = "+14155550123", "+18765550123"


Build = Callable[..., Round]


@pytest.fixture
def round_with(database_url: str) -> Iterator[Build]:
    """Make a courier of a station with these settings, at a Twilio that takes every text."""
    made: list[Round] = []

    def make(**settings: Any) -> Round:
        made.append(Round(database_url, Switchboard(), settings=settings))
        made[-1].board.on("POST", "/Messages.json", *((201, {"sid": f"SM{n}"}) for n in range(1, 10)))
        return made[-1]

    yield make
    for each in made:
        each.station.engine.dispose()


def fate(round_: Round, text_id: int) -> tuple[str, str | None]:
    text = round_.row(Text, text_id)
    return text.state, text.why


def test_nothing_goes_to_a_number_that_never_contacted_us(round_with: Build) -> None:
    """A text to somebody who neither called nor texted is withheld, and the record says why."""
    round_ = round_with()
    text_id = round_.owe(US)
    with transaction(round_.sessions) as session:
        session.execute(delete(Call))

    round_.courier.round()

    assert fate(round_, text_id) == (TextState.WITHHELD, "never contacted us")
    assert round_.sent() == 0
    assert [line.what for line in round_.rows(LogLine)] == ["text withheld"]


def test_whoever_texted_us_may_be_texted(round_with: Build) -> None:
    """A text that came from a number is contact enough."""
    round_ = round_with()
    text_id = round_.owe(US)
    with transaction(round_.sessions) as session:
        session.execute(delete(Call))
        session.add(
            Text(
                kind=TextKind.INBOUND,
                phone_number=US,
                body="Hi",
                state=TextState.RECEIVED,
                created_at=round_.now,
                due_at=round_.now,
            )
        )

    round_.courier.round()

    assert fate(round_, text_id) == (TextState.SENT, None)


@pytest.mark.parametrize(
    ("countries", "sent"), [((), False), (("US",), False), (("US", "JM"), True), (("*",), True), (("GB",), False)]
)
def test_only_numbers_of_the_stations_countries_are_texted(
    round_with: Build, countries: tuple[str, ...], sent: bool
) -> None:
    """A neighbour under the same calling code costs ten times as much: it must be named; by default it is not."""
    round_ = round_with(countries=countries)
    text_id = round_.owe(JM)

    round_.courier.round()

    expected = (TextState.SENT, None) if sent else (TextState.WITHHELD, "country not among CALLIN_COUNTRIES")
    assert fate(round_, text_id) == expected
    assert round_.sent() == int(sent)


def test_one_number_gets_so_many_texts_a_day(round_with: Build) -> None:
    """The cap counts what went out within a day, in this round too; the next day there are texts again."""
    round_ = round_with(texts_per_number=2)
    ids = [round_.owe(US, body=f"{n}") for n in range(4)]
    other = round_.owe("+14155550124")
    round_.courier.round()
    spent = (TextState.WITHHELD, "this number had as many texts today as it may")
    assert [fate(round_, text_id) for text_id in ids] == [(TextState.SENT, None)] * 2 + [spent] * 2
    assert fate(round_, other) == (TextState.SENT, None)

    round_.later(86_400)
    tomorrow = round_.owe(US)
    round_.courier.round()

    assert fate(round_, tomorrow) == (TextState.SENT, None)


def test_one_show_sends_so_many_texts(round_with: Build) -> None:
    """The cap counts over rounds; what is beyond it is withheld."""
    round_ = round_with(texts_per_show=3)
    first = [round_.owe(f"+1415555012{n}") for n in range(2)]
    round_.courier.round()
    second = [round_.owe(f"+1415555013{n}") for n in range(2)]

    round_.courier.round()

    assert [fate(round_, text_id)[0] for text_id in (*first, *second)] == [TextState.SENT] * 3 + [TextState.WITHHELD]


def test_the_switch_holds_every_text_back_at_once(round_with: Build) -> None:
    """While texts are stopped nothing goes out, a second try neither; started again, what is owed then goes."""
    round_ = round_with()
    round_.board.on("POST", "/Messages.json", (503, {"code": 20500, "message": "no", "status": 503}))
    tried = round_.owe(US)
    round_.courier.round()
    with transaction(round_.sessions) as session:
        assert sending.stop_texts(session, now=round_.now, actor="terminal")
        assert not sending.stop_texts(session, now=round_.now, actor="terminal")
    waiting = round_.owe("+14155550124")
    round_.later(3600)
    round_.courier.round()
    stopped = (TextState.WITHHELD, "all texts are stopped")
    assert [fate(round_, tried), fate(round_, waiting)] == [stopped, stopped]
    assert round_.sent() == 1

    with transaction(round_.sessions) as session:
        assert sending.start_texts(session, now=round_.now, actor="terminal")
        assert not sending.start_texts(session, now=round_.now, actor="terminal")
    round_.board.on("POST", "/Messages.json", (201, {"sid": "SM9"}))
    later = round_.owe("+14155550125")
    round_.courier.round()

    assert fate(round_, later) == (TextState.SENT, None)
