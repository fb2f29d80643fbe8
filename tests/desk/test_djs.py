"""The DJ's line: who gets in and who is next."""

import pytest

from callin.desk import dj_door, djs, line, shows
from callin.desk.dj_door import WRONG_PINS, DjDoor, DoorKind
from callin.desk.djs import DjTurn, TurnKind
from callin.desk.joining import arrive_next_up
from callin.rules.call_states import QueueResult

from .conftest import Desk


def ring(desk: Desk, sid: str = "CAdj", *, is_known: bool = True, has_pin: bool = True) -> DjDoor:
    return desk.do(
        dj_door.admit, now=desk.now, call_sid=sid, phone_number="+15550199", is_known=is_known, has_pin=has_pin
    )


def pin(desk: Desk, sid: str, *, is_right: bool) -> DoorKind:
    return desk.do(dj_door.try_pin, now=desk.now, call_sid=sid, is_right=is_right).kind


def turn(desk: Desk, sid: str = "CAdj") -> DjTurn:
    return desk.do(djs.take_next, now=desk.now, call_sid=sid)


def end_dial(desk: Desk, status: str, *, listener: str | None = None, s: int | None = None, next_queue: bool = False):
    dialled = djs.Dialled(status=status, listener_sid=listener, duration_s=s, was_next_queue=next_queue, is_over=False)
    return desk.do(djs.end_dial, now=desk.now, call_sid="CAdj", dialled=dialled)


def move_next_up(desk: Desk, sid: str) -> None:
    desk.do(line.put_next_up, now=desk.now, call_sid=sid, actor="producer")
    desk.leave(sid, QueueResult.REDIRECTED, 10, stint=1)
    desk.do(arrive_next_up, now=desk.now, arrival=desk.arrival(sid))


def test_known_number_is_let_in(open_desk: Desk) -> None:
    """A DJ's own number needs no PIN."""
    assert ring(open_desk) == DjDoor(kind=DoorKind.ADMITTED, new_messages=0, show_name="Night Owls")


def test_unknown_number_needs_the_pin(open_desk: Desk) -> None:
    """A stranger's phone is asked, and the right PIN lets it in."""
    assert ring(open_desk, is_known=False).kind == DoorKind.ASK_PIN
    assert pin(open_desk, "CAdj", is_right=True) == DoorKind.ADMITTED


def test_without_a_pin_unknown_numbers_are_refused(open_desk: Desk) -> None:
    """A station without a PIN knows its DJs by number alone."""
    assert ring(open_desk, is_known=False, has_pin=False).kind == DoorKind.REFUSED
    assert turn(open_desk).kind == TurnKind.REFUSED


def test_three_wrong_pins_end_the_call(open_desk: Desk) -> None:
    """The third wrong PIN is the last of this call; a right one then comes too late."""
    ring(open_desk, is_known=False)
    told = [pin(open_desk, "CAdj", is_right=False) for _ in range(3)]
    assert told == [DoorKind.WRONG_PIN, DoorKind.WRONG_PIN, DoorKind.REFUSED]
    assert pin(open_desk, "CAdj", is_right=True) == DoorKind.REFUSED


def test_guessing_over_many_calls_locks_the_pin_for_a_while(open_desk: Desk) -> None:
    """After ten wrong PINs even the right one waits a quarter of an hour; known numbers still get in."""
    for n in range(WRONG_PINS):
        ring(open_desk, f"CA{n:04}", is_known=False)
        pin(open_desk, f"CA{n:04}", is_right=False)
    assert ring(open_desk, "CA0100", is_known=False).kind == DoorKind.REFUSED
    assert ring(open_desk, "CA0101").kind == DoorKind.ADMITTED
    open_desk.later(15 * 60 + 1)
    assert ring(open_desk, "CA0102", is_known=False).kind == DoorKind.ASK_PIN


def test_empty_line_is_told_once(open_desk: Desk) -> None:
    """The DJ hears that the line is empty once, then waits without a word."""
    ring(open_desk)
    assert turn(open_desk).kind == TurnKind.EMPTY
    assert end_dial(open_desk, "no-answer").kind == TurnKind.WAIT
    assert turn(open_desk).queue_name == "line"


