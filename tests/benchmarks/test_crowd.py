"""The crowd: its requests are what Twilio would send, so that what is measured is what happens."""

from urllib.parse import parse_qsl

from benchmarks.crowd import AUTH_TOKEN, MOVES_EVERY, WAIT_PATH, Crowd
from twilio.request_validator import RequestValidator

BASE = "http://127.0.0.1:8123"


def read(request: bytes) -> tuple[dict[str, str], str]:
    head, _blank, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert int(headers["Content-Length"]) == len(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True)), headers["X-Twilio-Signature"]


def test_requests_are_signed_as_the_vendor_signs() -> None:
    """The vendor's own checker takes them, with thirty parameters each."""
    for request in Crowd(3, BASE).requests(12):
        form, signature = read(request)
        assert len(form) == 30
        assert RequestValidator(AUTH_TOKEN).validate(BASE + WAIT_PATH, form, signature)


def test_a_caller_is_asked_for_every_ten_seconds_and_moves_up_every_minute() -> None:
    """Time goes on over all requests of a crowd, and nobody's place is below one."""
    crowd = Crowd(2, BASE)
    seen = [read(request)[0] for request in [*crowd.requests(5), *crowd.requests(2 * MOVES_EVERY)]]
    second = [form for form in seen if form["From"].endswith("1")]
    assert [form["QueueTime"] for form in second] == [str(10 * n) for n in range(len(second))]
    assert [form["QueuePosition"] for form in second] == ["2"] * MOVES_EVERY + ["1"] * (len(second) - MOVES_EVERY)
