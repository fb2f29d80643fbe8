"""`callin texts`: the kill switch, by hand."""

from callin.desk import sending
from tests.cli.conftest import Studio


def test_texts_are_stopped_and_started_by_hand(studio: Studio) -> None:
    """Each says what holds from now on, may be repeated, and needs no restart: it is in the database."""
    stopped, again = studio.callin("texts", "stop"), studio.callin("texts", "stop")
    with studio.station.reading() as session:
        stop = sending.current_stop(session)
    started, once_more = studio.callin("texts", "start"), studio.callin("texts", "start")

    assert stopped.out == "No text goes out any more. To start them again: callin texts start\n"
    assert again.out.startswith("No text goes out since ")
    assert stop is not None
    assert started.out == "Texts go out again.\n"
    assert once_more.out == "Texts go out already.\n"
    assert {said.code for said in (stopped, again, started, once_more)} == {0}
