"""Opening and closing the show at the desk."""

import pytest

from callin.desk import shows
from callin.errors import NoOpenShow, ShowAlreadyOpen
from callin.models import ShowState
from callin.rules.call_states import Outcome, QueueResult

from .conftest import Desk


def test_one_show_at_a_time(desk: Desk) -> None:
    """Opening a second show names the one that is open, and the fix."""
    desk.open_show()
    with pytest.raises(ShowAlreadyOpen, match="callin show close"):
        desk.open_show(queue_name="another")


def test_closing_has_three_states_and_repeats_harmlessly(open_desk: Desk) -> None:
    """Open, closing, closed; doing a step twice changes nothing."""
    for _ in range(2):
        show = open_desk.do(shows.begin_closing, now=open_desk.now)
        assert show.state == ShowState.CLOSING
    for _ in range(2):
        show = open_desk.do(shows.finish_closing, now=open_desk.now, show_id=show.show_id)
        assert show.state == ShowState.CLOSED
    assert open_desk.do(shows.current_show) is None
    assert open_desk.log().count("closing") == 1
    with pytest.raises(NoOpenShow):
        open_desk.do(shows.begin_closing, now=open_desk.now)


def test_shows_are_listed_newest_first_with_their_calls(open_desk: Desk) -> None:
    """The list says how many called and how many were aired."""
    open_desk.join("CA0001")
    open_desk.on_air("CA0001", 5)
    open_desk.leave("CA0001", QueueResult.BRIDGED, 5, is_over=True)
    open_desk.join("CA0002")
    show = open_desk.do(shows.begin_closing, now=open_desk.now)
    open_desk.do(shows.finish_closing, now=open_desk.now, show_id=show.show_id)
    open_desk.open_show(name="Second")
    listed = open_desk.do(shows.all_shows)
    assert [(show.card.name, show.calls, show.aired) for show in listed] == [("Second", 0, 0), ("Night Owls", 2, 1)]
    summary = open_desk.do(shows.calls_of, show_id=show.show_id)
    assert [(call.call_sid, call.outcome) for call in summary] == [("CA0001", Outcome.AIRED), ("CA0002", None)]


def test_queue_sids_are_recorded(open_desk: Desk) -> None:
    """REST addresses a queue by SID alone."""
    show = open_desk.do(shows.current_show)
    open_desk.do(shows.record_queues, show_id=show.show_id, queue_sid="QU1", next_queue_sid="QU2")
    show = open_desk.do(shows.current_show)
    assert (show.queue_sid, show.next_queue_sid, show.next_queue_name) == ("QU1", "QU2", "line-next")
