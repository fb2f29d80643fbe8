"""The courier and texts: each goes out once, whatever fails on the way."""

import threading
from datetime import timedelta

import pytest
import requests
from sqlalchemy.exc import OperationalError

from callin.courier import LEASE_S, MOST_ATTEMPTS, deliver, pause_before
from callin.db import transaction
from callin.desk import outbox, texting
from callin.models import Text, TextState
from tests.carrier.switchboard import listing, refusal
from tests.courier.conftest import Round

TAKEN = (201, {"sid": "SM1"})


def found(sid: str = "SM1", body: str = "Sorry that we kept you.") -> tuple[int, dict[str, object]]:
    row = {"sid": sid, "body": body, "date_created": "Mon, 23 Nov 2026 20:00:01 +0000", "direction": "outbound-api"}
    return 200, listing("messages", [row])


def test_an_owed_text_is_sent_once(round_: Round) -> None:
    """A text goes to Twilio, its SID is on record, and the next round has nothing to do."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", TAKEN)
    assert round_.courier.round() == 1
    assert round_.courier.round() == 0
    text = round_.row(Text, text_id)
    assert (text.state, text.message_sid) == (TextState.SENT, "SM1")
    assert round_.sent() == 1


def test_several_texts_go_out_in_one_round(round_: Round) -> None:
    """A round clears what is due, each text with a SID of its own."""
    ids = [round_.owe(to=f"+1555012{n}") for n in range(5)]
    round_.board.on("POST", "/Messages.json", *[(201, {"sid": f"SM{n}"}) for n in range(5)])
    assert round_.courier.round() == 5
    assert {round_.row(Text, text_id).message_sid for text_id in ids} == {f"SM{n}" for n in range(5)}


@pytest.mark.parametrize(
    "answer",
    [refusal(429, 20429), refusal(400, 21611), refusal(429, 63038), refusal(401, 20003)],
    ids=["busy", "outbox full", "daily limit", "credentials"],
)
def test_what_passes_is_tried_again_later(round_: Round, answer: tuple[int, object]) -> None:
    """A refusal that passes puts the text back for a while, and then it goes out without a look at Twilio."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", answer, TAKEN)
    round_.courier.round()
    assert round_.row(Text, text_id).state == TextState.OWED
    assert round_.courier.round() == 0
    round_.later(pause_before(1))
    assert round_.courier.round() == 1
    assert round_.row(Text, text_id).state == TextState.SENT


@pytest.mark.parametrize("answer", [requests.ReadTimeout("late"), refusal(500, 20500), (201, "nonsense")])
def test_a_text_without_a_clear_answer_is_looked_for_before_it_is_sent_again(round_: Round, answer: object) -> None:
    """When nobody knows whether Twilio took it and it did, its SID is recorded and it is not sent again."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", answer)
    round_.board.on("GET", "/Messages.json", found())
    round_.courier.round()
    round_.later(pause_before(1))
    round_.courier.round()
    text = round_.row(Text, text_id)
    assert (text.state, text.message_sid) == (TextState.SENT, "SM1")
    assert round_.sent() == 1


def test_a_text_that_never_reached_twilio_is_sent_after_the_look(round_: Round) -> None:
    """When Twilio has no such text, it goes out."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", requests.ReadTimeout("late"), TAKEN)
    round_.board.on("GET", "/Messages.json", (200, listing("messages", [])))
    round_.courier.round()
    round_.later(pause_before(1))
    round_.courier.round()
    assert round_.row(Text, text_id).state == TextState.SENT
    assert round_.sent() == 2


