"""What everybody lives through when the show closes."""

from callin.models import Call, Message, Show
from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, LISTENER_NUMBER, Studio, sentences, spoken

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"


def test_everyone_still_waiting_is_thanked_and_asked_for_a_message(studio: Studio) -> None:
    """In order, each to a goodbye of their own that says how long they waited; a message may be left; one text each."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(130)
    studio.close_show()
    studio.until(ana, BEEP)
    ana.say("Next week then")
    studio.settle()

    assert "The show is over for today." in spoken(ana)
    assert "Thank you for waiting 2 minutes." in spoken(ana)
    assert "Please leave a message for the next show after the tone." in spoken(ben)
    assert [studio.call(phone).outcome for phone in (ana, ben)] == [Outcome.SENT_HOME] * 2
    assert [len(studio.texts(phone)) for phone in (ana, ben)] == [1, 1]
    assert [message.call_sid for message in studio.rows(Message)] == [ana.calls[0].sid]
    assert studio.exchange.queues == {}
    assert [show.state for show in studio.rows(Show)] == ["closed"]


def test_whoever_is_on_the_air_stays_there(studio: Studio) -> None:
    """Closing does not end the talk: they end it themselves, with thanks; then the DJ hears that the show is closed."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)
    studio.close_show()
    studio.later(30)
    assert (ana.state, dj.state) == ("bridged", "bridged")
    assert studio.call(ben).outcome == Outcome.SENT_HOME
    dj.press("*")
    studio.settle()

    assert spoken(ana)[-2:] == ["Thank you for calling Night Owls.", "Goodbye."]
    assert studio.call(ana).outcome == Outcome.AIRED
    assert spoken(dj)[-2:] == ["The show is closed.", "Thank you, and goodbye."]
    assert dj.state == "idle"


def test_whoever_is_next_up_is_thanked_too(studio: Studio) -> None:
    """Both queues are emptied, and both are gone."""
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    studio.later(40)
    put_next_up(studio.station, call_sid=ben.calls[0].sid, actor="producer")
    studio.later(20)
    studio.close_show()
    studio.settle()

    assert [studio.call(phone).outcome for phone in (ana, ben)] == [Outcome.SENT_HOME] * 2
    assert "The show is over for today." in spoken(ben)
    assert studio.call(ben).waited_s >= 55
    assert studio.exchange.queues == {}


def test_whoever_rings_afterwards_hears_that_it_is_closed(studio: Studio) -> None:
    """A new call is not enqueued: an Enqueue would bring the deleted queue back to life."""
    studio.close_show()
    ana = studio.rings(ANA)
    studio.settle()

    assert "We are not taking calls right now." in spoken(ana)
    assert studio.exchange.queues == {}


def test_whoever_hears_the_greeting_while_it_closes_is_not_enqueued(studio: Studio) -> None:
    """The show closes between the greeting and the line: sorry, and the offer of a message."""
    ana = studio.rings(ANA)
    studio.exchange.advance(2)
    studio.close_show()
    studio.settle()

    assert spoken(ana)[:4] == [
        "Hello, you are calling Night Owls on the station.",
        "Your call may go on the air, and it may be recorded.",
        "Sorry, the show has just ended.",
        "Please leave us a message after the tone, or call again next time.",
    ]
    assert studio.call(ana).outcome == Outcome.CLOSED
    assert studio.exchange.queues == {}


def test_callers_who_hang_up_in_the_middle_of_closing_are_settled(build: Build) -> None:
    """Half of them hang up between the list and the move: everyone has an outcome, the queue is gone."""
    studio = build(policies={"member_gone": 0.5})
    studio.open_show()
    phones = [studio.joins(f"+1415555040{number}") for number in range(8)]
    studio.later(45)
    studio.close_show()
    studio.settle()

    gone = [phone for phone in phones if "The show is over for today." not in spoken(phone)]
    assert 0 < len(gone) < 8
    for phone in phones:
        expected = Outcome.ABANDONED if phone in gone else Outcome.SENT_HOME
        assert studio.call(phone).outcome == expected
    assert [call.state for call in studio.rows(Call)] == [CallState.OVER] * 8
    assert studio.exchange.queues == {}
    assert all(len(studio.texts(phone)) == 1 for phone in phones)


def test_a_second_closing_has_nothing_to_do(studio: Studio) -> None:
    """Run again, it changes nothing and says so."""
    ana = studio.joins(ANA)
    studio.later(40)
    studio.close_show()
    studio.settle()
    goodbyes = len(studio.requests("/voice/listener/goodbye"))
    again = studio.close_show()
    studio.settle()

    assert len(studio.requests("/voice/listener/goodbye")) == goodbyes
    assert again.callers == []
    assert len(studio.texts(ana)) == 1


def test_the_next_show_is_a_new_one(studio: Studio) -> None:
    """After closing, a new show takes callers in a new queue, and the DJ hears of the message left at the last one."""
    ana = studio.joins(ANA)
    studio.later(40)
    studio.close_show()
    studio.until(ana, BEEP)
    ana.say("I will be back")
    studio.settle()
    studio.open_show()
    ben = studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)

    assert "You have one new message." in spoken(dj)
    assert (dj.state, ben.state) == ("bridged", "bridged")
    assert studio.call(ben).show_id != studio.call(ana).show_id


def test_a_message_may_be_left_by_somebody_withheld(studio: Studio) -> None:
    """A withheld caller is thanked like anyone, and their message belongs to nobody."""
    call = studio.exchange.dial("anonymous", LISTENER_NUMBER)
    studio.later(40)
    studio.close_show()
    phone = studio.phone("anonymous")
    studio.until(phone, BEEP)
    phone.say("You do not know me")
    studio.settle()

    assert [(m.call_sid, m.caller_id) for m in studio.rows(Message)] == [(call.sid, None)]
    assert "The show is over for today." in sentences(phone)
