"""The text line's doors: every text kept, STOP obeyed, receipts recorded."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from callin.models import Caller, Picture, Show, Text, Texter, TextKind, TextState
from tests.webhooks.ringing import Doors

SENT = {"MessageSid": "SM" + "1" * 32, "From": "+14155550123", "To": "+15550100", "Body": "hi"}
RECEIPT = {"MessageSid": "SM" + "9" * 32, "To": "+14155550123", "From": "+15550100"}


def owe_text(doors: Doors, *, state: TextState = TextState.SENT, sid: str | None = RECEIPT["MessageSid"]) -> None:
    """A text that has gone out, or waits to."""
    with doors.station.transaction() as session:
        session.add(
            Text(
                kind=TextKind.APOLOGY_FOR_WAIT,
                phone_number="+14155550123",
                body="Sorry.",
                state=state,
                created_at=doors.now,
                due_at=doors.now + timedelta(seconds=10),
                message_sid=sid,
            )
        )


def test_every_text_is_kept_once(doors: Doors) -> None:
    """A text is kept word for word and answered in the outbox, not here; the same one again changes nothing."""
    first = doors.post("/sms/inbound", SENT, Body="Hi 📻 <owls>\n& more")
    again = doors.post("/sms/inbound", SENT, Body="Hi 📻 <owls>\n& more")

    assert (first.status, first.verbs) == (again.status, again.verbs) == (200, [])
    assert [(text.state, text.answers_id) for text in doors.rows(Text)] == [("received", None), ("owed", 1)]
    assert doors.rows(Text)[0].body == "Hi 📻 <owls>\n& more"


def test_a_withheld_number_may_text_us(doors: Doors) -> None:
    """A text from nobody is kept and belongs to nobody."""
    assert doors.post("/sms/inbound", SENT, From="anonymous").status == 200

    assert [text.caller_id for text in doors.rows(Text)] == [None]
    assert doors.rows(Caller) == []


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "Cancel!", "unsubscribe", "QUIT 😡", "end", "optout"])
def test_stop_and_its_sisters_end_our_texts(doors: Doors, word: str) -> None:
    """The number is marked as opted out, and what we still owed it is not sent."""
    owe_text(doors, state=TextState.OWED, sid=None)

    doors.post("/sms/inbound", SENT, Body=word)

    assert [caller.opted_out_at for caller in doors.rows(Caller)] == [doors.now]
    assert [text.state for text in doors.rows(Text)] == ["withheld", "received"]


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_start_brings_them_back(doors: Doors, word: str) -> None:
    """After START the number may be texted again; a STOP that comes twice late does not undo that."""
    doors.post("/sms/inbound", SENT, Body="stop")
    doors.post("/sms/inbound", SENT, Body=word, MessageSid="SM" + "2" * 32)
    doors.post("/sms/inbound", SENT, Body="stop")

    assert [caller.opted_out_at for caller in doors.rows(Caller)] == [None]


@pytest.mark.parametrize(
    ("status", "code", "state", "why"),
    [
        ("sent", None, "sent", None),
        ("delivered", None, "delivered", None),
        ("undelivered", "30003", "undelivered", "phone switched off or out of reach"),
        ("failed", "30006", "failed", "landline"),
        ("failed", "99999", "failed", "refused with code 99999"),
    ],
)
def test_receipts_are_recorded(doors: Doors, status: str, code: str | None, state: str, why: str | None) -> None:
    """What became of a text is on record in words; the carrier hears 204."""
    owe_text(doors)

    reply = doors.post("/sms/receipts", RECEIPT, MessageStatus=status, **({"ErrorCode": code} if code else {}))

    assert (reply.status, reply.body) == (204, b"")
    assert [(text.state, text.why) for text in doors.rows(Text)] == [(state, why)]


def test_a_landline_is_not_texted_again(doors: Doors) -> None:
    """A receipt that says «landline» ends our texts to that number, and says why."""
    owe_text(doors)
    owe_text(doors, state=TextState.OWED, sid=None)

    doors.post("/sms/receipts", RECEIPT, MessageStatus="undelivered", ErrorCode="30006")

    assert [(text.state, text.why) for text in doors.rows(Text)] == [
        ("undelivered", "landline"),
        ("withheld", "landline"),
    ]
    assert [caller.no_texts_why for caller in doors.rows(Caller)] == ["landline"]


def test_a_late_receipt_takes_nothing_back(doors: Doors) -> None:
    """Receipts come out of order: «sent» after «delivered» changes nothing."""
    owe_text(doors)
    doors.post("/sms/receipts", RECEIPT, MessageStatus="delivered")
    doors.post("/sms/receipts", RECEIPT, MessageStatus="sent")

    assert [text.state for text in doors.rows(Text)] == ["delivered"]


def test_a_receipt_may_be_faster_than_our_own_note(doors: Doors) -> None:
    """The address of a receipt names the text: it counts although the SID is not on record yet."""
    owe_text(doors, state=TextState.SENDING, sid=None)
    (text,) = doors.rows(Text)

    doors.post(f"/sms/receipts?text_id={text.id}", RECEIPT, MessageStatus="sent")
    doors.post(f"/sms/receipts?text_id={text.id}", RECEIPT, MessageStatus="delivered")

    assert [(row.state, row.message_sid) for row in doors.rows(Text)] == [("delivered", RECEIPT["MessageSid"])]


def test_a_receipt_for_another_message_changes_nothing(doors: Doors) -> None:
    """A text whose SID is on record believes receipts with that SID alone."""
    owe_text(doors)
    (text,) = doors.rows(Text)

    doors.post(f"/sms/receipts?text_id={text.id}", RECEIPT, MessageSid="SM" + "8" * 32, MessageStatus="failed")

    assert [row.state for row in doors.rows(Text)] == ["sent"]


def test_a_receipt_for_a_text_that_is_not_ours_changes_nothing(doors: Doors) -> None:
    """204, and no row; not even a landline is believed from a stranger's receipt."""
    assert doors.post("/sms/receipts", RECEIPT, MessageStatus="failed", ErrorCode="30006").status == 204
    assert doors.rows(Text) == doors.rows(Caller) == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sms/inbound", {"MessageSid": ""}),
        ("/sms/inbound", {"MessageSid": "CA1"}),
        ("/sms/receipts", {"MessageStatus": "teleported"}),
        ("/sms/receipts", {"MessageStatus": "failed", "ErrorCode": "-1"}),
        ("/sms/receipts", {"MessageStatus": "failed", "MessageSid": "x"}),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(doors: Doors, path: str, form: dict[str, Any]) -> None:
    """Nobody listens to a text's webhook: 400, and nothing is written."""
    owe_text(doors)
    before = doors.contents()
    base = SENT if path == "/sms/inbound" else RECEIPT
    with capture_logs():
        assert doors.post(path, {**base, **form}).status == 400
    assert doors.contents() == before


