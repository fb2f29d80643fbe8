"""What is done on the board: one POST each, words when it cannot be, and nothing twice."""

from datetime import timedelta
from typing import Any

import pytest

from callin.models import Call, Caller, LogLine, Message, Show, ShowState, Text, Texter, TextKind
from callin.rules.call_states import CallState
from callin.rules.roles import Role
from tests.board.test_attachments import leave_message
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import Doors


@pytest.fixture
def producer(doors: Doors) -> Browser:
    return admitted(doors, Role.PRODUCER)


@pytest.fixture
def screener(doors: Doors) -> Browser:
    return admitted(doors, Role.SCREENER)


def wait_in_line(doors: Doors, *names: str, **changes: Any) -> list[int]:
    """A show with these callers in its line; return their ids."""
    show_id = doors.open_show()
    ids = []
    with doors.station.transaction() as session:
        for rank, name in enumerate(names, start=1):
            person = Caller(phone_number=f"+1415555010{rank}", first_seen_at=doors.now)
            session.add(person)
            session.flush()
            call = Call(
                call_sid=f"CA{rank:032x}",
                show_id=show_id,
                caller_id=person.id,
                phone_number=person.phone_number,
                arrived_at=doors.now,
                joined_at=doors.now,
                rank=rank,
                name=name,
                **{"state": CallState.WAITING, **changes},
            )
            session.add(call)
            session.flush()
            ids.append(call.id)
    return ids


def order(doors: Doors) -> list[str]:
    """Names in the order of the line."""
    return [call.name for call in sorted(doors.rows(Call), key=lambda call: call.rank)]


def test_a_card_is_written_once(doors: Doors, screener: Browser) -> None:
    """What was touched is written, cleaned of what no screen shows; sent again, nothing happens."""
    (ana,) = wait_in_line(doors, "Ana")
    form = {"topic": " night\x00 buses ", "topic_was": "", "note": "two\r\nlines", "note_was": ""}

    for _ in range(2):
        assert screener.post(f"/board/places/call/{ana}/card", form).status_code == 204

    call = doors.rows(Call)[0]
    assert (call.name, call.topic, call.note) == ("Ana", "night  buses", "two\nlines")
    assert [line.what for line in doors.rows(LogLine)].count("wrote the topic and note") == 1


def test_a_later_edit_of_the_same_field_is_told_and_not_written(doors: Doors, screener: Browser) -> None:
    """409 with the other's words; other fields do not get in each other's way."""
    (ana,) = wait_in_line(doors, "Ana")
    path = f"/board/places/call/{ana}/card"
    assert screener.post(path, {"topic": "trams", "topic_was": ""}).status_code == 204

    late = screener.post(path, {"topic": "buses", "topic_was": "", "name": "Ana B", "name_was": "Ana"})
    other = screener.post(path, {"name": "Ana B", "name_was": "Ana"})

    assert late.status_code == 409
    assert late.json["theirs"] == {"topic": "trams"}
    assert "Yours was not saved" in late.json["why"]
    assert other.status_code == 204
    assert (doors.rows(Call)[0].name, doors.rows(Call)[0].topic) == ("Ana B", "trams")


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ({"by": "-1"}, ["Ana", "Cleo", "Ben"]),
        ({"by": "-9"}, ["Cleo", "Ana", "Ben"]),
        ({"before": "call-1"}, ["Cleo", "Ana", "Ben"]),
        ({"before": ""}, ["Ana", "Ben", "Cleo"]),
    ],
)
def test_a_place_is_moved(doors: Doors, screener: Browser, form: dict[str, str], after: list[str]) -> None:
    """By steps, or before another place; nobody else's order changes."""
    *_, cleo = wait_in_line(doors, "Ana", "Ben", "Cleo")

    assert screener.post(f"/board/places/call/{cleo}/move", form).status_code == 204

    assert order(doors) == after


@pytest.mark.parametrize("form", [{}, {"by": "much"}, {"by": "1001"}, {"before": "call-x"}, {"before": "show-1"}])
def test_a_move_to_nowhere_is_refused_in_words(doors: Doors, screener: Browser, form: dict[str, str]) -> None:
    """400, and the order stays."""
    ana, _ = wait_in_line(doors, "Ana", "Ben")

    assert screener.post(f"/board/places/call/{ana}/move", form).status_code == 400
    assert order(doors) == ["Ana", "Ben"]


