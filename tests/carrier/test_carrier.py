"""The carrier: what it asks of Twilio, and what it makes of the answers."""

from datetime import UTC, datetime

import pytest
import requests

from callin.errors import CarrierError, MemberGone, QueueNotEmpty
from tests.carrier.switchboard import ACCOUNT, Switchboard, carrier_at, listing, refusal

QUEUE = "QU" + "1" * 32
CALL = "CA" + "1" * 32
MEMBER = f"/Queues/{QUEUE}/Members/{CALL}.json"


def queue(name: str, sid: str = QUEUE, max_size: int = 100) -> dict[str, object]:
    return {"sid": sid, "friendly_name": name, "current_size": 2, "max_size": max_size}


def message(sid: str, body: str, at: str, direction: str = "outbound-api") -> dict[str, object]:
    return {"sid": sid, "body": body, "date_created": at, "direction": direction}


def test_a_text_goes_out_from_the_listener_number() -> None:
    """A text carries the listener number, the words and the address for receipts, and its SID comes back."""
    board = Switchboard()
    board.on("POST", "/Messages.json", (201, {"sid": "SM1"}))
    sid = carrier_at(board).send_text("+15550123", body="Sorry", status_callback="https://station.test/sms/receipts")
    assert sid == "SM1"
    assert board.asked[0].form == {
        "To": "+15550123",
        "From": "+15550100",
        "Body": "Sorry",
        "StatusCallback": "https://station.test/sms/receipts",
    }
    assert board.asked[0].auth == (ACCOUNT, "token")


def test_requests_go_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio's client would rewrite the host by its own environment names: ours are the only ones that count."""
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    board = Switchboard()
    board.on("GET", "/Queues.json", (200, listing("queues", [])))
    carrier_at(board).find_queue("lines")
    assert board.asked[0].host == "api.twilio.test"


def test_a_text_is_found_by_its_words_and_its_time() -> None:
    """Only texts of ours with the very words, since then, are found: oldest first."""
    board = Switchboard()
    rows = [
        message("SM4", "Sorry", "Mon, 23 Nov 2026 20:03:00 +0000", "inbound"),
        message("SM3", "Sorry", "Mon, 23 Nov 2026 20:02:00 +0000"),
        message("SM2", "Other words", "Mon, 23 Nov 2026 20:01:30 +0000"),
        message("SM1", "Sorry", "Mon, 23 Nov 2026 20:01:00 +0000"),
        message("SM0", "Sorry", "Mon, 23 Nov 2026 19:00:00 +0000"),
    ]
    board.on("GET", "/Messages.json", (200, listing("messages", rows)))
    since = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert carrier_at(board).find_texts("+15550123", body="Sorry", since=since) == ["SM1", "SM3"]
    assert board.asked[0].query["To"] == "+15550123"
    assert board.asked[0].query["From"] == "+15550100"


def test_a_queue_is_found_by_its_exact_name_on_any_page() -> None:
    """REST knows no filter by name: every page is read until the very name appears, and no other will do."""
    board = Switchboard()
    board.on(
        "GET",
        "/Queues.json",
        (
            200,
            listing("queues", [queue("lines-next", "QU0"), queue("Lines", "QU2")], "/2010-04-01/Accounts/next?Page=1"),
        ),
    )
    board.on("GET", "/2010-04-01/Accounts/next?Page=1", (200, listing("queues", [queue("lines")])))
    carrier = carrier_at(board)
    found = carrier.find_queue("lines")
    assert found is not None
    assert (found.sid, found.size) == (QUEUE, 2)
    assert carrier.find_queue("nobody") is None


def test_a_queue_that_exists_is_made_to_fit() -> None:
    """Asking for a queue that is there changes its size, or nothing at all when the size is right."""
    board = Switchboard()
    board.on("GET", "/Queues.json", (200, listing("queues", [queue("lines", max_size=1000)])))
    board.on("POST", f"/Queues/{QUEUE}.json", (200, queue("lines")))
    carrier = carrier_at(board)
    assert carrier.ensure_queue("lines", max_size=100) == QUEUE
    assert [one.form for one in board.asked if one.method == "POST"] == [{"MaxSize": 100}]
    board.asked.clear()
    carrier.ensure_queue("lines", max_size=1000)
    assert [one for one in board.asked if one.method == "POST"] == []


@pytest.mark.parametrize(
    "answer", [refusal(400, 22003), requests.ReadTimeout("late"), refusal(503, 20500)], ids=["taken", "lost", "busy"]
)
def test_a_queue_made_meanwhile_is_taken_as_ours(answer: object) -> None:
    """When creating fails but the queue is there afterwards, its SID comes back and nothing is created twice."""
    board = Switchboard()
    board.on(
        "GET", "/Queues.json", (200, listing("queues", [])), (200, listing("queues", [queue("lines", max_size=100)]))
    )
    board.on("POST", "/Queues.json", answer)  # type: ignore[arg-type]
    assert carrier_at(board).ensure_queue("lines", max_size=100) == QUEUE
    assert len([one for one in board.asked if one.method == "POST"]) == 1