@pytest.mark.parametrize(
    ("opt_out_type", "body", "is_out", "answers"),
    [
        ("STOP", "arret", True, []),
        ("START", "oui", False, ["status"]),
        ("HELP", "aide", False, ["commands"]),
        # Where Twilio says what a text is, its words are nobody else's business.
        ("HELP", "stop", False, ["commands"]),
        ("", "help", False, []),
        ("TOMORROW", "hello", False, ["joined"]),
    ],
)
def test_advanced_opt_out_says_what_a_text_is(
    doors: Doors, opt_out_type: str, body: str, is_out: bool, answers: list[str]
) -> None:
    """By Twilio's own parameter, whatever the station's words for it; HELP is answered only there."""
    doors.open_show()
    doors.post("/sms/inbound", SENT, Body=body, OptOutType=opt_out_type)

    assert [caller.opted_out_at is not None for caller in doors.rows(Caller)] == [is_out]
    assert [text.kind for text in doors.rows(Text) if text.kind != TextKind.INBOUND] == answers


def test_what_came_with_a_text_is_noted(doors: Doors) -> None:
    """Ten attachments at the most, whatever is claimed; those that may be pictures are to be fetched."""
    media = {f"MediaUrl{number}": f"https://api.twilio.test/ME{number}" for number in range(12)}
    kinds = {
        "MediaContentType0": "image/jpeg",
        "MediaContentType1": "IMAGE/PNG; q=1",
        "MediaContentType2": "text/vcard",
    }
    doors.post("/sms/inbound", SENT, Body="", NumMedia="12", **media, **kinds)
    doors.post("/sms/inbound", SENT, Body="", NumMedia="12", **media, **kinds)
    noted = doors.rows(Picture)

    assert [picture.number for picture in noted] == list(range(10))
    assert [picture.state for picture in noted[:3]] == ["owed", "owed", "refused"]
    assert {picture.why for picture in noted[3:]} == {"application/octet-stream is not shown"}


def test_texts_in_and_out_move_the_shows_revision(doors: Doors) -> None:
    """Open boards see a text come in, whether it is a command or not; it belongs to the show that is on."""
    show_id = doors.open_show()
    revisions = [doors.rows(Show)[0].revision]
    for number, body in enumerate(("hi", "owls", "status", "leave", "play the owl song")):
        doors.post("/sms/inbound", SENT, Body=body, MessageSid=f"SM{number}")
        revisions.append(doors.rows(Show)[0].revision)

    assert revisions == sorted(set(revisions))
    assert {text.show_id for text in doors.rows(Text)} == {show_id}


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("is_one_text", [True, False])
def test_two_processes_at_once_answer_once(doors: Doors, database_url: str, is_one_text: bool) -> None:
    """One webhook told six times at the same moment, or six texts of one person: one place, and one answer a text."""
    doors.open_show()
    stations = [Doors(database_url) for _ in range(3)]
    ready = threading.Barrier(6)

    def text(number: int) -> int:
        ready.wait()
        sid = SENT["MessageSid"] if is_one_text else f"SM{number}"
        return stations[number % 3].post("/sms/inbound", SENT, MessageSid=sid).status

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(text, range(6))) == [200] * 6
    kinds = Counter(row.kind for row in doors.rows(Text))
    for station in stations:
        station.station.engine.dispose()

    assert len(doors.rows(Texter)) == 1
    assert kinds == ({"inbound": 1, "joined": 1} if is_one_text else {"inbound": 6, "joined": 1, "hello_again": 5})
