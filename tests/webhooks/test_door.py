"""The door: what comes back when the request is wrong, or when we are."""

import base64
import hmac

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from callin import meters
from callin.desk import joining
from callin.models import Call
from tests.webhooks.ringing import ANA, Doors


def refused() -> float:
    return meters.PROCESS.get_sample_value("callin_webhooks_refused_total", {"why": "no signature"}) or 0


def test_an_unsigned_request_is_refused_counted_and_logged(doors: Doors) -> None:
    """Without a signature: 403, one more in the count, and a log line without the form."""
    before = refused()
    with capture_logs() as lines:
        reply = doors.send("/voice/listener/answer", b"CallSid=CA1&From=%2B14155550123", signature=None)

    assert reply.status == 403
    assert refused() == before + 1
    assert [(line["event"], line["why"]) for line in lines] == [("webhook refused", "no signature")]
    assert "4155550123" not in str(lines)


def test_host_and_forwarding_headers_do_not_matter(doors: Doors) -> None:
    """The public address alone decides what was signed; a proxy may call us what it likes."""
    signature = doors.validator.compute_signature(doors.base + "/voice/listener/answer", ANA)

    reply = doors.client.post(
        "/voice/listener/answer",
        data=ANA,
        headers={"X-Twilio-Signature": signature, "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.test"},
        base_url="http://10.0.0.7:8000",
    )

    assert reply.status_code == 200


def test_a_signature_for_the_host_header_is_refused(doors: Doors) -> None:
    """Somebody who signs for the address they reached us by is not our carrier."""
    signature = doors.validator.compute_signature("http://10.0.0.7:8000/voice/listener/answer", ANA)

    reply = doors.client.post(
        "/voice/listener/answer",
        data=ANA,
        headers={"X-Twilio-Signature": signature},
        base_url="http://10.0.0.7:8000",
    )

    assert reply.status_code == 403


def test_no_header_chooses_the_secret_or_the_algorithm(database_url: str) -> None:
    """What the request says of its own signature is not even read: the settings decide."""
    doors = Doors(database_url, settings={"signature": "sha256", "signature_key": "shared-key"})
    address = doors.base + "/voice/listener/answer"
    claims = {"X-Twilio-Webhooks-Signature-Settings": "key=another,algorithm=HMAC_SHA1"}
    by_sha1 = RequestValidator("shared-key").compute_signature(address, ANA)
    by_token = RequestValidator("token").compute_signature(address, ANA, "HMAC_SHA256")
    right = RequestValidator("shared-key").compute_signature(address, ANA, "HMAC_SHA256")

    statuses = [
        doors.client.post(
            "/voice/listener/answer", data=ANA, headers={"X-Twilio-Signature": signature, **claims}
        ).status_code
        for signature in (by_sha1, by_token, right)
    ]

    assert statuses == [403, 403, 200]
    doors.station.engine.dispose()


def test_the_other_token_of_a_rotation_opens_the_doors_and_asks_nothing(database_url: str) -> None:
    """Webhooks signed with the secondary token are answered; requests to Twilio go on with the primary one."""
    doors = Doors(database_url, settings={"twilio_auth_token_secondary": "tomorrow"})
    signature = RequestValidator("tomorrow").compute_signature(doors.base + "/voice/listener/answer", ANA)

    reply = doors.client.post("/voice/listener/answer", data=ANA, headers={"X-Twilio-Signature": signature})

    assert reply.status_code == 200
    assert doors.station.carrier._auth == (doors.station.settings.twilio_account_sid, "token")
    doors.station.engine.dispose()


@pytest.mark.parametrize("proxy_takes_it_off", [True, False])
def test_a_station_may_live_below_a_path(database_url: str, proxy_takes_it_off: bool) -> None:
    """With a path in the public address, requests are signed with it, whether or not the proxy passes it on."""
    doors = Doors(database_url, settings={"public_base_url": "https://station.test/radio"})
    signature = doors.validator.compute_signature("https://station.test/radio/voice/listener/answer", ANA)
    path = "/voice/listener/answer" if proxy_takes_it_off else "/radio/voice/listener/answer"

    reply = doors.client.post(path, data=ANA, headers={"X-Twilio-Signature": signature})

    assert reply.status_code == 200
    assert b"https://station.test/radio/voice/listener/message" in reply.data
    doors.station.engine.dispose()


def test_the_query_is_signed_as_it_came(doors: Doors) -> None:
    """A percent-encoded query is part of what was signed, character for character."""
    assert doors.post("/voice/listener/answer?x=a%20b%2Bc&y=%C3%A9", ANA).status == 200


def test_bytes_that_are_no_utf8_do_no_harm(doors: Doors) -> None:
    """Broken bytes in a signed form are dropped from the name and the call is answered."""
    doors.open_show()
    pairs = {**ANA, "CallerName": "An\udcffa"}
    signed = doors.base + "/voice/listener/answer" + "".join(f"{name}{pairs[name]}" for name in sorted(pairs))
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in pairs.items())

    reply = doors.send(
        "/voice/listener/answer",
        body.encode("utf-8", "surrogateescape"),
        signature=_signature(signed.encode("utf-8", "surrogateescape")),
    )

    assert reply.status == 200
    assert [call.name for call in doors.rows(Call)] == ["An a"]


