"""What happens when it is a texter's turn: by the producer's Notify or by place, in time, too late, or on the phone."""

import pytest

from callin.desk import lineup_reading, places, turns
from callin.desk.lineup import PlaceKind, PlaceState
from callin.errors import NotWaiting
from callin.models import LogLine, Show, Texter
from callin.rules.call_states import CallState, Outcome
from callin.rules.lineup import TexterState
from tests.stories.conftest import Build
from tests.stories.studio import Studio, sentences, spoken

ANA, BEN, CLEO, DAN, EVE = "+14155550111", "+14155550112", "+14155550113", "+14155550114", "+14155550115"
YOUR_TURN = "It's your turn on Night Owls. Call this number within 5 minutes and you'll go next."
THANKS = "Thanks for calling in to Night Owls."


def texter(studio: Studio, number: str) -> Texter:
    """The latest place of this phone."""
    return studio.rows(Texter, Texter.phone_number == number)[-1]


def notify(studio: Studio, number: str) -> None:
    """The producer presses Notify."""
    place_id = texter(studio, number).id
    with studio.station.transaction() as session:
        turns.notify(session, now=studio.exchange.now(), texter_id=place_id, actor="paula", turn_s=300)
    studio.later(10)


def states(studio: Studio) -> list[tuple[str | None, PlaceState]]:
    """The line as the board shows it."""
    with studio.station.transaction() as session:
        return [(row.topic, row.state) for row in lineup_reading.read_lineup(session, now=studio.exchange.now()).line]


# The producer's Notify


def test_whoever_is_notified_and_calls_in_time_goes_next(studio: Studio) -> None:
    """Told by text, straight to the queue of those next up, on the air before those who waited longer; thanked once."""
    ana = studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    studio.texts_in(BEN, "owls")
    studio.later(120)
    notify(studio, BEN)
    studio.joins(BEN)
    assert studio.call(ben).state == CallState.NEXT_UP
    dj = studio.dj_rings()
    studio.later(40)

    assert (ana.state, ben.state, dj.state) == ("queued", "bridged", "bridged")
    assert "owls" in sentences(dj)
    ben.hang_up()
    studio.settle()
    assert studio.texts(ben)[2:] == [YOUR_TURN, THANKS]
    assert (studio.call(ben).outcome, studio.call(ben).topic) == (Outcome.AIRED, "owls")
    assert (texter(studio, BEN).state, texter(studio, BEN).call_id) == (TexterState.ARRIVED, studio.call(ben).id)


def test_the_wait_is_frozen_when_they_are_notified(studio: Studio) -> None:
    """Seconds until the first notice, kept with the place; the board's timer goes on from the joining."""
    studio.texts_in(ANA, "hi")
    studio.later(110)
    waited_from = texter(studio, ANA).joined_at
    notify(studio, ANA)
    frozen = texter(studio, ANA).waited_s
    studio.later(600)
    notify(studio, ANA)
    ana = studio.joins(ANA)

    assert 110 <= (frozen or 0) <= 125
    assert texter(studio, ANA).waited_s == frozen
    assert studio.call(ana).joined_at == waited_from
    assert studio.rows(Show)[0].waited_s == 0


def test_whoever_calls_after_the_turn_keeps_the_place(studio: Studio) -> None:
    """«No answer» on the board meanwhile; then they wait in the line, before whoever joined after them."""
    ana = studio.texts_in(ANA, "hi")
    studio.texts_in(ANA, "owls")
    ben = studio.joins(BEN)
    notify(studio, ANA)
    assert states(studio)[0] == ("owls", PlaceState.NOTIFIED)
    studio.later(300)
    assert states(studio)[0] == ("owls", PlaceState.NO_ANSWER)
    studio.texts_in(ANA, "status")
    assert studio.texts(ana)[-1] == (
        "You're number 1 of 2 in line for Night Owls. Your turn came and your place is kept: just call this number."
    )
    studio.joins(ANA)
    assert studio.call(ana).state == CallState.WAITING
    studio.later(60)
    assert "You are next." in spoken(ana)
    studio.dj_rings()
    studio.later(60)

    assert (ana.state, ben.state) == ("bridged", "queued")


def test_notify_pressed_twice_is_one_text(studio: Studio) -> None:
    """Within the turn nothing new is said; after it they are told again."""
    ana = studio.texts_in(ANA, "hi")
    notify(studio, ANA)
    notify(studio, ANA)
    assert studio.texts(ana)[1:] == [YOUR_TURN]
    studio.texts_in(ANA, "status")
    assert studio.texts(ana)[-1] == "It's your turn: call this number now and you'll go next."
    studio.later(300)
    notify(studio, ANA)
    assert studio.texts(ana)[3:] == [YOUR_TURN]