def test_a_queue_that_cannot_be_made_is_told() -> None:
    """A refusal for another reason is passed on."""
    board = Switchboard()
    board.on("GET", "/Queues.json", (200, listing("queues", [])))
    board.on("POST", "/Queues.json", refusal(400, 21000, "bad size"))
    with pytest.raises(CarrierError, match="bad size"):
        carrier_at(board).ensure_queue("lines", max_size=100)


def test_only_the_first_page_of_those_waiting_is_read() -> None:
    """Later pages shift while callers leave: exactly one request, whatever Twilio says comes next."""
    board = Switchboard()
    rows = [{"call_sid": CALL, "position": 1, "wait_time": 42}]
    board.on("GET", f"/Queues/{QUEUE}/Members.json", (200, listing("queue_members", rows, "/more?Page=1")))
    (member,) = carrier_at(board).members(QUEUE, page_size=5000)
    assert (member.call_sid, member.position, member.wait_s) == (CALL, 1, 42)
    assert [one.query["PageSize"] for one in board.asked] == [1000]


def test_nobody_waits_in_a_queue_that_is_gone() -> None:
    """404 on the list means an empty line, not a failure."""
    board = Switchboard()
    board.on("GET", f"/Queues/{QUEUE}/Members.json", refusal(404, 20404))
    assert carrier_at(board).members(QUEUE, page_size=100) == []


def test_a_caller_is_moved_by_their_own_sid() -> None:
    """The update goes to the caller's own SID, never to Front: repeated there it would eject the next one too."""
    board = Switchboard()
    board.on("POST", MEMBER, (200, {"call_sid": CALL, "position": 1, "wait_time": 95}))
    moved = carrier_at(board).move_member(QUEUE, CALL, url="https://station.test/voice/listener/goodbye")
    assert moved.wait_s == 95
    assert board.asked[0].form == {"Url": "https://station.test/voice/listener/goodbye", "Method": "POST"}


@pytest.mark.parametrize(("status", "code"), [(400, 21220), (404, 20404)])
def test_a_caller_who_left_is_gone(status: int, code: int) -> None:
    """Both answers that are told of Twilio mean the same: no longer queued."""
    board = Switchboard()
    board.on("POST", MEMBER, refusal(status, code))
    with pytest.raises(MemberGone):
        carrier_at(board).move_member(QUEUE, CALL, url="https://station.test/x")


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_queue_with_people_in_it_is_not_deleted(status: int) -> None:
    """What Twilio answers is documented nowhere: any refusal but «gone» means «not empty yet»."""
    board = Switchboard()
    board.on("DELETE", f"/Queues/{QUEUE}.json", refusal(status, 20001))
    with pytest.raises(QueueNotEmpty):
        carrier_at(board).delete_queue(QUEUE)


@pytest.mark.parametrize("answer", [(204, ""), refusal(404, 20404)])
def test_a_queue_is_gone_once_deleted(answer: tuple[int, object]) -> None:
    """Deleting what is gone already is success."""
    board = Switchboard()
    board.on("DELETE", f"/Queues/{QUEUE}.json", answer)
    carrier_at(board).delete_queue(QUEUE)
    assert [one.method for one in board.asked] == ["DELETE"]


def test_bad_credentials_are_no_full_queue() -> None:
    """401 on a deletion is told as such, with the settings to look at."""
    board = Switchboard()
    board.on("DELETE", f"/Queues/{QUEUE}.json", refusal(401, 20003, "Authenticate"))
    with pytest.raises(CarrierError, match="TWILIO_ACCOUNT_SID") as caught:
        carrier_at(board).delete_queue(QUEUE)
    assert not isinstance(caught.value, QueueNotEmpty)
    assert caught.value.permanent


def test_a_call_that_is_over_needs_no_ending() -> None:
    """21220 means that the work is done already; another refusal is told."""
    board = Switchboard()
    board.on("POST", f"/Calls/{CALL}.json", refusal(400, 21220), refusal(400, 21999))
    carrier = carrier_at(board)
    carrier.end_call(CALL)
    with pytest.raises(CarrierError):
        carrier.end_call(CALL)


