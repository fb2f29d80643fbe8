"""The people page, and past shows as the board tells them."""

from datetime import timedelta

import pytest

from callin.desk import past_shows, people, places, shows
from callin.desk.lineup import PlaceKind
from callin.desk.people import PersonFound
from callin.desk.places import CardField, Edit
from callin.errors import CannotText, NotThere
from callin.rules.call_states import Outcome, QueueResult

from .conftest import Desk


def aired(desk: Desk, sid: str) -> None:
    """One caller waits a minute and talks."""
    desk.join(sid)
    desk.on_air(sid, 60)
    desk.leave(sid, QueueResult.BRIDGED, 60, is_over=True)


def name(desk: Desk, sid: str, words: str) -> None:
    """Somebody at the board writes a name and a note."""
    edits = {CardField.NAME: Edit(None, words), CardField.NOTE: Edit(None, f"about {words}")}
    desk.do(places.write_card, now=desk.now, kind=PlaceKind.CALL, place_id=desk.call(sid).id, edits=edits, actor="Ann")


def find(desk: Desk, words: str, **more: bool) -> list[PersonFound]:
    return desk.do(people.search, now=desk.now, words=words, **more)


def test_people_are_found_by_name_or_by_number(open_desk: Desk) -> None:
    """Part of a name in any case, or four digits in a row; what was typed is no pattern."""
    aired(open_desk, "CA0001")
    name(open_desk, "CA0001", "Ana 100%")
    open_desk.later(60)
    open_desk.join("CA0002")

    assert [person.name for person in find(open_desk, "aNA")] == ["Ana 100%"]
    assert [person.name for person in find(open_desk, "100%")] == ["Ana 100%"]
    assert find(open_desk, "1%0") == find(open_desk, "_n_") == find(open_desk, "001") == []
    assert [person.phone for person in find(open_desk, "0100001")] == ["+1…01"]
    assert [(person.calls, person.times_aired) for person in find(open_desk, "")] == [(1, 0), (1, 1)]


def test_the_withheld_are_nobody(open_desk: Desk) -> None:
    """A caller without a number has no page."""
    open_desk.numbers["CA0001"] = None
    open_desk.join("CA0001")
    assert find(open_desk, "") == []


def test_two_numbers_are_two_people_whatever_their_names(open_desk: Desk) -> None:
    """Nobody is merged by a name."""
    for sid in ("CA0001", "CA0002"):
        open_desk.join(sid)
        name(open_desk, sid, "Ana")
    assert len(find(open_desk, "Ana")) == 2


def test_a_persons_page_has_calls_notes_and_turns(open_desk: Desk) -> None:
    """What happened on each call, each note once, and how often they were on the air."""
    aired(open_desk, "CA0001")
    name(open_desk, "CA0001", "Ana")
    (found,) = find(open_desk, "Ana")
    seen = open_desk.do(people.person, now=open_desk.now, caller_id=found.caller_id)

    assert (seen.name, seen.times_aired, seen.notes) == ("Ana", 1, ("about Ana",))
    assert [(call.outcome, call.waited_s) for call in seen.calls] == [(Outcome.AIRED, 60)]
    with pytest.raises(NotThere):
        open_desk.do(people.person, now=open_desk.now, caller_id=999)


def test_a_ban_shows_ends_and_is_lifted(open_desk: Desk) -> None:
    """With its reason and its end; lifting it twice is one line in the log."""
    open_desk.join("CA0001")
    (found,) = find(open_desk, "")
    hand = {"now": open_desk.now, "caller_id": found.caller_id, "actor": "Ann"}
    open_desk.do(people.ban, reason="shouted", until=open_desk.now + timedelta(hours=1), **hand)
    assert [person.is_banned for person in find(open_desk, "", only_banned=True)] == [True]
    open_desk.later(3600)
    assert find(open_desk, "", only_banned=True) == []
    for _ in range(2):
        open_desk.do(people.lift_ban, **hand)
    seen = open_desk.do(people.person, now=open_desk.now, caller_id=found.caller_id)

    assert (seen.is_banned, seen.ban_reason) == (False, None)
    assert open_desk.log().count("lifted a ban") == 1


def test_looking_at_a_persons_number_is_on_record(open_desk: Desk) -> None:
    """In full to whoever asks, with their name in the log."""
    open_desk.join("CA0001")
    (found,) = find(open_desk, "")
    number = open_desk.do(people.reveal, now=open_desk.now, caller_id=found.caller_id, actor="Ann")

    assert number == "+15550100001"
    assert "looked at the number" in open_desk.log()


def test_a_person_can_be_written_to(open_desk: Desk) -> None:
    """A text from the station, signed in our record; an empty one is refused."""
    open_desk.join("CA0001")
    (found,) = find(open_desk, "")
    hand = {"now": open_desk.now, "caller_id": found.caller_id, "actor": "Ann"}
    open_desk.do(people.write_to, words="Call again next week?", **hand)
    with pytest.raises(CannotText):
        open_desk.do(people.write_to, words=" ", **hand)
    seen = open_desk.do(people.person, now=open_desk.now, caller_id=found.caller_id)

    assert [(text.body, text.is_from_them, text.written_by) for text in seen.texts] == [
        ("Call again next week?", False, "Ann")
    ]


def test_a_past_show_tells_calls_texts_and_log_in_order(open_desk: Desk) -> None:
    """All that is on record, oldest first, with masked numbers."""
    aired(open_desk, "CA0001")
    name(open_desk, "CA0001", "Ana")
    open_desk.join("CA0002")
    open_desk.leave("CA0002", QueueResult.HANGUP, 45, is_over=True)
    show_id = open_desk.do(shows.current_show).show_id
    told = open_desk.do(past_shows.read_show, show_id=show_id)

    assert [(call.name, call.ended, call.phone) for call in told.calls] == [
        ("Ana", "aired", "+1…01"),
        (None, "abandoned", "+1…02"),
    ]
    assert [text.kind for text in told.texts] == ["apology_for_wait", "apology_for_wait"]
    assert [event.what for event in told.log][:2] == ["opened", "rang"]
    assert {event.who for event in told.log if event.what == "goes on the air"} == {"Ana"}
    assert "0100001" not in repr(told)
    with pytest.raises(NotThere):
        open_desk.do(past_shows.read_show, show_id=show_id + 1)
