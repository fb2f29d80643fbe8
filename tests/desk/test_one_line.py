"""One line for voice and text: whom a waiting caller hears before them, and whose turn it is."""

from datetime import timedelta

import pytest

from callin.desk import dj_door, joining, lineup, places, screening, shows, texters, turns
from callin.models import Caller, Show, Texter, TextKind
from callin.rules.call_states import CallState, QueueResult
from callin.rules.lineup import TexterPlace, TexterState, next_to_notify

from .conftest import EIGHT, Desk


def text_in(desk: Desk, number: str) -> int:
    """Somebody has a place by text; return its id."""

    def join(session):
        caller_id = screening.caller_for(session, now=desk.now, phone_number=number)
        show = shows.current_show(session)
        return texters.join(session, now=desk.now, show_id=show.show_id, caller_id=caller_id, phone_number=number).id

    desk.later(1)
    return desk.do(join)


def join(desk: Desk, sid: str) -> None:
    """Somebody rings and waits, a second after whatever was before."""
    desk.later(1)
    desk.join(sid)


def dj_rings(desk: Desk) -> None:
    """A DJ is on the line."""
    desk.do(dj_door.admit, now=desk.now, call_sid="CAdj", phone_number="+15550199", is_known=True, has_pin=False)


def told(desk: Desk) -> list[str]:
    """The kinds of texts owed."""
    return [text.kind for text in desk.texts()]


def test_texters_who_joined_before_count_in_a_callers_place(open_desk: Desk) -> None:
    """Those before, and no others; once they have left, no longer."""
    first = text_in(open_desk, "+15550201")
    join(open_desk, "CA0001")
    text_in(open_desk, "+15550202")
    assert open_desk.hold("CA0001", 1, 0).place == 2
    open_desk.do(turns.remove, now=open_desk.now, texter_id=first, actor="paula")
    notice = open_desk.hold("CA0001", 1, 30)
    assert (notice.place, notice.is_next) == (1, True)


def test_a_caller_behind_a_texter_who_does_not_answer_is_still_behind(open_desk: Desk) -> None:
    """The place is kept after the turn, and counts."""
    place_id = text_in(open_desk, "+15550201")
    join(open_desk, "CA0001")
    open_desk.do(turns.notify, now=open_desk.now, texter_id=place_id, actor="paula", turn_s=30)
    open_desk.later(600)
    assert open_desk.hold("CA0001", 1, 600).place == 2


def test_the_producers_order_corrects_twilios(open_desk: Desk) -> None:
    """The third is moved to the front: each hears their place by rank, though Twilio counts as they rang."""
    for sid in ("CA0001", "CA0002", "CA0003"):
        join(open_desk, sid)
    third = open_desk.call("CA0003").id
    open_desk.do(places.move_by, now=open_desk.now, kind=lineup.PlaceKind.CALL, place_id=third, steps=-2, actor="paula")
    heard = [open_desk.hold(sid, position, 0).place for position, sid in enumerate(("CA0001", "CA0002", "CA0003"), 1)]
    assert heard == [2, 3, 1]
    # The one whom the producer put second hangs up: the third hears so, and the first has heard that they are next.
    open_desk.leave("CA0001", QueueResult.HANGUP, 40, is_over=True)
    assert open_desk.hold("CA0002", 1, 40).place == 2
    assert open_desk.hold("CA0003", 2, 40).place is None


def test_a_caller_back_after_a_fault_has_the_place_that_was_theirs(open_desk: Desk) -> None:
    """Twilio has them at the end of its queue; what everybody hears is the order of the joining."""
    join(open_desk, "CA0001")
    join(open_desk, "CA0002")
    open_desk.leave("CA0001", QueueResult.SYSTEM_ERROR, 5)
    join(open_desk, "CA0001")
    assert open_desk.hold("CA0001", 2, 0).place == 1
    assert open_desk.hold("CA0002", 1, 0).place == 2


def test_a_call_in_time_goes_next_up_and_a_late_one_into_the_line(open_desk: Desk) -> None:
    """The last second counts; the one after it does not."""
    for number, late_s, expected in (("0001", 300, CallState.NEXT_UP), ("0002", 301, CallState.WAITING)):
        place_id = text_in(open_desk, f"+1555010{number}")
        open_desk.do(turns.notify, now=open_desk.now, texter_id=place_id, actor="paula", turn_s=300)
        open_desk.later(late_s)
        open_desk.join(f"CA{number}")
        assert open_desk.call(f"CA{number}").state == expected


