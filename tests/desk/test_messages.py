"""Messages left after the tone, from the recording to the DJ's ear."""

from sqlalchemy import select

from callin.desk import dj_door, messages, sounds
from callin.desk.messages import MessageTurn, MessageTurnKind
from callin.models import DjCall, Message, SoundState

from .conftest import Desk


def leave(desk: Desk, sid: str, recording: str, *, is_ready: bool = True) -> None:
    about = {
        "now": desk.now,
        "call_sid": sid,
        "recording_sid": recording,
        "recording_url": f"https://api.twilio.com/{recording}",
        "duration_s": 12,
    }
    desk.do(messages.keep, **about)
    desk.do(messages.note_recording, **about, is_ready=is_ready)


def fetch_all(desk: Desk) -> list[sounds.OwedSound]:
    claimed = desk.do(sounds.claim_fetches, now=desk.now, limit=10, lease_s=60)
    for owed in claimed:
        desk.do(
            sounds.record_fetched,
            now=desk.now,
            message_id=owed.message_id,
            content_type="audio/wav",
            content=b"RIFF",
        )
    return claimed


def hear(desk: Desk, key: str | None = None) -> MessageTurn:
    def press(session) -> MessageTurn:
        about = session.scalar(select(DjCall.hearing_message_id).where(DjCall.call_sid == "CAdj"))
        return messages.hear_messages(session, now=desk.now, dj_call_sid="CAdj", key=key, about=about)

    return desk.do(press)


def admit(desk: Desk) -> dj_door.DjDoor:
    return desk.do(dj_door.admit, now=desk.now, call_sid="CAdj", phone_number="+15550199", is_known=True, has_pin=False)


def test_a_message_told_twice_in_any_order_is_one(open_desk: Desk) -> None:
    """Record's action and the recording's callback race and repeat."""
    open_desk.join("CA0001")
    for _ in range(2):
        leave(open_desk, "CA0001", "RE1")
    (message,) = open_desk.do(lambda session: list(session.query(Message)))
    assert (message.duration_s, message.call_id is not None) == (12, True)
    assert len(fetch_all(open_desk)) == 1
    assert fetch_all(open_desk) == []


def test_a_recording_nobody_told_us_about_is_fetched_unasked(open_desk: Desk) -> None:
    """With the recording's callback lost, the courier looks for the file after a while."""
    open_desk.do(
        messages.keep,
        now=open_desk.now,
        call_sid="CA0001",
        recording_sid="RE1",
        recording_url="https://api.twilio.com/RE1",
        duration_s=9,
    )
    assert fetch_all(open_desk) == []
    open_desk.later(121)
    assert len(fetch_all(open_desk)) == 1


def test_an_absent_recording_is_never_fetched(open_desk: Desk) -> None:
    """Twilio says that there is no file."""
    leave(open_desk, "CA0001", "RE1", is_ready=False)
    assert fetch_all(open_desk) == []
    assert admit(open_desk).new_messages == 0


def test_dj_hears_new_messages_and_disposes_of_each(open_desk: Desk) -> None:
    """Next, repeat, keep, delete; every message is offered once."""
    open_desk.join("CA0001")
    for recording in ("RE1", "RE2", "RE3"):
        leave(open_desk, "CA0001", recording)
    fetch_all(open_desk)
    assert admit(open_desk).new_messages == 3
    first = hear(open_desk)
    assert (first.is_first, first.left, first.town) == (True, 2, "Springfield")
    assert hear(open_desk, "2").message_id == first.message_id
    second = hear(open_desk, "3")
    assert (second.done, second.left) == ("kept", 1)
    third = hear(open_desk, "4")
    assert (third.done, third.left) == ("deleted", 0)
    assert hear(open_desk, "1").kind == MessageTurnKind.DONE
    states = open_desk.do(lambda session: [message.state for message in session.query(Message)])
    assert states == ["kept", "deleted", "heard"]
    assert open_desk.do(messages.count_new) == 0


def test_star_goes_on_to_the_callers(open_desk: Desk) -> None:
    """What was not played stays new."""
    for recording in ("RE1", "RE2"):
        leave(open_desk, "CA0001", recording)
    fetch_all(open_desk)
    admit(open_desk)
    hear(open_desk)
    assert hear(open_desk, "*").kind == MessageTurnKind.DONE
    assert open_desk.do(messages.count_new) == 1


def test_a_caller_who_is_no_dj_hears_no_messages(open_desk: Desk) -> None:
    """Messages are for admitted DJs alone."""
    leave(open_desk, "CA0001", "RE1")
    fetch_all(open_desk)
    assert hear(open_desk).kind == MessageTurnKind.DONE


def test_sound_of_a_deleted_message_is_gone(open_desk: Desk) -> None:
    """A deleted message cannot be played by its old address."""
    leave(open_desk, "CA0001", "RE1")
    (owed,) = fetch_all(open_desk)
    assert open_desk.do(sounds.sound_of, message_id=owed.message_id).content == b"RIFF"
    admit(open_desk)
    hear(open_desk)
    hear(open_desk, "4")
    assert open_desk.do(sounds.sound_of, message_id=owed.message_id) is None


def test_fetching_is_tried_again_and_then_given_up(open_desk: Desk) -> None:
    """A sound that cannot be had is lost with its reason, not asked for for ever."""
    leave(open_desk, "CA0001", "RE1")
    (owed,) = open_desk.do(sounds.claim_fetches, now=open_desk.now, limit=1, lease_s=60)
    open_desk.do(sounds.record_not_fetched, now=open_desk.now, message_id=owed.message_id, retry_in_s=30, why="404")
    assert open_desk.do(sounds.claim_fetches, now=open_desk.now, limit=1, lease_s=60) == []
    open_desk.later(30)
    (owed,) = open_desk.do(sounds.claim_fetches, now=open_desk.now, limit=1, lease_s=60)
    assert owed.attempts == 2
    open_desk.do(sounds.record_not_fetched, now=open_desk.now, message_id=owed.message_id, retry_in_s=None, why="404")
    assert open_desk.do(lambda session: session.query(Message).one().sound_state) == SoundState.LOST


def test_fetched_recordings_can_be_deleted_at_twilio_once(open_desk: Desk) -> None:
    """If the station says so, Twilio keeps nothing that we have."""
    leave(open_desk, "CA0001", "RE1")
    fetch_all(open_desk)
    (owed,) = open_desk.do(sounds.claim_deletions, now=open_desk.now, limit=5, lease_s=60)
    open_desk.do(sounds.record_deleted, now=open_desk.now, message_id=owed.message_id)
    open_desk.later(3600)
    assert open_desk.do(sounds.claim_deletions, now=open_desk.now, limit=5, lease_s=60) == []