def test_a_number_tells_where_it_points_and_is_pointed_elsewhere() -> None:
    """Every target is read, unset ones as nothing, and only what is named is written."""
    board = Switchboard()
    row = {"sid": "PN1", "phone_number": "+15550100", "voice_url": "https://old.test/", "sms_url": None}
    board.on("GET", "/IncomingPhoneNumbers.json", (200, listing("incoming_phone_numbers", [row])))
    board.on("POST", "/IncomingPhoneNumbers/PN1.json", (200, row))
    carrier = carrier_at(board)
    (number,) = carrier.account.numbers()
    assert (number.targets["voice_url"], number.targets["sms_url"]) == ("https://old.test/", "")
    carrier.account.update_number("PN1", voice_url="https://station.test/voice/listener/answer")
    assert board.asked[-1].form == {"VoiceUrl": "https://station.test/voice/listener/answer"}


FAILURES = [
    (refusal(429, 20429, "Too many"), False, 429, 20429),
    ((500, "<html>oops"), False, 500, 500),
    (refusal(400, 21610, "Attempt to send to unsubscribed recipient"), True, 400, 21610),
    ((400, {"type": "t", "title": "Not allowed", "status": 400, "code": 21408}), True, 400, 21408),
    ((201, "not json"), False, None, None),
    (requests.ReadTimeout("late"), False, None, None),
    (requests.ConnectionError("refused"), False, None, None),
    (TimeoutError("late"), False, None, None),
]


@pytest.mark.parametrize(("answer", "permanent", "status", "code"), FAILURES)
def test_every_failure_is_one_kind_of_error(
    answer: object, permanent: bool, status: int | None, code: int | None
) -> None:
    """Whatever goes wrong on the way becomes a CarrierError that says whether trying again can help."""
    board = Switchboard()
    board.on("POST", "/Messages.json", answer)  # type: ignore[arg-type]
    with pytest.raises(CarrierError) as caught:
        carrier_at(board).send_text("+15550123", body="x", status_callback="https://station.test/sms/receipts")
    assert (caught.value.permanent, caught.value.status, caught.value.code) == (permanent, status, code)


@pytest.mark.parametrize(
    ("answer", "permanent", "status"),
    [(refusal(429, 20429), False, 429), ((503, "busy"), False, 503), (refusal(401, 20003), True, 401)],
)
def test_a_list_that_is_refused_says_so_too(answer: tuple[int, object], permanent: bool, status: int) -> None:
    """twilio-python raises another error for lists, without a status; ours has it all the same."""
    board = Switchboard()
    board.on("GET", "/Queues.json", answer)
    with pytest.raises(CarrierError) as caught:
        carrier_at(board).find_queue("lines")
    assert (caught.value.permanent, caught.value.status) == (permanent, status)


def test_an_error_holds_no_number() -> None:
    """Twilio repeats the number in its words; ours are fit for a log."""
    board = Switchboard()
    board.on("POST", "/Messages.json", refusal(400, 21211, "The 'To' number +15550123 is not valid."))
    with pytest.raises(CarrierError) as caught:
        carrier_at(board).send_text("+15550123", body="x", status_callback="https://station.test/sms/receipts")
    assert "5550123" not in str(caught.value)


def test_a_recording_is_fetched_with_credentials_from_twilio_alone() -> None:
    """The sound comes from Twilio's hosts, with our credentials; no other host is ever asked."""
    fetched = []

    def fetch(url: str, auth: tuple[str, str], *, most_bytes: int) -> bytes:
        fetched.append((url, auth))
        return b"RIFF"

    carrier = carrier_at(Switchboard(), fetch)
    assert carrier.fetch_recording("https://api.twilio.test/RE1.wav") == b"RIFF"
    assert carrier.fetch_recording("https://api.twilio.com/RE1") == b"RIFF"
    for url in (
        "https://evil.test/RE1",
        "https://api.twilio.com.evil.test/RE1",
        "http://api.twilio.com/RE1",
        "https://api.twilio.com@evil.test/RE1",
        "https://evil.test@api.twilio.com/RE1",
        "https://api.twilio.com:8443/RE1",
        "https://api.twilio.test.evil.test/RE1",
        "https://api.twilio.test@evil.test/RE1",
        "https://twilio.com.evil.test/RE1",
        "https://eviltwilio.com/RE1",
        "https://127.0.0.1/RE1",
        "https://[oops/RE1",
        "file:///etc/passwd",
    ):
        with pytest.raises(CarrierError, match="not at Twilio"):
            carrier.fetch_recording(url)
    assert fetched == [
        ("https://api.twilio.test/RE1.wav", (ACCOUNT, "token")),
        ("https://api.twilio.com/RE1", (ACCOUNT, "token")),
    ]


def test_a_recording_deleted_twice_is_gone() -> None:
    """404 on the second deletion is success."""
    board = Switchboard()
    board.on("DELETE", "/Recordings/RE1.json", (204, ""), refusal(404, 20404))
    carrier = carrier_at(board)
    carrier.delete_recording("RE1")
    carrier.delete_recording("RE1")
    assert len(board.asked) == 2
