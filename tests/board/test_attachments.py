"""Sounds and pictures from our own database, for those who may see the board."""

import pytest

from callin.models import (
    Message,
    MessageSound,
    MessageState,
    Picture,
    PictureState,
    SoundState,
    Text,
    TextKind,
    TextState,
)
from callin.rules.roles import Role
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import RECORDING, Doors

SOUND = bytes(range(256)) * 4


def leave_message(doors: Doors, **changes: str) -> int:
    """A message whose sound is here."""
    told = {"state": MessageState.NEW, "sound_state": SoundState.FETCHED} | changes
    with doors.station.transaction() as session:
        message = Message(
            recording_sid="RE" + "1" * 32,
            recording_url=RECORDING,
            call_sid="CA" + "a" * 32,
            left_at=doors.now,
            due_at=doors.now,
            **told,
        )
        session.add(message)
        session.flush()
        session.add(MessageSound(message_id=message.id, content_type="audio/wav", content=SOUND))
        return message.id


def send_picture(doors: Doors, content_type: str) -> int:
    """A text with one picture."""
    with doors.station.transaction() as session:
        text = Text(
            kind=TextKind.INBOUND,
            phone_number="+14155550123",
            body="",
            state=TextState.RECEIVED,
            created_at=doors.now,
            due_at=doors.now,
        )
        session.add(text)
        session.flush()
        session.add(
            Picture(
                text_id=text.id,
                number=0,
                url="https://api.twilio.test/media",
                content_type=content_type,
                state=PictureState.FETCHED,
                due_at=doors.now,
                content=b"\x89PNG",
            )
        )
        return text.id


@pytest.fixture
def screener(doors: Doors) -> Browser:
    return admitted(doors, Role.SCREENER)


def test_a_sound_is_played_whole_or_in_part(doors: Doors, screener: Browser) -> None:
    """A browser jumps in it by asking for a range."""
    path = f"/board/messages/{leave_message(doors)}/sound"

    whole = screener.get(path)
    part = screener.get(path, Range="bytes=256-511")
    beyond = screener.get(path, Range="bytes=5000-")

    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, SOUND, "bytes")
    assert (part.status_code, part.data) == (206, SOUND[256:512])
    assert part.headers["Content-Range"] == "bytes 256-511/1024"
    assert beyond.status_code == 416


def test_a_deleted_message_has_no_sound(doors: Doors, screener: Browser) -> None:
    """404, though the file is still in the database."""
    path = f"/board/messages/{leave_message(doors, state=MessageState.DELETED)}/sound"

    assert screener.get(path).status_code == 404


def test_a_picture_is_shown_and_never_run(doors: Doors, screener: Browser) -> None:
    """Whatever a stranger sent, it comes without rights."""
    reply = screener.get(f"/board/texts/{send_picture(doors, 'image/png')}/pictures/0")

    assert (reply.status_code, reply.mimetype, reply.data) == (200, "image/png", b"\x89PNG")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]


def test_what_is_no_picture_is_not_shown(doors: Doors, screener: Browser) -> None:
    """A page that came as an attachment stays where it is."""
    assert screener.get(f"/board/texts/{send_picture(doors, 'text/html')}/pictures/0").status_code == 404
    assert screener.get("/board/texts/1/pictures/7").status_code == 404


def test_strangers_and_hosts_see_neither(doors: Doors) -> None:
    """401 and 403."""
    path = f"/board/messages/{leave_message(doors)}/sound"

    assert Browser(doors).get(path).status_code == 401
    assert admitted(doors, Role.DJ).get(path).status_code == 403
