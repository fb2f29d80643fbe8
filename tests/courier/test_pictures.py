"""The courier and pictures: fetched as our account from Twilio alone, and kept only if they are what they look like."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from callin.courier import LEASE_S, MOST_ATTEMPTS, pause_before
from callin.desk import pictures
from callin.models import Picture, PictureState, Text, TextKind, TextState
from tests.courier.conftest import Round

URL = "https://api.twilio.test/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
PNG = b"\x89PNG\r\n\x1a\n" + b"owl"


def owe_picture(round_: Round, *, url: str = URL, content_type: str = "image/png") -> int:
    """A picture that came with a text."""
    with round_.station.transaction() as session:
        text = Text(
            kind=TextKind.INBOUND,
            phone_number="+15550123",
            body="look",
            state=TextState.RECEIVED,
            created_at=round_.now,
            due_at=round_.now,
        )
        session.add(text)
        session.flush()
        one = pictures.IncomingPicture(number=0, url=url, content_type=content_type)
        pictures.note(session, now=round_.now, text=text, pictures=[one])
        return text.id


def picture(round_: Round) -> Picture:
    """The one there is."""
    return round_.row(Picture, 1)


def test_a_picture_is_brought_home_once(round_: Round) -> None:
    """Its content is kept, with the type that its first bytes say, whatever its sender called it."""
    owe_picture(round_, content_type="image/gif")
    round_.sounds[URL] = PNG
    assert round_.courier.round() == 1
    assert round_.courier.round() == 0

    kept = picture(round_)
    assert (kept.state, kept.content_type, kept.content) == (PictureState.FETCHED, "image/png", PNG)


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"<html>", b"", b"MZ\x90"])
def test_what_is_no_picture_is_refused(round_: Round, content: bytes) -> None:
    """Called a picture, and none: nothing of it is kept."""
    owe_picture(round_)
    round_.sounds[URL] = content
    round_.courier.round()

    kept = picture(round_)
    assert (kept.state, kept.why, kept.content) == (PictureState.REFUSED, "not a picture after all", None)


@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "video/mp4", "application/octet-stream"])
def test_what_does_not_even_claim_to_be_a_picture_is_not_fetched(round_: Round, content_type: str) -> None:
    """The board says what it was; nobody asks for it."""
    owe_picture(round_, content_type=content_type)
    assert round_.courier.round() == 0

    assert (picture(round_).state, picture(round_).why) == (PictureState.REFUSED, f"{content_type} is not shown")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/ME1",
        "http://api.twilio.com/ME1",
        "https://api.twilio.com@evil.test/ME1",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
def test_a_picture_elsewhere_is_never_fetched(round_: Round, url: str) -> None:
    """Only Twilio's hosts see our credentials; nobody else is even asked."""
    owe_picture(round_, url=url)
    round_.courier.round()

    assert picture(round_).state == PictureState.REFUSED
    assert "not at Twilio" in (picture(round_).why or "")


def test_a_picture_that_is_too_large_is_refused(round_: Round) -> None:
    """Said in words, and not asked for again."""
    owe_picture(round_)
    round_.sounds[URL] = TwilioRestException(413, "", "it is larger than 5242880 bytes", 413)
    round_.courier.round()
    round_.later(LEASE_S + 1)
    assert round_.courier.round() == 0

    assert (picture(round_).state, picture(round_).why) == (PictureState.REFUSED, "too large")


def test_a_picture_that_is_not_there_yet_is_fetched_later(round_: Round) -> None:
    """404 and time-outs are waited out; one that never comes is lost, with the reason."""
    owe_picture(round_)
    troubles = [TwilioRestException(404, "", "no"), requests.ReadTimeout("late")] * MOST_ATTEMPTS
    for attempt, trouble in enumerate(troubles[:MOST_ATTEMPTS], start=1):
        round_.sounds[URL] = trouble
        assert round_.courier.round() == 1, attempt
        assert round_.courier.round() == 0
        round_.later(pause_before(attempt))

    assert round_.courier.round() == 0
    assert picture(round_).state == PictureState.LOST


def test_a_courier_that_died_with_a_picture_loses_nothing(round_: Round) -> None:
    """Its claim ends with the lease, and the next courier fetches it."""
    owe_picture(round_)
    round_.sounds[URL] = PNG
    with round_.station.transaction() as session:
        assert len(pictures.claim_fetches(session, now=round_.now, limit=9, lease_s=LEASE_S)) == 1
    assert round_.courier.round() == 0
    round_.later(LEASE_S)
    assert round_.courier.round() == 1

    assert picture(round_).state == PictureState.FETCHED
