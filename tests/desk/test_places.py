"""What the producer's hand does to places in the line, and how the board reads it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from callin.desk import calls, inbox, line, lineup_reading, message_shelf, messages, places, screening, shows, texting
from callin.desk.joining import arrive_next_up
from callin.desk.lineup import Lineup, PlaceKind, PlaceState
from callin.desk.places import CardField, Edit
from callin.errors import CannotBan, CannotText, EditedMeanwhile, NoOpenShow, NotThere, NotWaiting
from callin.models import LogLine, MessageState, Text, TextKind, TextState
from callin.rules.call_states import CallState, QueueResult
from callin.rules.lineup import Flag

from .conftest import Desk

CALL = PlaceKind.CALL


def lineup(desk: Desk) -> Lineup:
    return desk.do(lineup_reading.read_lineup, now=desk.now)


def order(desk: Desk) -> list[int]:
    """The ids of those in line, in the board's order."""
    return [place.place_id for place in lineup(desk).line]


def join(desk: Desk, *sids: str) -> list[int]:
    """These join one after another; their ids."""
    for sid in sids:
        desk.join(sid)
        desk.later(1)
    return [desk.call(sid).id for sid in sids]


def edit(desk: Desk, place_id: int, field: CardField, was: str | None, words: str | None, actor: str = "Ann") -> None:
    edits = {field: Edit(was=was, words=words)}
    desk.do(places.write_card, now=desk.now, kind=CALL, place_id=place_id, edits=edits, actor=actor)


def test_the_board_shows_who_waits_in_order_and_masked(open_desk: Desk) -> None:
    """First come first served, numbered from one, and no number in full."""
    first, second = join(open_desk, "CA0001", "CA0002")
    seen = lineup(open_desk)

    assert [(place.place_id, place.number, place.state) for place in seen.line] == [
        (first, 1, PlaceState.WAITING),
        (second, 2, PlaceState.WAITING),
    ]
    assert seen.line[0].phone == "+1…01"
    assert (seen.status.waiting, seen.on_air, seen.not_shown) == (2, (), 0)


def test_nothing_is_shown_without_a_show(desk: Desk) -> None:
    """An empty evening is a normal state, not an error."""
    seen = lineup(desk)
    assert (seen.show, seen.line, seen.status.is_open, seen.status.show_name) == (None, (), False, None)


def test_next_up_stands_first_and_the_one_on_air_apart(open_desk: Desk) -> None:
    """The board's order is: on the air, next up, then the line."""
    join(open_desk, "CA0001", "CA0002", "CA0003")
    open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0003", actor="Ann")
    assert next(place.state for place in lineup(open_desk).line) == PlaceState.MOVING
    open_desk.do(arrive_next_up, now=open_desk.now, arrival=open_desk.arrival("CA0003"))
    open_desk.on_air("CA0001", 3)
    seen = lineup(open_desk)

    assert [place.state for place in seen.line] == [PlaceState.NEXT_UP, PlaceState.WAITING]
    assert [place.state for place in seen.on_air] == [PlaceState.ON_AIR]
    assert seen.status.is_on_air


def test_a_place_moves_and_the_log_says_whose_hand_it_was(open_desk: Desk) -> None:
    """Up, down, before another, to the end; nobody else changes order."""
    one, two, three = join(open_desk, "CA0001", "CA0002", "CA0003")
    move = {"now": open_desk.now, "kind": CALL, "actor": "Ann"}
    open_desk.do(places.move_by, place_id=three, steps=-1, **move)
    assert order(open_desk) == [one, three, two]
    open_desk.do(places.move_before, place_id=two, other=(CALL, one), **move)
    assert order(open_desk) == [two, one, three]
    open_desk.do(places.move_before, place_id=two, other=None, **move)
    open_desk.do(places.move_before, place_id=two, other=None, **move)
    assert order(open_desk) == [one, three, two]
    open_desk.do(places.move_by, place_id=one, steps=-5, **move)
    assert order(open_desk) == [one, three, two]

    assert open_desk.log().count("moved in the line") == 3


def test_moving_before_oneself_changes_nothing(open_desk: Desk) -> None:
    """A row dropped where it was picked up stays there."""
    one, two = join(open_desk, "CA0001", "CA0002")
    open_desk.do(places.move_before, now=open_desk.now, kind=CALL, place_id=two, other=(CALL, two), actor="Ann")
    assert order(open_desk) == [one, two]


