"""The clock of the station's machine is set back, or forward, by an hour in the middle of a show."""

import pytest

from callin.desk import beats, checking
from callin.desk.lineup_reading import read_lineup
from callin.models import ShowState, TextState
from callin.reconciler import reconcile
from callin.usher import put_next_up
from tests.stories.studio import Studio, sentences

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
HOUR = 3600

either_way = pytest.mark.parametrize("hours", [-1, 1])


@either_way
def test_the_line_keeps_its_order_and_its_waiting_times(studio: Studio, hours: int) -> None:
    """Whoever joins afterwards stands behind everybody; waiting times are Twilio's, and the DJ gets the first."""
    ana = studio.joins(ANA)
    studio.texts_in(BEN, "hi")
    studio.clock_off_s = hours * HOUR
    cleo = studio.joins(CLEO)
    studio.texts_in(DAN, "hi")
    studio.later(90)

    assert "number 3 in line" in sentences(cleo)
    assert "number 4" in studio.texts(studio.phone(DAN))[-1]
    assert 90 <= studio.call(ana).waited_s <= 200
    assert studio.call(cleo).waited_s <= 120
    studio.dj_rings()
    studio.later(60)
    assert (ana.state, cleo.state) == ("bridged", "queued")


@either_way
def test_no_text_waits_for_the_hour_and_none_goes_twice(studio: Studio, hours: int) -> None:
    """A text that was put off, or claimed by a courier that died, goes out within minutes, once."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(60)
    studio.exchange.faults.change({"rest_timeout_after_work": 1})
    ana.hang_up()
    studio.later(20)
    studio.clock_off_s = hours * HOUR
    studio.exchange.faults.change({"rest_timeout_after_work": 0, "rest_500": 1})
    ben.hang_up()
    studio.later(20)
    studio.exchange.faults.change({"rest_500": 0})
    for _ in range(20):
        studio.later(30)

    assert [text.state for text in studio.owed() if text.state in (TextState.OWED, TextState.SENDING)] == []
    assert [len(studio.texts(phone)) for phone in (ana, ben)] == [1, 1]


@either_way
def test_checks_and_signs_of_life_go_on(studio: Studio, hours: int) -> None:
    """Calls are compared with Twilio's within a minute, a ghost is found, no dead courier is taken for alive."""
    ana = studio.joins(ANA)
    studio.later(60)
    assert reconcile(studio.station)
    studio.exchange.faults.change({"webhook_lose": {"action": 1, "status": 1}})
    studio.clock_off_s = hours * HOUR
    with studio.station.transaction() as session:
        assert beats.why_not_fresh(session, now=studio.time_of_day()) is not None
    studio.later(5)
    with studio.station.transaction() as session:
        assert beats.why_not_fresh(session, now=studio.time_of_day()) is None
    ana.hang_up()
    studio.later(60)

    assert reconcile(studio.station)
    assert studio.call(ana).state == "over"
    with studio.station.transaction() as session:
        assert checking.last_check(session).trouble is None


@either_way
def test_a_turn_ends_in_its_time(studio: Studio, hours: int) -> None:
    """A texter whose turn it is has no hour more to call in, and the next one is told within minutes."""
    studio.dj_rings()
    studio.texts_in(ANA, "hi")
    studio.texts_in(BEN, "hi")
    assert "your turn" in studio.texts(studio.phone(ANA))[-1]
    studio.clock_off_s = hours * HOUR
    studio.later(20)
    studio.later(studio.settings.turn_s + 20)
    cleo = studio.rings(CLEO)
    studio.later(60)

    assert cleo.state == "bridged"
    assert any("your turn" in text for text in studio.texts(studio.phone(BEN)))


@either_way
def test_whoever_was_put_next_up_first_is_first(studio: Studio, hours: int) -> None:
    """One is put next up before the clock jumps and one after: the DJ gets them in that order, as the board shows."""
    ana, ben, cleo = studio.joins(ANA), studio.joins(BEN), studio.joins(CLEO)
    put_next_up(studio.station, call_sid=cleo.calls[-1].sid, actor="Paula")
    studio.later(10)
    studio.clock_off_s = hours * HOUR
    put_next_up(studio.station, call_sid=ben.calls[-1].sid, actor="Paula")
    studio.later(10)
    with studio.station.reading() as session:
        shown = [place.place_id for place in read_lineup(session, now=studio.time_of_day()).line]
    assert shown == [studio.call(phone).id for phone in (cleo, ben, ana)]


@either_way
def test_the_show_can_be_closed(studio: Studio, hours: int) -> None:
    """Everybody is sent home by whoever closes, and the show is closed."""
    ana = studio.joins(ANA)
    studio.clock_off_s = hours * HOUR
    report = studio.close_show()
    studio.settle()

    assert report.show is not None
    assert report.show.state == ShowState.CLOSED
    assert "Thank you" in sentences(ana)