def test_card_names_the_caller_to_expect(open_desk: Desk) -> None:
    """First come first served: the card speaks of the one who joined first."""
    ring(open_desk)
    for sid in ("CA0001", "CA0002"):
        open_desk.join(sid)
        open_desk.hold(sid, 1, 130)
    told = turn(open_desk)
    assert (told.kind, told.queue_name, told.town) == (TurnKind.CARD, "line", "Springfield")
    assert (told.waited_min, told.more_waiting) == (2, 1)


def test_caller_put_next_up_goes_first(open_desk: Desk) -> None:
    """The next-up queue is dialled first when it has anyone, by its own name and for a short while."""
    ring(open_desk)
    open_desk.join("CA0001")
    open_desk.join("CA0002")
    move_next_up(open_desk, "CA0002")
    told = turn(open_desk)
    assert (told.queue_name, told.is_next_queue, told.timeout_s, told.more_waiting) == ("line-next", True, 5, 1)


def test_a_ghost_next_up_does_not_starve_the_line(open_desk: Desk) -> None:
    """When the next-up queue gave nobody, the line is dialled before it is tried again."""
    ring(open_desk)
    open_desk.join("CA0001")
    open_desk.join("CA0002")
    move_next_up(open_desk, "CA0002")
    assert turn(open_desk).is_next_queue
    told = end_dial(open_desk, "no-answer", next_queue=True)
    assert (told.queue_name, told.is_next_queue) == ("line", False)


def test_a_ghost_in_the_line_is_not_announced_for_ever(open_desk: Desk) -> None:
    """Twilio found nobody, whatever our rows say: the DJ waits in silence instead of hearing the card again."""
    ring(open_desk)
    open_desk.join("CA0001")
    assert turn(open_desk).kind == TurnKind.CARD
    assert end_dial(open_desk, "no-answer").kind == TurnKind.EMPTY
    assert end_dial(open_desk, "no-answer").kind == TurnKind.WAIT


@pytest.mark.parametrize("status", ["failed"])
def test_a_queue_that_cannot_be_dialled_makes_no_hot_loop(open_desk: Desk, status: str) -> None:
    """A missing queue answers at once: the DJ's next request comes after a pause."""
    ring(open_desk)
    told = end_dial(open_desk, status)
    assert (told.kind, told.timeout_s) == (TurnKind.HOLD_ON, 10)


def test_talk_is_recorded_by_the_dials_own_word(open_desk: Desk) -> None:
    """DialCallSid and DialCallDuration give the seconds on air, once however often they come."""
    ring(open_desk)
    open_desk.join("CA0001")
    open_desk.on_air("CA0001", 20)
    for _ in range(2):
        end_dial(open_desk, "completed", listener="CA0001", s=90)
    assert open_desk.call("CA0001").aired_s == 90
    assert (open_desk.show().talks, open_desk.show().talk_s) == (1, 90)


def test_talk_without_a_dial_sid_is_the_whispered_callers(open_desk: Desk) -> None:
    """The pair kept at the whisper serves when Twilio does not name the caller."""
    ring(open_desk)
    open_desk.join("CA0001")
    open_desk.on_air("CA0001", 20)
    end_dial(open_desk, "completed", s=33)
    assert open_desk.call("CA0001").aired_s == 33


def test_dj_of_a_show_that_ended_is_thanked_and_an_early_one_waits(open_desk: Desk) -> None:
    """Whoever rang before the close has had their show; whoever rings after it waits for the next."""
    ring(open_desk)
    show = open_desk.do(shows.begin_closing, now=open_desk.now)
    assert turn(open_desk).kind == TurnKind.CLOSED
    open_desk.later(60)
    open_desk.do(shows.finish_closing, now=open_desk.now, show_id=show.show_id)
    open_desk.later(60)
    ring(open_desk, "CAearly")
    assert turn(open_desk, "CAearly").kind == TurnKind.NOT_YET
    assert turn(open_desk, "CAearly").kind == TurnKind.NOT_YET_SILENT


def test_dj_before_the_first_show_waits(desk: Desk) -> None:
    """Before any show was opened the DJ is told to hold on."""
    ring(desk)
    assert turn(desk).kind == TurnKind.NOT_YET
