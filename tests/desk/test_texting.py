"""Texts owed, claimed, sent, refused, received."""

from callin.desk import outbox, texting
from callin.models import TextState
from callin.rules.call_states import QueueResult
from callin.rules.sending_limits import SendingLimits

from .conftest import Desk

NUMBER = "+15550100001"
ANYTHING_GOES = SendingLimits(countries=None, per_show=1000, per_number=1000)


def owe(desk: Desk, sid: str = "CA0001") -> None:
    desk.numbers[sid] = NUMBER
    desk.join(sid)
    desk.leave(sid, QueueResult.HANGUP, 95, is_over=True)


def claim(desk: Desk) -> list[outbox.OwedText]:
    return desk.do(outbox.claim_due, now=desk.now, limit=10, lease_s=60, limits=ANYTHING_GOES)


def test_the_apology_says_how_long_and_who(open_desk: Desk) -> None:
    """The text names the minutes and the show."""
    owe(open_desk)
    (owed,) = claim(open_desk)
    assert owed.to == NUMBER
    assert "2 minutes" in owed.body
    assert "Night Owls" in owed.body


def test_a_claimed_text_is_nobody_elses_until_its_lease_ends(open_desk: Desk) -> None:
    """Two couriers never hold one text; a courier that died loses it after the lease."""
    owe(open_desk)
    (first,) = claim(open_desk)
    assert first.maybe_sent_since is None
    assert claim(open_desk) == []
    started = open_desk.now
    open_desk.later(61)
    (again,) = claim(open_desk)
    assert (again.attempts, again.maybe_sent_since) == (2, started)


def test_a_refusal_is_tried_again_later_or_given_up_with_the_reason(open_desk: Desk) -> None:
    """Temporary and permanent refusals part here."""
    owe(open_desk)
    (owed,) = claim(open_desk)
    open_desk.do(
        outbox.record_not_taken,
        now=open_desk.now,
        text_id=owed.text_id,
        retry_in_s=30,
        code=20429,
        why="busy",
        surely=True,
    )
    assert claim(open_desk) == []
    open_desk.later(30)
    (owed,) = claim(open_desk)
    assert owed.maybe_sent_since is None
    open_desk.do(
        outbox.record_not_taken,
        now=open_desk.now,
        text_id=owed.text_id,
        retry_in_s=None,
        code=21614,
        why="landline",
        surely=True,
    )
    (text,) = open_desk.texts()
    assert (text.state, text.error_code, text.why) == (TextState.FAILED, 21614, "landline")


def test_an_unclear_answer_is_remembered_for_the_next_try(open_desk: Desk) -> None:
    """After a time-out the next courier knows to look at Twilio first."""
    owe(open_desk)
    (owed,) = claim(open_desk)
    tried = open_desk.now
    open_desk.do(
        outbox.record_not_taken,
        now=open_desk.now,
        text_id=owed.text_id,
        retry_in_s=5,
        code=None,
        why="no answer",
        surely=False,
    )
    open_desk.later(5)
    assert claim(open_desk)[0].maybe_sent_since == tried


def test_opted_out_and_landline_callers_are_owed_nothing_more(open_desk: Desk) -> None:
    """The board can say why no text went out; START brings them back."""
    open_desk.do(texting.stop_texting, now=open_desk.now, phone_number=NUMBER, why="opted out", is_opt_out=True)
    owe(open_desk)
    (text,) = open_desk.texts()
    assert (text.state, text.why) == (TextState.WITHHELD, "opted out")
    open_desk.do(texting.resume_texting, now=open_desk.now, phone_number=NUMBER)
    owe(open_desk, "CA0002")
    assert open_desk.texts()[1].state == TextState.OWED
    open_desk.do(texting.stop_texting, now=open_desk.now, phone_number=NUMBER, why="landline", is_opt_out=False)
    assert [text.state for text in open_desk.texts()] == [TextState.WITHHELD, TextState.WITHHELD]


def test_receipts_in_any_order_end_in_the_final_state(open_desk: Desk) -> None:
    """A late «sent» does not take back «delivered»; one for a strange SID is not ours."""
    owe(open_desk)
    (owed,) = claim(open_desk)
    open_desk.do(outbox.record_sent, now=open_desk.now, text_id=owed.text_id, message_sid="SM1")

    def receipt(sid: str, state: TextState | None) -> bool:
        return open_desk.do(texting.note_receipt, now=open_desk.now, message_sid=sid, state=state, code=None, why=None)

    assert receipt("SM1", TextState.DELIVERED)
    assert receipt("SM1", None)
    assert receipt("SM1", TextState.UNDELIVERED)
    assert not receipt("SMff", TextState.DELIVERED)
    assert open_desk.texts()[0].state == TextState.DELIVERED


def test_a_receipt_may_overtake_the_courier(open_desk: Desk) -> None:
    """A receipt that names its text proves that it was taken, before or instead of the courier's own record."""
    owe(open_desk)
    (owed,) = claim(open_desk)
    receipt = {"message_sid": "SM1", "text_id": owed.text_id, "code": None, "why": None}
    assert open_desk.do(texting.note_receipt, now=open_desk.now, state=None, **receipt)
    assert open_desk.texts()[0].state == TextState.SENT
    assert open_desk.do(texting.note_receipt, now=open_desk.now, state=TextState.DELIVERED, **receipt)
    open_desk.do(outbox.record_sent, now=open_desk.now, text_id=owed.text_id, message_sid="SM1")
    open_desk.later(3600)
    assert claim(open_desk) == []
    assert open_desk.texts()[0].state == TextState.DELIVERED