def test_whoever_hung_up_cannot_be_moved_and_it_says_since_when(open_desk: Desk) -> None:
    """The words for a late click name what happened, and how long ago."""
    (one,) = join(open_desk, "CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 5, is_over=True)
    open_desk.later(3)
    with pytest.raises(NotWaiting, match="hung up 3 s ago"):
        open_desk.do(places.move_by, now=open_desk.now, kind=CALL, place_id=one, steps=1, actor="Ann")
    with pytest.raises(NotWaiting, match="hung up 3 s ago"):
        open_desk.do(line.put_next_up, now=open_desk.now, call_sid="CA0001", actor="Ann")
    with pytest.raises(NotWaiting, match="hung up 3 s ago"):
        open_desk.do(line.drop, now=open_desk.now, call_sid="CA0001", from_the_air=False, actor="Ann")


def test_a_card_keeps_what_was_written_once(open_desk: Desk) -> None:
    """The same edit again changes nothing; a name is remembered for the person's next call."""
    (one,) = join(open_desk, "CA0001")
    edit(open_desk, one, CardField.NAME, None, "Ana")
    edit(open_desk, one, CardField.NAME, None, "Ana")
    open_desk.leave("CA0001", QueueResult.HANGUP, 5, is_over=True)
    open_desk.numbers["CA0002"] = open_desk.arrival("CA0001").phone_number
    open_desk.join("CA0002")

    assert open_desk.log().count("wrote the name") == 1
    assert [place.name for place in lineup(open_desk).line] == ["Ana"]


def test_nobody_overwrites_anothers_words(open_desk: Desk) -> None:
    """The later of two writers is told what stands there; other fields of the same card do not clash."""
    (one,) = join(open_desk, "CA0001")
    edit(open_desk, one, CardField.NOTE, None, "talks fast")
    with pytest.raises(EditedMeanwhile) as told:
        edit(open_desk, one, CardField.NOTE, None, "very shy", actor="Bob")
    edit(open_desk, one, CardField.TOPIC, None, "owls", actor="Bob")

    assert told.value.theirs == {"note": "talks fast"}
    (place,) = lineup(open_desk).line
    assert (place.note, place.topic) == ("talks fast", "owls")


def test_a_flag_goes_on_and_off(open_desk: Desk) -> None:
    """A flag is one of two words; setting it twice is one line in the log."""
    (one,) = join(open_desk, "CA0001")
    for flag in (Flag.CAREFUL, Flag.CAREFUL, None):
        open_desk.do(places.set_flag, now=open_desk.now, kind=CALL, place_id=one, flag=flag, actor="Ann")
    assert open_desk.log().count("flagged") == 1
    assert lineup(open_desk).line[0].flag is None


def test_looking_at_a_number_is_on_record(open_desk: Desk) -> None:
    """The full number is handed out once somebody asks, and the log says who did."""
    (one,) = join(open_desk, "CA0001")
    number = open_desk.do(places.reveal, now=open_desk.now, kind=CALL, place_id=one, actor="Ann")
    assert number == "+15550100001"
    (logged,) = [entry for entry in rows(open_desk, LogLine) if entry.what == "looked at the number"]
    assert (logged.actor, logged.detail) == ("Ann", None)


def test_a_ban_has_a_reason_and_an_end(open_desk: Desk) -> None:
    """The row shows it at once; the withheld cannot be banned, for strangers share their number."""
    open_desk.numbers["CA0002"] = None
    one, two = join(open_desk, "CA0001", "CA0002")
    until = open_desk.now + timedelta(days=1)
    ban = {"now": open_desk.now, "kind": CALL, "reason": "shouted", "until": until, "actor": "Ann"}
    open_desk.do(places.ban, place_id=one, **ban)
    with pytest.raises(CannotBan):
        open_desk.do(places.ban, place_id=two, **ban)

    assert [place.is_banned for place in lineup(open_desk).line] == [True, False]
    assert open_desk.do(screening.is_banned, now=until, caller_id=open_desk.call("CA0001").caller_id) is False


def test_a_place_of_another_show_is_not_there(open_desk: Desk) -> None:
    """An address of last week's board, or of nobody, changes nothing."""
    (one,) = join(open_desk, "CA0001")
    open_desk.leave("CA0001", QueueResult.HANGUP, 5, is_over=True)
    card = open_desk.do(shows.current_show).show_id
    with pytest.raises(NotThere):
        open_desk.do(places.reveal, now=open_desk.now, kind=CALL, place_id=999, actor="Ann")
    with pytest.raises(NotThere):
        open_desk.do(places.reveal, now=open_desk.now, kind=PlaceKind.TEXTER, place_id=one, actor="Ann")
    close(open_desk, card)
    with pytest.raises(NoOpenShow):
        open_desk.do(places.reveal, now=open_desk.now, kind=CALL, place_id=one, actor="Ann")
    open_desk.open_show()
    with pytest.raises(NotThere):
        open_desk.do(places.reveal, now=open_desk.now, kind=CALL, place_id=one, actor="Ann")


def test_a_caller_on_the_air_is_dropped_only_when_confirmed(open_desk: Desk) -> None:
    """From the line at once; from the air only by somebody who said yes."""
    join(open_desk, "CA0001", "CA0002")
    open_desk.on_air("CA0001", 3)
    drop = {"now": open_desk.now, "actor": "Ann"}
    with pytest.raises(NotWaiting, match="confirm"):
        open_desk.do(line.drop, call_sid="CA0001", from_the_air=False, **drop)
    assert open_desk.do(line.drop, call_sid="CA0001", from_the_air=True, **drop).queue_name is None
    assert open_desk.do(line.drop, call_sid="CA0002", from_the_air=False, **drop).queue_name == "line"


def test_while_the_line_is_paused_nobody_new_gets_in(open_desk: Desk) -> None:
    """Those who wait stay; who rings hears so and may leave a message; then the line takes callers again."""
    join(open_desk, "CA0001")
    for _ in range(2):
        open_desk.do(shows.pause, now=open_desk.now, is_paused=True, actor="Ann")
    assert open_desk.ring("CA0002").kind == calls.WelcomeKind.PAUSED
    assert open_desk.call("CA0002").state == CallState.LEAVING_MESSAGE
    assert lineup(open_desk).show.is_paused
    open_desk.do(shows.pause, now=open_desk.now, is_paused=False, actor="Ann")

    assert open_desk.ring("CA0003").kind == calls.WelcomeKind.OPEN
    assert open_desk.call("CA0001").state == CallState.WAITING
    assert open_desk.log().count("paused the line") == 1


def text_in(desk: Desk, body: str, number: str | None = "+15550100001") -> int:
    """Somebody's words lie in the inbox."""

    def keep(session) -> int:
        caller_id = screening.caller_for(session, now=desk.now, phone_number=number)
        text = Text(
            kind=TextKind.INBOUND,
            caller_id=caller_id,
            phone_number=number or "",
            body=body,
            state=TextState.RECEIVED,
            created_at=desk.now,
            due_at=desk.now,
            is_in_inbox=True,
        )
        session.add(text)
        session.flush()
        return text.id

    return desk.do(keep)


def test_a_reply_goes_out_once_and_clears_the_inbox(open_desk: Desk) -> None:
    """A button pressed twice owes one text, with the writer's name on record."""
    text_id = text_in(open_desk, "I love owls")
    assert [text.body for text in lineup(open_desk).inbox] == ["I love owls"]
    for _ in range(2):
        open_desk.do(inbox.reply, now=open_desk.now, text_id=text_id, words=" So do\n we! ", actor="Ann")

    owed = [text for text in open_desk.texts() if text.kind == TextKind.FROM_STATION]
    assert [(text.body, text.written_by, text.state) for text in owed] == [("So do we!", "Ann", "owed")]
    assert lineup(open_desk).inbox == ()


def test_whoever_cannot_be_texted_gets_no_reply_and_it_says_why(open_desk: Desk) -> None:
    """Opted out, withheld, or nothing to say: refused in words, and the text stays in the inbox."""
    withheld, opted_out = text_in(open_desk, "one", None), text_in(open_desk, "two")
    reply = {"now": open_desk.now, "words": "Hello", "actor": "Ann"}
    with pytest.raises(CannotText, match="withheld"):
        open_desk.do(inbox.reply, text_id=withheld, **reply)
    with pytest.raises(CannotText, match="empty"):
        open_desk.do(inbox.reply, text_id=opted_out, **(reply | {"words": "  "}))
    number = "+15550100001"
    open_desk.do(texting.stop_texting, now=open_desk.now, phone_number=number, why="opted out", is_opt_out=True)
    with pytest.raises(CannotText, match="opted out"):
        open_desk.do(inbox.reply, text_id=opted_out, **reply)

    assert [(text.body, text.can_reply) for text in lineup(open_desk).inbox] == [("one", False), ("two", False)]


def test_a_message_is_heard_kept_or_deleted(open_desk: Desk) -> None:
    """What is deleted is gone from the shelf and stays deleted; hearing a kept one keeps it."""
    open_desk.ring("CA0001")
    sound = {"recording_sid": "RE1", "recording_url": "https://api.twilio.test/RE1", "duration_s": 7}
    open_desk.do(messages.keep, now=open_desk.now, call_sid="CA0001", **sound)
    (shown,) = lineup(open_desk).messages
    assert (shown.can_play, shown.why_not, shown.duration_s) == (False, "Twilio is still writing it", 7)
    mark = {"now": open_desk.now, "message_id": shown.message_id, "actor": "Ann"}
    for state in (MessageState.KEPT, MessageState.HEARD):
        open_desk.do(message_shelf.mark, state=state, **mark)
    assert [message.state for message in lineup(open_desk).messages] == ["kept"]
    open_desk.do(message_shelf.mark, state=MessageState.DELETED, **mark)
    open_desk.do(message_shelf.mark, state=MessageState.DELETED, **mark)
    with pytest.raises(NotThere):
        open_desk.do(message_shelf.mark, state=MessageState.KEPT, **mark)

    assert lineup(open_desk).messages == ()


def rows(desk: Desk, model) -> list:
    return desk.do(lambda session: list(session.scalars(select(model).order_by(model.id))))


def close(desk: Desk, show_id: int) -> None:
    desk.do(shows.begin_closing, now=desk.now)
    desk.do(shows.finish_closing, now=desk.now, show_id=show_id)