def test_a_short_turn_is_told_in_seconds(build: Build) -> None:
    """Nobody is promised a minute that they do not have."""
    studio = build(turn_s=45)
    studio.open_show()
    studio.dj_rings()
    studio.later(30)
    ana = studio.texts_in(ANA, "hi")

    assert "call this number within 45 seconds" in studio.texts(ana)[0]


# By place


def test_a_texter_whose_place_has_come_is_told_while_the_dj_talks(studio: Studio) -> None:
    """The first in line goes on the air; the second, by text, is told at once and is there when the talk ends."""
    ana = studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    cleo = studio.joins(CLEO)
    dj = studio.dj_rings()
    studio.later(30)
    assert (ana.state, studio.texts(ben)[1:]) == ("bridged", [YOUR_TURN])
    studio.joins(BEN)
    studio.later(10)
    dj.press("*")
    studio.later(30)

    assert (ben.state, cleo.state) == ("bridged", "queued")


def test_the_dj_never_waits_for_a_texter(studio: Studio) -> None:
    """Told and not there: phone callers go on, and the texter keeps the place."""
    studio.texts_in(ANA, "hi")
    ben, cleo = studio.joins(BEN), studio.joins(CLEO)
    dj = studio.dj_rings()
    studio.later(30)
    assert ben.state == "bridged"
    dj.press("*")
    studio.later(30)
    assert cleo.state == "bridged"
    ana = studio.texts_in(ANA, "status")

    assert studio.texts(ana)[1:] == [YOUR_TURN, "It's your turn: call this number now and you'll go next."]


def test_the_next_texter_is_told_once_the_first_has_let_the_turn_pass(studio: Studio) -> None:
    """One at a time; somebody who does not answer stands in nobody's way."""
    studio.texts_in(ANA, "hi")
    ben = studio.texts_in(BEN, "hi")
    dj = studio.dj_rings()
    studio.later(60)
    assert "Nobody is on the phone right now, but 2 people wait by text." in spoken(dj)
    assert len(studio.texts(ben)) == 1
    studio.later(400)

    assert texter(studio, ANA).state == TexterState.NOTIFIED
    assert studio.texts(ben)[1:] == [YOUR_TURN]


def test_hi_to_a_dj_on_an_empty_line_is_their_turn_at_once(studio: Studio) -> None:
    """One text says the place and the turn; the call is put through the moment it is in the line."""
    dj = studio.dj_rings()
    studio.later(30)
    assert "Nobody is waiting right now." in spoken(dj)
    ana = studio.texts_in(ANA, "hi")
    (told,) = studio.texts(ana)
    assert told == (
        "You're number 1 in line for Night Owls, and it's your turn: "
        "call this number within 5 minutes and you'll go next."
    )
    studio.rings(ANA)
    studio.later(15)

    assert (ana.state, dj.state) == ("bridged", "bridged")


def test_nobody_is_told_while_no_dj_is_there(studio: Studio) -> None:
    """First of all who wait, and nobody to talk to."""
    ana = studio.texts_in(ANA, "hi")
    ben = studio.joins(BEN)
    ben.hang_up()
    studio.later(300)

    assert len(studio.texts(ana)) == 1


# A texter who just phones


def test_a_texter_who_just_phones_takes_their_place_along(studio: Studio) -> None:
    """Before whoever rang after their HI, with name, topic, note and flag; thanked, and in line once."""
    ana = studio.texts_in(ANA, "hi")
    studio.texts_in(ANA, "owls")
    ben = studio.joins(BEN)
    studio.later(60)
    place_id = texter(studio, ANA).id
    with studio.station.transaction() as session:
        row = session.get_one(Texter, place_id)
        row.name, row.note, row.flag = "Ana", "shy", "good"
    studio.joins(ANA)
    studio.later(60)
    call = studio.call(ana)

    assert (call.name, call.topic, call.note, call.flag) == ("Ana", "owls", "shy", "good")
    assert "You are next." in spoken(ana)
    assert "You are number 2 in line." in spoken(ben)
    studio.dj_rings()
    studio.later(60)
    assert (ana.state, ben.state) == ("bridged", "queued")
    assert studio.texts(ana)[2:] == [THANKS]


# The mixed line


def test_neither_kind_is_lost_or_jumped_by_the_other(studio: Studio) -> None:
    """Phone, text, phone, text: the numbers are those of the joining, and stay so as the line moves."""
    ana = studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    cleo = studio.joins(CLEO)
    dan = studio.texts_in(DAN, "hi")
    studio.later(30)
    assert "You are number 3 in line." in spoken(cleo)
    ana.hang_up()
    studio.later(90)
    studio.texts_in(BEN, "status")
    studio.texts_in(DAN, "status")

    assert studio.texts(ben)[-1] == "You're number 1 of 3 in line for Night Owls."
    assert "You are number 2 in line." in spoken(cleo)
    assert studio.texts(dan)[-1] == "You're number 3 of 3 in line for Night Owls."


