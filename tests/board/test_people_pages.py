"""People and past shows as pages, and as files to take along."""

import csv
import io
import json
from datetime import timedelta

import pytest

from callin.models import Call, Caller, LogLine, Text, TextKind, TextState
from callin.rules.call_states import CallState, Outcome
from callin.rules.roles import Role
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import Doors

NASTY = "<script>alert(1)</script>"


def record(doors: Doors, *, topic: str = "The night buses", body: str = "hello") -> tuple[int, int]:
    """A closed show with one call and one text of Ana's; return her id and the show's."""
    show_id = doors.open_show()
    with doors.station.transaction() as session:
        ana = Caller(phone_number="+14155550123", first_seen_at=doors.now, name="Ana")
        session.add(ana)
        session.flush()
        session.add(
            Call(
                call_sid="CA" + "a" * 32,
                show_id=show_id,
                caller_id=ana.id,
                phone_number=ana.phone_number,
                arrived_at=doors.now,
                state=CallState.OVER,
                outcome=Outcome.AIRED,
                waited_s=260,
                aired_s=61,
                name="Ana",
                topic=topic,
                note="calm voice",
            )
        )
        session.add(
            Text(
                show_id=show_id,
                caller_id=ana.id,
                kind=TextKind.INBOUND,
                phone_number=ana.phone_number,
                body=body,
                state=TextState.RECEIVED,
                created_at=doors.now,
                due_at=doors.now,
            )
        )
        caller_id = ana.id
    doors.close_show(show_id)
    return caller_id, show_id


@pytest.fixture
def producer(doors: Doors) -> Browser:
    return admitted(doors, Role.PRODUCER)


def test_somebody_is_found_and_known(doors: Doors, producer: Browser) -> None:
    """By name or by digits; the page has calls, texts and notes, and no whole number."""
    caller_id, _ = record(doors)

    for words in ("an", "5550123"):
        assert f"/people/{caller_id}" in producer.get(f"/people?words={words}").text
    assert "Nobody is found" in producer.get("/people?words=zoe").text
    page = producer.get(f"/people/{caller_id}").text
    for known in ("Ana", "The night buses", "calm voice", "hello", "4:20", "1:01"):
        assert known in page
    assert "4155550123" not in page


def test_looking_at_a_number_is_on_record(doors: Doors, producer: Browser) -> None:
    """The number stands on the page that answers, and who looked in the log."""
    caller_id, _ = record(doors)

    page = producer.post(f"/people/{caller_id}/reveal").text

    assert "+14155550123" in page
    assert [line.what for line in doors.rows(LogLine)].count("looked at the number") == 1


def test_a_ban_has_a_reason_and_an_end(doors: Doors, producer: Browser) -> None:
    """Banned for a week with a reason, lifted again; each said once on the page."""
    caller_id, _ = record(doors)

    told = producer.post(f"/people/{caller_id}/ban", {"reason": "shouts", "days": "7"})
    assert told.status_code == 303
    page = producer.get(told.location).text
    assert "Banned." in page
    assert "shouts" in page
    assert doors.rows(Caller)[0].banned_until == doors.now + timedelta(days=7)
    assert "Banned." not in producer.get(told.location).text

    producer.post(f"/people/{caller_id}/lift_ban")
    assert doors.rows(Caller)[0].banned_at is None


@pytest.mark.parametrize(
    ("form", "why"),
    [({"reason": ""}, "nothing written"), ({"reason": "x", "days": "0"}, "1 to 3660"), ({"reason": "x" * 201}, "200")],
)
def test_a_ban_that_says_nothing_is_refused_in_words(
    doors: Doors, producer: Browser, form: dict[str, str], why: str
) -> None:
    """400, and nobody is banned."""
    caller_id, _ = record(doors)

    reply = producer.post(f"/people/{caller_id}/ban", form)

    assert reply.status_code == 400
    assert why in reply.text
    assert doors.rows(Caller)[0].banned_at is None


def test_a_text_to_somebody_is_owed_or_refused(doors: Doors, producer: Browser) -> None:
    """Owed once; to somebody who opted out it is refused, and what was typed is still there."""
    caller_id, _ = record(doors)
    assert producer.post(f"/people/{caller_id}/text", {"body": "Call us on Friday?"}).status_code == 303
    assert [text.kind for text in doors.rows(Text)] == [TextKind.INBOUND, TextKind.FROM_STATION]

    with doors.station.transaction() as session:
        session.get_one(Caller, caller_id).opted_out_at = doors.now
    reply = producer.post(f"/people/{caller_id}/text", {"body": "Please?"})
    assert reply.status_code == 409
    assert "opted out" in reply.text
    assert len(doors.rows(Text)) == 2


def test_a_show_is_told_whole(doors: Doors, producer: Browser) -> None:
    """Its calls, texts and log, on a page that the list leads to."""
    _, show_id = record(doors)

    assert f"/shows/{show_id}" in producer.get("/shows").text
    page = producer.get(f"/shows/{show_id}").text
    for known in ("Ana", "The night buses", "hello", "closed", "aired"):
        assert known in page
    assert "4155550123" not in page


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1"])
def test_no_cell_of_a_table_is_a_formula(doors: Doors, producer: Browser, formula: str) -> None:
    """What callers wrote is words in every spreadsheet."""
    _, show_id = record(doors, topic=formula, body=formula)

    for what, column in (("calls", "topic"), ("texts", "body")):
        reply = producer.get(f"/shows/{show_id}/{what}.csv")
        assert f'filename="callin-show-{show_id}-{what}.csv"' in reply.headers["Content-Disposition"]
        row = next(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
        assert row[column] == "'" + formula
        assert row["phone"] == "'+1…23"


def test_all_of_a_show_is_json(doors: Doors, producer: Browser) -> None:
    """Moments with their zone, words as they were written, numbers masked."""
    _, show_id = record(doors, topic=NASTY)

    reply = producer.get(f"/shows/{show_id}/export.json")
    told = json.loads(reply.data)

    assert told["calls"][0]["topic"] == NASTY
    assert told["calls"][0]["at"] == doors.now.isoformat()
    assert told["card"]["name"] == "Night Owls"
    assert "4155550123" not in reply.text


def test_what_strangers_wrote_is_words_on_every_page(doors: Doors, producer: Browser) -> None:
    """Script in topics and texts is shown, never run."""
    caller_id, show_id = record(doors, topic=NASTY, body=NASTY)

    for path in (f"/people/{caller_id}", f"/shows/{show_id}"):
        page = producer.get(path).text
        assert NASTY not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("path", ["/people/999", "/shows/999", "/shows/999/calls.csv", "/shows/999/export.json"])
def test_what_is_not_there_is_404_in_words(doors: Doors, producer: Browser, path: str) -> None:
    """A page that says so, with the way back."""
    reply = producer.get(path)

    assert reply.status_code == 404
    assert "There is no such" in reply.text