def test_a_flag_goes_up_and_down(doors: Doors, screener: Browser) -> None:
    """Good, careful, none; anything else is refused."""
    (ana,) = wait_in_line(doors, "Ana")
    path = f"/board/places/call/{ana}/flag"

    for sent, kept in (("good", "good"), ("careful", "careful"), ("", None)):
        assert screener.post(path, {"flag": sent}).status_code == 204
        assert doors.rows(Call)[0].flag == kept
    assert screener.post(path, {"flag": "purple"}).status_code == 400


def test_whoever_hung_up_is_told_so(doors: Doors, screener: Browser) -> None:
    """409 with how long ago."""
    (ana,) = wait_in_line(doors, "Ana", state=CallState.OVER, ended_at=doors.now - timedelta(seconds=3))

    reply = screener.post(f"/board/places/call/{ana}/next_up")

    assert (reply.status_code, reply.json["why"]) == (409, "That caller hung up 3 s ago.")


def test_twilio_out_of_reach_is_told_and_the_row_says_the_rest(doors: Doors, screener: Browser) -> None:
    """502 in words; nobody is lost by it."""
    (ana,) = wait_in_line(doors, "Ana")

    reply = screener.post(f"/board/places/call/{ana}/next_up")

    assert reply.status_code == 502
    assert reply.json["why"]
    assert doors.rows(Call)[0].state in (CallState.WAITING, CallState.MOVING)


def test_an_address_of_another_show_changes_nothing(doors: Doors, producer: Browser) -> None:
    """A place of an evening that is over is not there."""
    (ana,) = wait_in_line(doors, "Ana")
    doors.close_show(1)
    doors.open_show()

    for action in ("card", "flag", "move", "next_up", "drop", "ban", "text", "reveal"):
        form = {"name": "x", "by": "1", "flag": "good", "reason": "x", "body": "x"}
        reply = producer.post(f"/board/places/call/{ana}/{action}", form)
        assert reply.status_code == 404, action
        assert reply.json["why"] == "That caller is not in this show."
    assert doors.rows(Call)[0].name == "Ana"


def test_only_a_producer_drops_from_the_air(doors: Doors, producer: Browser, screener: Browser) -> None:
    """A screener hears 403; a producer without the confirmation hears that it needs one."""
    (ana,) = wait_in_line(doors, "Ana", state=CallState.ON_AIR)
    path = f"/board/places/call/{ana}/drop"

    assert screener.post(path, {"from_air": "yes"}).status_code == 403
    unconfirmed = producer.post(path)
    assert (unconfirmed.status_code, "confirmation" in unconfirmed.json["why"]) == (409, True)


def test_looking_at_a_number_is_logged(doors: Doors, screener: Browser) -> None:
    """The number comes to whoever asked, and their name into the log."""
    (ana,) = wait_in_line(doors, "Ana")

    assert screener.post(f"/board/places/call/{ana}/reveal").json == {"number": "+14155550101"}
    (line,) = [line for line in doors.rows(LogLine) if line.what == "looked at the number"]
    assert line.actor == "Some screener"


def test_a_text_back_is_owed_once(doors: Doors, screener: Browser) -> None:
    """Pressed twice, one text; nothing and too much are refused in words."""
    (ana,) = wait_in_line(doors, "Ana")
    path = f"/board/places/call/{ana}/text"

    for _ in range(2):
        assert screener.post(path, {"body": "You are on soon."}).status_code == 204
    assert [text.kind for text in doors.rows(Text)] == [TextKind.FROM_STATION]
    assert screener.post(path, {"body": " \n "}).status_code == 400
    assert screener.post(path, {"body": "x" * 1601}).status_code == 400


def test_a_message_is_heard_kept_and_deleted(doors: Doors, screener: Browser) -> None:
    """Each word its state; what is deleted stays so."""
    message_id = leave_message(doors)

    for what, state in (("heard", "heard"), ("keep", "kept"), ("delete", "deleted")):
        assert screener.post(f"/board/messages/{message_id}/{what}").status_code == 204
        assert doors.rows(Message)[0].state == state
    assert screener.post(f"/board/messages/{message_id}/keep").status_code == 404