def test_the_producers_order_is_what_callers_hear(studio: Studio) -> None:
    """The last is moved to the front: whoever waits by phone hears the new place; the move is in the log."""
    ana = studio.joins(ANA)
    studio.texts_in(BEN, "hi")
    cleo = studio.joins(CLEO)
    studio.later(40)
    last, first = studio.call(cleo).id, studio.call(ana).id
    with studio.station.transaction() as session:
        places.move_before(
            session,
            now=studio.exchange.now(),
            kind=PlaceKind.CALL,
            place_id=last,
            other=(PlaceKind.CALL, first),
            actor="paula",
        )
    studio.later(40)
    ben = studio.texts_in(BEN, "status")

    assert spoken(cleo)[-1:] != ["You are number 3 in line."]
    assert "You are next." in spoken(cleo)
    assert "You are number 2 in line." in spoken(ana)
    assert studio.texts(ben)[-1] == "You're number 3 of 3 in line for Night Owls."
    assert [line.actor for line in studio.rows(LogLine, LogLine.what == "moved in the line")] == ["paula"]
    studio.dj_rings()
    studio.later(60)
    assert (cleo.state, ana.state) == ("bridged", "queued")


def test_whoever_opts_out_in_mid_line_lets_the_others_move_up(studio: Studio) -> None:
    """No text goes to them again, not even that it would have been their turn."""
    ana = studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    cleo = studio.joins(CLEO)
    studio.later(30)
    studio.texts_in(BEN, "STOP")
    sent = len(studio.texts(ben))
    studio.dj_rings()
    studio.later(90)

    assert ana.state == "bridged"
    assert "You are next." in spoken(cleo)
    assert len(studio.texts(ben)) == sent


# Arrived, removed, closed


def test_whoever_has_arrived_is_thanked(studio: Studio) -> None:
    """They came another way: thanked, and not told that they were removed; pressed twice, once."""
    ana = studio.texts_in(ANA, "hi")
    place_id = texter(studio, ANA).id
    for _ in range(2):
        with studio.station.transaction() as session:
            turns.arrived(session, now=studio.exchange.now(), texter_id=place_id, actor="paula")
    studio.later(10)

    assert studio.texts(ana)[1:] == [THANKS]
    assert texter(studio, ANA).state == TexterState.ARRIVED


def test_whoever_is_removed_is_told(studio: Studio) -> None:
    """Once, however often it is pressed; and may join again."""
    ana = studio.texts_in(ANA, "hi")
    place_id = texter(studio, ANA).id
    for _ in range(2):
        with studio.station.transaction() as session:
            turns.remove(session, now=studio.exchange.now(), texter_id=place_id, actor="paula")
    studio.later(10)
    assert studio.texts(ana)[1:] == ["You've been taken out of the line for Night Owls. Thank you for waiting."]
    studio.texts_in(ANA, "hi")
    assert "number 1" in studio.texts(ana)[-1]


@pytest.mark.parametrize("verb", [turns.arrived, turns.remove])
def test_what_cannot_be_done_is_said_in_words(studio: Studio, verb) -> None:
    """Somebody who has left by text can neither arrive nor be removed."""
    studio.texts_in(ANA, "hi")
    studio.texts_in(ANA, "leave")
    place_id = texter(studio, ANA).id
    with studio.station.transaction() as session, pytest.raises(NotWaiting, match="has left the line"):
        verb(session, now=studio.exchange.now(), texter_id=place_id, actor="paula")


def test_texters_still_waiting_when_the_show_closes_are_thanked_once(studio: Studio) -> None:
    """Closed twice over, one text each; a call within their turn hears that the show is closed."""
    ana, ben = studio.texts_in(ANA, "hi"), studio.texts_in(BEN, "hi")
    cleo = studio.joins(CLEO)
    notify(studio, BEN)
    studio.later(60)
    studio.close_show()
    studio.close_show()
    studio.rings(BEN)
    studio.settle()
    over = "Night Owls is over for today. Thank you for waiting in line, and please join us for the next show."

    assert (studio.texts(ana)[1:], studio.texts(ben)[2:]) == ([over], [over])
    assert [row.state for row in studio.rows(Texter)] == [TexterState.SENT_HOME] * 2
    assert "We are not taking calls right now." in spoken(ben)
    assert studio.call(cleo).outcome == Outcome.SENT_HOME
