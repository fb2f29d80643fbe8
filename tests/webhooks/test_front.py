"""The front: webhooks are answered before Flask, and just as Flask would."""

from io import BytesIO
from urllib.parse import urlencode

import pytest

from tests.webhooks.ringing import ANA, Doors

ANSWER = "/voice/listener/answer"


def through_flask(doors: Doors, path: str, body: bytes, *, signature: str) -> tuple[int, bytes, str | None]:
    """Send a body without its length, as a proxy that streams does: only Flask reads those."""
    got = doors.client.post(
        path,
        input_stream=BytesIO(body),
        headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    return got.status_code, got.data, got.headers.get("Content-Type")


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        (ANSWER, True),
        (ANSWER + "?again=1", True),
        ("/voice/listener/wait", True),  # nonsense: no place in its form
        ("/voice/status", True),
        ("/sms/receipts", True),
        (ANSWER, False),
    ],
)
def test_both_ways_lead_to_the_same_answer(doors: Doors, path: str, is_ours: bool) -> None:
    """A webhook without its length goes through Flask, and is answered word for word as those that do not."""
    doors.open_show()
    signature = doors.validator.compute_signature(doors.base + path, ANA) if is_ours else "nobody's"
    body = urlencode(ANA).encode()

    slow = through_flask(doors, path, body, signature=signature)
    fast = doors.send(path, body, signature=signature)

    assert (fast.status, fast.body, fast.headers.get("Content-Type")) == slow


def test_webhooks_do_not_reach_flask(doors: Doors) -> None:
    """What every page of ours goes through, no webhook does."""
    seen = []
    doors.app.before_request(lambda: seen.append(1))

    assert doors.post(ANSWER, ANA).status == 200
    assert seen == []
    assert doors.client.get("/healthz").status_code == 200
    assert seen == [1]


def test_a_body_beyond_all_measure_is_not_read(doors: Doors) -> None:
    """A form of megabytes is refused by its length alone."""
    assert doors.send(ANSWER, b"x" * 300_000, signature="any").status == 413


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "٥", "9" * 30])
def test_a_length_that_is_none_is_no_way_in(doors: Doors, length: str) -> None:
    """Whatever a header claims to be a length, nothing is answered that was not signed."""
    got = doors.client.post(ANSWER, data=b"x", environ_overrides={"CONTENT_LENGTH": length})
    assert got.status_code in (400, 403, 413)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_posts_are_webhooks(doors: Doors, method: str) -> None:
    """Any other method is refused, as before."""
    assert doors.client.open(ANSWER, method=method).status_code == 405