def test_the_show_is_opened_paused_and_closed(doors: Doors, producer: Browser) -> None:
    """Each is safe to repeat; without Twilio the line opens all the same, and it is said what is missing."""
    until = doors.now + timedelta(hours=2)
    for _ in range(2):
        opened = producer.post("/board/show/open", {"name": "Late Owls", "until": until.isoformat()})
        assert (opened.status_code, bool(opened.json["why"])) == (202, True)
    (show,) = doors.rows(Show)
    assert (show.name, show.ends_at, show.state) == ("Late Owls", until, ShowState.OPEN)

    for what, is_paused in (("pause", True), ("pause", True), ("resume", False)):
        assert producer.post(f"/board/show/{what}").status_code == 204
        assert (doors.rows(Show)[0].paused_at is not None) == is_paused
    for _ in range(2):
        assert producer.post("/board/show/close").status_code == 204
    assert doors.rows(Show)[0].state == ShowState.CLOSING
    assert producer.post("/board/show/pause").json["why"] == "No show is open: there is no line to pause."


@pytest.mark.parametrize("until", ["soon", "2026-11-23T21:00"])
def test_a_time_that_is_none_opens_nothing(doors: Doors, producer: Browser, until: str) -> None:
    """400, and no show."""
    assert producer.post("/board/show/open", {"until": until}).status_code == 400
    assert doors.rows(Show) == []


def test_nothing_is_done_without_the_token_of_a_page(doors: Doors, producer: Browser) -> None:
    """Another site's form: 400 in words, and nothing is changed."""
    (ana,) = wait_in_line(doors, "Ana")
    before = doors.contents()

    reply = producer.client.post(f"/board/places/call/{ana}/flag", base_url=doors.base, data={"flag": "good"})

    assert reply.status_code == 400
    assert doors.contents() == before


def texts_in(doors: Doors, body: str, *, number: str = "+14155550177") -> int:
    """Somebody texts the station; return the id of the place they hold."""
    sid = f"SM{len(doors.rows(Text)):032x}"
    doors.post("/sms/inbound", {"MessageSid": sid, "From": number, "To": "+15550100", "Body": body})
    return doors.rows(Texter)[-1].id


def told(doors: Doors) -> list[str]:
    """The kinds of texts that go out unasked."""
    return [text.kind for text in doors.rows(Text) if text.kind != TextKind.INBOUND and text.answers_id is None]


@pytest.mark.parametrize(
    ("doing", "kind", "state"),
    [("notify", "your_turn", "notified"), ("arrived", "arrived", "arrived"), ("remove", "removed", "removed")],
)
def test_what_is_done_to_a_texter_is_done_once(
    doors: Doors, screener: Browser, doing: str, kind: str, state: str
) -> None:
    """Pressed twice: one text, and their place says so."""
    doors.open_show()
    place_id = texts_in(doors, "hi")
    for _ in range(2):
        assert screener.post(f"/board/places/texter/{place_id}/{doing}").status_code == 204

    assert told(doors) == [kind]
    assert [texter.state for texter in doors.rows(Texter)] == [state]


@pytest.mark.parametrize("doing", ["notify", "arrived", "remove"])
def test_what_is_for_texters_is_refused_to_callers_in_words(doors: Doors, screener: Browser, doing: str) -> None:
    """A caller on the phone, somebody who has left, a place of another show."""
    (ana,) = wait_in_line(doors, "Ana")
    place_id = texts_in(doors, "hi")
    texts_in(doors, "leave")

    by_phone = screener.post(f"/board/places/call/{ana}/{doing}")
    gone = screener.post(f"/board/places/texter/{place_id}/{doing}")

    assert (by_phone.status_code, gone.status_code) == (409, 409)
    assert "waits by phone" in by_phone.json["why"]
    assert "has left the line" in gone.json["why"]
    assert screener.post(f"/board/places/texter/99/{doing}").status_code == 404
    assert told(doors) == []


def test_a_texter_who_cannot_be_texted_is_not_notified(doors: Doors, screener: Browser) -> None:
    """The producer is told why; they keep the place."""
    doors.open_show()
    place_id = texts_in(doors, "hi")
    with doors.station.transaction() as session:
        session.get_one(Caller, doors.rows(Caller)[0].id).no_texts_why = "landline"
    reply = screener.post(f"/board/places/texter/{place_id}/notify")

    assert (reply.status_code, reply.json["why"]) == (409, "They cannot be texted: landline.")
    assert [texter.state for texter in doors.rows(Texter)] == ["waiting"]


def test_a_banned_texter_is_out_of_the_line(doors: Doors, producer: Browser) -> None:
    """Told that they are out, and answered no more."""
    doors.open_show()
    place_id = texts_in(doors, "hi")
    assert producer.post(f"/board/places/texter/{place_id}/ban", {"reason": "rude"}).status_code == 204
    texts_in(doors, "hi")

    assert [texter.state for texter in doors.rows(Texter)] == ["removed"]
    assert told(doors) == ["removed"]