def test_a_call_that_joins_twice_takes_its_place_over_once(open_desk: Desk) -> None:
    """The webhook is repeated: the same queue, the same stint, one text of thanks."""
    place_id = text_in(open_desk, "+15550100001")
    open_desk.numbers["CA0001"] = "+15550100001"
    open_desk.do(turns.notify, now=open_desk.now, texter_id=place_id, actor="paula", turn_s=300)
    first = open_desk.join("CA0001")
    again = open_desk.do(joining.join_line, now=open_desk.now, arrival=open_desk.arrival("CA0001"))

    assert first == again
    assert (first.queue_name, first.kind, first.stint) == ("line-next", joining.JoinKind.NEXT_UP, 1)
    assert told(open_desk) == [TextKind.YOUR_TURN, TextKind.ARRIVED]


def test_somebody_next_up_comes_before_any_texter(open_desk: Desk) -> None:
    """While a caller is on the way to the front or stands there, no texter's turn begins."""
    join(open_desk, "CA0001")
    text_in(open_desk, "+15550201")
    dj_rings(open_desk)
    open_desk.do(joining.arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0001"))
    open_desk.do(turns.notify_whoever_is_first, now=open_desk.now, turn_s=300)
    assert told(open_desk) == []
    open_desk.on_air("CA0001", 5)
    open_desk.do(turns.notify_whoever_is_first, now=open_desk.now, turn_s=300)
    assert told(open_desk) == [TextKind.YOUR_TURN]


def test_a_texter_who_cannot_be_texted_does_not_hold_up_the_others(open_desk: Desk) -> None:
    """By place they are called all the same; the board says why they do not come, and their turn passes."""
    first, second = text_in(open_desk, "+15550201"), text_in(open_desk, "+15550202")

    def give_up(session):
        caller = session.get_one(Caller, session.get_one(Texter, first).caller_id)
        caller.no_texts_why = "landline"

    open_desk.do(give_up)
    dj_rings(open_desk)
    open_desk.do(turns.notify_whoever_is_first, now=open_desk.now, turn_s=300)
    assert open_desk.do(lambda session: session.get_one(Texter, first).trouble) == "landline"
    open_desk.later(301)
    open_desk.do(turns.notify_whoever_is_first, now=open_desk.now, turn_s=300)
    assert [text.state for text in open_desk.texts()] == ["withheld", "owed"]
    assert open_desk.do(lambda session: session.get_one(Texter, second).state) == TexterState.NOTIFIED


def test_waiting_by_text_does_not_change_the_shows_pace(open_desk: Desk) -> None:
    """Give-ups a second are of those who hold a phone; a texter's wait stays with the place."""
    place_id = text_in(open_desk, "+15550201")
    open_desk.later(900)
    open_desk.do(turns.remove, now=open_desk.now, texter_id=place_id, actor="paula")
    show: Show = open_desk.show()

    assert (show.waited_s, show.abandonments) == (0, 0)
    assert open_desk.do(lambda session: session.get_one(Texter, place_id).waited_s) == 900


WAITING = TexterPlace(texter_id=1, rank=10)
IN_TURN = TexterPlace(texter_id=2, rank=5, was_notified=True, turn_ends_at=EIGHT + timedelta(seconds=60))
PASSED = TexterPlace(texter_id=3, rank=5, was_notified=True, turn_ends_at=EIGHT - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("held", "first_by_phone", "expected"),
    [
        ([], None, None),
        ([WAITING], None, 1),
        ([WAITING], 11, 1),
        ([WAITING], 9, None),
        ([IN_TURN, WAITING], None, None),
        ([PASSED, WAITING], None, 1),
        ([PASSED, WAITING], 7, None),
        ([PASSED], None, None),
    ],
)
def test_whose_turn_it_is(held: list[TexterPlace], first_by_phone: int | None, expected: int | None) -> None:
    """The first who waits, if no caller stands before them and nobody's turn is under way."""
    assert next_to_notify(held, first_by_phone=first_by_phone, now=EIGHT) == expected