def test_a_body_beyond_reason_is_refused(doors: Doors) -> None:
    """A megabyte is no webhook: 413 before anything is parsed."""
    assert doors.send("/voice/listener/answer", b"A=" + b"x" * 1_000_000, signature="x").status == 413


@pytest.mark.parametrize(("is_away", "pauses"), [(False, [3, 6, 9]), (True, [3, 6, 9, *[10] * 7])])
def test_a_failure_sends_the_caller_round_again_and_then_ends_politely(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, is_away: bool, pauses: list[int]
) -> None:
    """A defect is tried three more times; a database that is away is waited for. Then they are asked to call again."""
    if is_away:
        _break_database(doors)
    else:
        monkeypatch.setattr(joining, "join_line", _stumble)
    path, documents, paused = "/voice/listener/join", [], []
    with capture_logs() as lines:
        while path:
            reply = doors.post(path, ANA)
            assert reply.status == 200
            documents.append(reply.names)
            path = ""
            if "Redirect" in reply.names:
                paused.append(int(reply.verb("Pause").attrib["length"]))
                path = reply.verb("Redirect").text.removeprefix(doors.base)

    assert documents == [["Say", "Say", "Pause", "Redirect"]] * len(pauses) + [["Say", "Say", "Hangup"]]
    assert paused == pauses
    told = [line for line in lines if line["event"] != "webhook answered"]
    assert {(line["event"], line["call_sid"]) for line in told} == {("webhook failed", ANA["CallSid"])}


def test_a_second_try_knows_what_the_first_one_was_told(doors: Doors) -> None:
    """What Twilio would not say again rides along in the address: why the caller left is not forgotten."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/listener/join", ANA)
    _break_database(doors)
    with capture_logs():
        sorry = doors.post("/voice/listener/left?stint=1", ANA, QueueResult="queue-full")
    _mend_database(doors)

    reply = doors.post(sorry.verb("Redirect").text.removeprefix(doors.base), ANA)

    assert "line is full" in reply.said
    assert [call.outcome for call in doors.rows(Call)] == ["blocked"]


def test_a_callback_that_fails_shows_at_the_carrier(doors: Doors) -> None:
    """Nobody listens to a status callback: the carrier is told 503, and its log shows it."""
    _break_database(doors)
    with capture_logs():
        assert doors.post("/voice/status", ANA, CallStatus="completed").status == 503


def test_a_waiting_caller_stays_in_the_queue_through_a_fault(doors: Doors) -> None:
    """Words and a pause in which the keys work: nothing leaves the queue, it asks again, and the place is kept."""
    _break_database(doors)
    with capture_logs():
        reply = doors.post("/voice/listener/wait", ANA, QueuePosition="1", QueueTime="9")

    assert (reply.status, reply.names) == (200, ["Gather", "Pause"])
    assert [verb.tag for verb in reply.verb("Gather")] == ["Say", "Say", "Pause"]


def test_a_caller_goes_on_air_even_if_it_cannot_be_written_down(doors: Doors) -> None:
    """The whisper is spoken and the bridge follows, database or not."""
    _break_database(doors)
    with capture_logs():
        reply = doors.post("/voice/listener/on_air", ANA, DequeingCallSid="CA" + "d" * 32, QueueTime="5")

    assert "on the air" in reply.said
    assert set(reply.names) == {"Say"}


def test_the_fallback_needs_no_database_and_ends(doors: Doors) -> None:
    """The document for our absence sends the caller back into the line, a few times, then asks them to call again."""
    _break_database(doors)
    first = doors.post("/voice/fallback", ANA)
    again = doors.post("/voice/fallback", ANA, ErrorUrl=first.verb("Redirect").text, ErrorCode="11200")
    last = doors.post("/voice/fallback", ANA, ErrorUrl=doors.base + "/voice/listener/join?again=10")

    assert first.verb("Redirect").text == doors.base + "/voice/listener/join?again=1"
    assert again.verb("Redirect").text == doors.base + "/voice/listener/join?again=2"
    assert last.names == ["Say", "Say", "Hangup"]


def test_a_dj_falls_back_to_the_dj_line(doors: Doors) -> None:
    """Whoever rang the DJ line, by telephone or from a browser, is not put among the listeners by a fault."""
    for told in ({"To": "+15550101"}, {"From": "client:dj_1", "To": ""}):
        reply = doors.post("/voice/fallback", ANA | told)
        assert reply.verb("Redirect").text == doors.base + "/voice/dj/answer?again=1", told


def _stumble(*_args: object, **_facts: object) -> None:
    raise RuntimeError("a defect")


def _break_database(doors: Doors) -> None:
    with doors.station.engine.begin() as connection:
        for table in ("calls", "dj_calls"):
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))


def _mend_database(doors: Doors) -> None:
    with doors.station.engine.begin() as connection:
        for table in ("calls", "dj_calls"):
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


def _signature(signed: bytes) -> str:

    return base64.b64encode(hmac.digest(b"token", signed, "sha1")).decode()