def test_a_refusal_does_not_settle_what_happened_before(round_: Round) -> None:
    """After one lost answer Twilio is looked at before every further try, for a text may be listed late."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", requests.ReadTimeout("late"), refusal(429, 20429))
    round_.board.on("GET", "/Messages.json", (200, listing("messages", [])), found())
    for attempt in range(1, 4):
        round_.courier.round()
        round_.later(pause_before(attempt))
    assert round_.row(Text, text_id).message_sid == "SM1"
    assert round_.sent() == 2


def test_a_courier_that_died_after_sending_does_not_send_twice(round_: Round) -> None:
    """A text accepted by Twilio but not recorded comes back with its lease, is found there, and is not repeated."""
    text_id = round_.owe()
    round_.board.on("GET", "/Messages.json", found())
    with transaction(round_.sessions) as session:
        outbox.claim_due(session, now=round_.now, limit=1, lease_s=LEASE_S, limits=round_.limits)
    assert round_.courier.round() == 0
    round_.later(LEASE_S)
    round_.courier.round()
    text = round_.row(Text, text_id)
    assert (text.state, text.message_sid) == (TextState.SENT, "SM1")
    assert round_.sent() == 0


def test_a_receipt_that_overtakes_the_look_is_no_other_text(round_: Round) -> None:
    """A text whose receipt comes while the courier looks for it is found as itself, and not sent again."""
    text_id = round_.owe()
    round_.board.on("GET", "/Messages.json", found())
    with transaction(round_.sessions) as session:
        outbox.claim_due(session, now=round_.now, limit=1, lease_s=LEASE_S, limits=round_.limits)
    round_.later(LEASE_S)
    with transaction(round_.sessions) as session:
        (claimed,) = outbox.claim_due(session, now=round_.now, limit=1, lease_s=LEASE_S, limits=round_.limits)
        texting.note_receipt(
            session,
            now=round_.now,
            message_sid="SM1",
            state=TextState.DELIVERED,
            code=None,
            why=None,
            text_id=text_id,
        )
    deliver(round_.station, text=claimed)
    assert round_.sent() == 0
    assert round_.row(Text, text_id).state == TextState.DELIVERED


def test_the_same_words_to_the_same_person_are_two_texts(round_: Round) -> None:
    """A text that another row has for its own is not taken for this one."""
    first = round_.owe()
    round_.board.on("POST", "/Messages.json", TAKEN, requests.ReadTimeout("late"), (201, {"sid": "SM2"}))
    round_.board.on("GET", "/Messages.json", found("SM1"))
    round_.courier.round()
    second = round_.owe()
    round_.courier.round()
    round_.later(pause_before(1))
    round_.courier.round()
    assert round_.row(Text, first).message_sid == "SM1"
    assert round_.row(Text, second).message_sid == "SM2"


def test_nothing_is_sent_while_twilio_cannot_be_asked(round_: Round) -> None:
    """When even the look fails, the text waits on: not knowing is no reason to send it twice."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", requests.ReadTimeout("late"))
    round_.board.on("GET", "/Messages.json", requests.ConnectionError("down"))
    for attempt in range(1, 4):
        round_.courier.round()
        round_.later(pause_before(attempt))
    assert round_.sent() == 1
    assert round_.row(Text, text_id).state == TextState.OWED


@pytest.mark.parametrize(("code", "why"), [(21610, "opted out"), (21614, "landline"), (21211, "no such number")])
def test_a_number_that_takes_no_texts_is_remembered(round_: Round, code: int, why: str) -> None:
    """The text is given up with the reason, and what else is owed to that number is not even tried."""
    first, second = round_.owe(), round_.owe(body="And another thing.")
    round_.later(1)
    other = round_.owe(to="+15550199")
    round_.board.on("POST", "/Messages.json", refusal(400, code), (201, {"sid": "SM9"}))
    with transaction(round_.sessions) as session:
        session.get_one(Text, second).due_at = round_.now + timedelta(seconds=5)
    round_.courier.round()
    round_.later(3600)
    round_.courier.round()
    assert (round_.row(Text, first).state, round_.row(Text, first).why) == (TextState.FAILED, why)
    assert (round_.row(Text, second).state, round_.row(Text, second).why) == (TextState.WITHHELD, why)
    assert round_.row(Text, other).state == TextState.SENT
    assert round_.sent() == 2
    caller = round_.caller()
    assert (caller.opted_out_at is not None, caller.no_texts_why) == ((True, None) if code == 21610 else (False, why))


def test_a_refusal_of_the_text_alone_says_nothing_of_the_number(round_: Round) -> None:
    """A text refused for our own number's sake is given up, and the caller may be texted another time."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", refusal(400, 21606))
    round_.courier.round()
    assert round_.row(Text, text_id).state == TextState.FAILED
    assert round_.caller().no_texts_why is None
    assert round_.caller().opted_out_at is None


def test_a_text_is_given_up_in_the_end(round_: Round) -> None:
    """After so many tries the text fails with the reason, instead of haunting its reader days later."""
    text_id = round_.owe()
    round_.board.on("POST", "/Messages.json", refusal(429, 20429))
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert round_.courier.round() == 1
        round_.later(pause_before(attempt))
    assert round_.courier.round() == 0
    text = round_.row(Text, text_id)
    assert (text.state, text.why) == (TextState.FAILED, "too many requests at once")


def test_the_pauses_grow_and_stop_growing() -> None:
    """Pauses double from five seconds to a quarter of an hour."""
    assert [pause_before(n) for n in (1, 2, 3, 8, 9, 20)] == [5, 10, 20, 640, 900, 900]


def test_the_courier_stops_when_told(round_: Round) -> None:
    """A courier whose stop is set begins nothing new."""
    round_.owe()
    stop = threading.Event()
    stop.set()
    round_.courier.run(stop)
    assert round_.sent() == 0


def test_a_stumble_does_not_end_the_courier(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that fails, as with a locked database, is followed by the next one."""
    stop = threading.Event()
    rounds = []

    def stumble() -> int:
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(round_.courier, "round", stumble)
    round_.courier.run(stop, idle_s=0)
    assert len(rounds) == 3
