"""Webhooks on the wire and what their replies mean: facts 4.1 to 4.4."""

from __future__ import annotations

import io
import wave

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from callin.exchange import signature
from callin.exchange.conversation import APPLICATION_ERROR
from callin.exchange.records import HeardKind
from tests.exchange.script import BASE, NUMBER, Asked, Desk, Says


def sound(seconds: float) -> bytes:
    """A WAV file of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 1, 8000, 0, "NONE", ""))
        writer.writeframes(bytes(int(8000 * seconds)))
    return file.getvalue()


@pytest.mark.parametrize(
    ("url", "form", "token", "expected"),
    [
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            {
                "CallSid": "CA1234567890ABCDE",
                "Caller": "+14158675310",
                "Digits": "1234",
                "From": "+14158675310",
                "To": "+18005551212",
            },
            "12345",
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            {
                "CallSid": "CA1234567890ABCDE",
                "Caller": "+14158675309",
                "Digits": "1234",
                "From": "+14158675309",
                "To": "+18005551212",
            },
            "12345",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
    ],
)
def test_the_published_signatures_come_out(url: str, form: dict[str, str], token: str, expected: str) -> None:
    """Facts 4.2, vectors 1 and 2."""
    assert signature.sign(token, url=url, form=form.items()) == expected


@pytest.mark.parametrize(
    ("url", "is_voice", "signed"),
    [
        ("https://host:8443/a?b=%20c", True, "https://host/a?b=%20c"),
        ("https://host:8443/a", False, "https://host:8443/a"),
        ("http://host:8080/a", True, "http://host:8080/a"),
        ("https://me:secret@host/a#rc=2", True, "https://host/a"),
    ],
)
def test_what_part_of_the_url_is_signed(url: str, is_voice: bool, signed: str) -> None:
    """Facts 4.2: no user info, no fragment; https voice drops the port, http and https texts keep it."""
    assert signature.signed_url(url, is_voice=is_voice) == signed


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", ["/voice", "/voice?a=1&b=two%20words", "/voice?%C3%BC=%E2%82%AC&a=1&a=2"])
def test_twilios_own_checker_accepts_every_webhook(method: str, path: str) -> None:
    """Facts 4.2: for GET and POST, query strings, repeated parameters and UTF-8 names."""
    desk = Desk({"/voice": "<Pause/>"})
    desk.exchange.numbers[NUMBER].voice_url = BASE + path
    desk.exchange.numbers[NUMBER].voice_method = method
    desk.exchange.dial("+15550111111", NUMBER, caller_name="Zoë & Ünal")
    asked = desk.app.asked[0]
    url = f"{BASE}/voice?{asked.query}" if asked.query else f"{BASE}/voice"
    params = {} if method == "GET" else dict(asked.params)
    validator = RequestValidator(desk.exchange.account.auth_token)
    assert asked.params["CallerName"] == "Zoë & Ünal"
    assert validator.validate(url, params, asked.headers["x-twilio-signature"])


def test_webhooks_are_signed_by_sha256_when_told() -> None:
    """Accounts with a shared key: HMAC-SHA256, named in a header of its own; Twilio's own checker accepts it."""
    desk = Desk({"/voice": "<Pause/>"})
    desk.exchange.faults.change({"signature_algorithm": "sha256"})
    desk.dial()
    asked = desk.app.asked[0]
    algorithm = get_signature_algorithm(asked.headers["x-twilio-webhooks-signature-settings"])
    claimed = asked.headers["x-twilio-signature"]
    validator = RequestValidator(desk.exchange.account.auth_token)
    assert algorithm == "HMAC_SHA256"
    assert validator.validate(f"{BASE}/voice", dict(asked.params), claimed, algorithm)
    assert not validator.validate(f"{BASE}/voice", dict(asked.params), claimed)


def test_the_user_info_signs_in_and_is_not_signed() -> None:
    """Facts 4.2: Basic by the URL's user info."""
    desk = Desk({"/voice": "<Pause/>"})
    # The application in this process answers for the origin without the user info.
    desk.exchange.numbers[NUMBER].voice_url = "https://me:p%40ss@app.test/voice"
    desk.dial()
    asked = desk.app.asked[0]
    assert asked.headers["authorization"] == "Basic bWU6cEBzcw=="
    validator = RequestValidator(desk.exchange.account.auth_token)
    assert validator.validate(f"{BASE}/voice", dict(asked.params), asked.headers["x-twilio-signature"])


def test_relative_addresses_resolve_against_the_document_that_named_them() -> None:
    """Exchange rules: also after a redirect hop, against where the document really came from."""
    desk = Desk(
        {
            "/voice": Says(status=307, headers=(("Location", "/deep/er/doc"),)),
            "/deep/er/doc": "<Redirect>next</Redirect>",
            "/deep/er/next": "<Redirect>../up</Redirect>",
            "/deep/up": "<Say>Here</Say>",
        }
    )
    call = desk.dial()
    assert desk.heard(call) == ["Here"]


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_redirects_are_followed(status: int, method: str) -> None:
    """Facts 4.3: hops are log entries of their own; 307 and 308 keep the method and the parameters."""
    desk = Desk({"/voice": Says(status=status, headers=(("Location", "/there"),)), "/there": "<Say>There</Say>"})
    call = desk.dial()
    there = desk.app.requests("/there")[0]
    assert there.method == method
    assert ("CallSid" in there.params) is (method == "POST")
    assert [entry.status for entry in desk.exchange.log.entries] == [status, 200]
    assert desk.heard(call) == ["There"]


def test_eleven_redirects_are_too_many() -> None:
    """Facts 4.3: up to 10, then 11215."""
    desk = Desk({"/voice": Says(status=302, headers=(("Location", "/voice"),))})
    call = desk.dial()
    assert len(desk.app.requests("/voice")) == 11
    assert desk.entry("/voice").error == 11215
    assert desk.heard(call) == [APPLICATION_ERROR]


@pytest.mark.parametrize("location", ["http://[::1/", "http://app.test:port/", "ftp://app.test/there"])
def test_a_redirect_to_nonsense_is_a_failed_request(location: str) -> None:
    """Facts 4.3: the request ended in a 302 and nothing else: 11200, and the fallback is asked."""
    desk = Desk(
        {"/voice": Says(status=302, headers=(("Location", location),)), "/rescue": "<Say>Saved</Say>"},
        voice_fallback_url=f"{BASE}/rescue",
    )
    call = desk.dial()
    assert (desk.entry("/voice").status, desk.entry("/voice").error) == (302, 11200)
    assert desk.heard(call) == ["Saved"]
    assert len(desk.exchange.log.entries) == 2


def test_cookies_come_back_for_one_call_only() -> None:
    """Facts 4.3: cookies are accepted and replayed; every call has its own."""
    desk = Desk(
        {
            "/voice": Says(
                "<Response><Redirect>/on</Redirect></Response>",
                headers=(("Set-Cookie", "seen=1; Path=/"), ("Set-Cookie", "b=2")),
            ),
            "/on": Says(
                "<Response><Redirect>/end</Redirect></Response>", headers=(("Set-Cookie", "seen=; Max-Age=0"),)
            ),
            "/end": "<Hangup/>",
        }
    )
    desk.dial()
    desk.dial("+15550122222")
    assert [asked.headers.get("cookie") for asked in desk.app.asked if asked.path != "/status"] == [
        None,
        "seen=1; b=2",
        "b=2",
    ] * 2


def test_every_request_has_a_token_of_its_own() -> None:
    """Facts 4.3: I-Twilio-Idempotency-Token."""
    desk = Desk({"/voice": "<Redirect>/on</Redirect>", "/on": "<Hangup/>"})
    desk.dial()
    tokens = [asked.headers["i-twilio-idempotency-token"] for asked in desk.app.asked]
    assert len(set(tokens)) == len(tokens) == 3


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (Says(status=500), 11200),
        (Says(status=404), 11200),
        (Says("<Response/>", content_type=None), 11200),
        (Says("{}", content_type="application/json"), 12300),
        (Says("<Response>"), 12100),
        (Says("\n<Response/>"), 12100),
        (Says("<Other/>"), 12100),
        (Says(""), 12100),
        (Says(f"<Response><Say>{'x' * 66_000}</Say></Response>"), 11750),
        (Says("", headers=(("Transfer-Encoding", "chunked"),)), 11770),
    ],
)
def test_replies_that_are_no_document(says: Says, code: int) -> None:
    """Facts 4.3, 4.4: each has its code, goes to the fallback with ErrorCode and ErrorUrl, or ends in an apology."""
    answers = {"/voice": says, "/fallback": "<Say>Fallback</Say>"}
    desk = Desk(answers, voice_fallback_url=f"{BASE}/fallback")
    rescued = desk.dial()
    without = Desk(answers)
    lost = without.dial()
    asked = desk.app.requests("/fallback")[0].params
    assert (asked["ErrorCode"], asked["ErrorUrl"], asked["CallSid"]) == (str(code), f"{BASE}/voice", rescued.sid)
    assert desk.entry("/voice").error == code
    assert desk.heard(rescued) == ["Fallback"]
    assert without.heard(lost) == [APPLICATION_ERROR]
    assert lost.status.is_over


def test_the_fallback_is_told_the_address_without_its_overrides() -> None:
    """Facts 4.3: the fragment is for the carrier alone; ErrorUrl is what was asked for."""
    desk = Desk({"/fails": Says(status=500), "/fallback": "<Hangup/>"}, voice_fallback_url=f"{BASE}/fallback")
    desk.exchange.numbers[NUMBER].voice_url = f"{BASE}/fails?a=b#rc=2"
    desk.dial()
    assert desk.app.requests("/fallback")[0].params["ErrorUrl"] == f"{BASE}/fails?a=b"


def test_a_failing_fallback_is_not_asked_again() -> None:
    """Facts 4.3: then the caller hears the application error."""
    desk = Desk({"/voice": Says(status=500), "/fallback": Says(status=500)}, voice_fallback_url=f"{BASE}/fallback")
    call = desk.dial()
    assert len(desk.app.requests("/fallback")) == 1
    assert desk.heard(call) == [APPLICATION_ERROR]


def test_documents_that_send_each_other_round_for_ever_are_stopped() -> None:
    """Exchange rules: nothing may run hot on a clock moved by hand."""
    desk = Desk({"/voice": "<Redirect>/voice</Redirect>"})
    call = desk.dial()
    assert call.status.is_over
    assert len(desk.app.requests("/voice")) < 150


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=utf-8", "text/html", "text/plain"])
def test_types_that_are_read_as_twiml(content_type: str) -> None:
    """Facts 4.4."""
    desk = Desk({"/voice": Says("<Response><Say>Zoë</Say></Response>", content_type=content_type)})
    assert desk.heard(desk.dial()) == ["Zoë"]


def test_plain_words_are_spoken_and_sound_is_played_then_hung_up() -> None:
    """Facts 4.4: text/plain that is no TwiML, and audio/*."""
    spoken, played = (
        Desk({"/voice": Says("Hello you", content_type="text/plain")}),
        Desk({"/voice": Says(sound(4), content_type="audio/wav")}),
    )
    one, two = spoken.dial(), played.dial()
    played.exchange.advance(3.9)
    assert not two.status.is_over
    for desk in (spoken, played):
        desk.exchange.advance(2)
    assert spoken.heard(one) == ["Hello you"]
    assert [(heard.kind, heard.url) for heard in two.heard] == [(HeardKind.PLAY, f"{BASE}/voice")]
    assert one.status.is_over
    assert two.status.is_over


@pytest.mark.parametrize(
    "document",
    [
        "<say>no</say><Say>Yes</Say>",
        '<Say mood="good">Yes</Say>',
        "<Gather><Dial/></Gather><Say>Yes</Say>",
        "<Blink/><Say>Yes</Say>",
    ],
)
def test_what_is_unknown_is_skipped_with_a_warning(document: str) -> None:
    """Facts 4.4: names are case-sensitive; 12200 on the entry that fetched the document."""
    desk = Desk({"/voice": document})
    call = desk.dial()
    desk.exchange.advance(6)
    assert desk.heard(call) == ["Yes"]
    assert desk.entry("/voice").error == 12200


def test_the_log_tells_everything_in_order() -> None:
    """Exchange rules, Log: numbered, status null until answered, params, body, error."""
    desk = Desk()
    seen: list[int | None] = []

    def answer(asked: Asked) -> str:
        seen.append(desk.exchange.log.entries[-1].status)
        return "<Say>Hi</Say>"

    desk.app.answers["/voice"] = answer
    call = desk.dial()
    (entry,) = desk.exchange.log.after(0)
    assert seen == [None]
    assert (entry.n, entry.kind, entry.method, entry.url, entry.status) == (1, "webhook", "POST", f"{BASE}/voice", 200)
    assert (entry.params["CallSid"], entry.body, entry.error, entry.call_sid) == (
        call.sid,
        "<Response><Say>Hi</Say></Response>",
        None,
        call.sid,
    )
    assert desk.exchange.log.after(1) == []


def test_a_status_callback_that_is_refused_is_logged() -> None:
    """Facts 4.4: 4xx and 5xx log 15003; nobody minds an empty or a TwiML answer."""
    desk = Desk({"/voice": "<Hangup/>", "/status": Says(status=500)})
    desk.dial()
    desk.app.answers["/status"] = Says(status=204, content_type=None)
    desk.dial()
    assert [desk.entry("/status", nth=n).error for n in (0, 1)] == [15003, None]


def test_a_file_is_played_as_long_as_it_lasts() -> None:
    """Exchange rules, Play: fetched by GET, signed, without parameters; loop counts; heard once."""
    desk = Desk(
        {
            "/voice": '<Play loop="2">/song.wav</Play><Say>Over</Say>',
            "/song.wav": Says(sound(3), content_type="audio/x-wav"),
        }
    )
    call = desk.dial()
    desk.exchange.advance(5.9)
    assert [heard.kind for heard in call.heard] == [HeardKind.PLAY]
    desk.exchange.advance(0.1)
    assert call.heard[-1].text == "Over"
    asked = desk.app.requests("/song.wav")[0]
    assert (asked.method, asked.params) == ("GET", {})
    validator = RequestValidator(desk.exchange.account.auth_token)
    assert validator.validate(f"{BASE}/song.wav", {}, asked.headers["x-twilio-signature"])


@pytest.mark.parametrize(
    ("headers", "fetches"),
    [
        ((), 2),
        ((("ETag", '"1"'),), 1),
        ((("Last-Modified", "Mon, 05 Jan 2026 00:00:00 GMT"),), 1),
        ((("ETag", '"1"'), ("Cache-Control", "no-store")), 2),
        ((("ETag", '"1"'), ("Cache-Control", "max-age=2")), 2),
        ((("ETag", '"1"'), ("Cache-Control", "max-age=60")), 1),
    ],
)
def test_files_are_kept_by_their_headers(headers: tuple[tuple[str, str], ...], fetches: int) -> None:
    """Facts 4.3, 5: cached only with an ETag or Last-Modified, and as long as Cache-Control says."""
    desk = Desk(
        {"/voice": "<Play>/song.wav</Play>", "/song.wav": Says(sound(1), content_type="audio/wav", headers=headers)}
    )
    for _ in range(2):
        desk.dial()
        desk.exchange.advance(5)
    assert len(desk.app.requests("/song.wav")) == fetches


def test_a_kept_file_is_asked_for_conditionally_when_it_is_stale() -> None:
    """Facts 4.3: If-None-Match; 304 is as good as the file."""
    stale = (("ETag", '"1"'), ("Cache-Control", "max-age=1"))
    desk = Desk({"/voice": "<Play>/song.wav</Play><Say>Over</Say>"})
    desk.app.answers["/song.wav"] = lambda asked: (
        Says(status=304, content_type=None, headers=stale)
        if asked.headers.get("if-none-match") == '"1"'
        else Says(sound(4), content_type="audio/wav", headers=stale)
    )
    desk.dial()
    desk.exchange.advance(10)
    again = desk.dial()
    desk.exchange.advance(3.9)
    assert desk.entry("/song.wav").status == 304
    assert [heard.kind for heard in again.heard] == [HeardKind.PLAY]


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (Says(status=404), 11200),
        (Says("words", content_type="text/plain"), 12300),
        (Says(b"x", content_type=None), 11200),
    ],
)
def test_a_file_that_cannot_be_had_takes_a_second(says: Says, code: int) -> None:
    """Exchange rules, Play: 11200 or 12300 on its own entry, and 1 s, so that no loop runs hot."""
    desk = Desk({"/voice": "<Play>/song.wav</Play><Say>Over</Say>", "/song.wav": says})
    call = desk.dial()
    desk.exchange.advance(0.9)
    assert [heard.url for heard in call.heard] == [f"{BASE}/song.wav"]
    desk.exchange.advance(0.1)
    assert call.heard[-1].text == "Over"
    assert desk.entry("/song.wav").error == code


def test_a_nested_operation_leaves_its_consequences_to_the_runner() -> None:
    """Exchange rules, Taking effect: state changes at once, webhooks go one at a time in the order of their causes."""
    desk = Desk({"/voice": "<Hangup/>", "/status": "", "/dj": "<Hangup/>", "/djstatus": ""})
    depth: list[str] = []

    def answer(asked: Asked) -> str:
        depth.append("in")
        inner = desk.dj()
        assert inner.status == "ringing"
        assert depth == ["in"], "no webhook is made inside another"
        depth.append("out")
        return "<Hangup/>"

    desk.app.answers["/voice"] = answer
    desk.dial()
    assert depth == ["in", "out"]
    assert desk.app.paths() == ["/voice", "/dj", "/status", "/djstatus"]


@pytest.mark.parametrize("address", ["http://[", "http://app.test:nine/", "mailto:me", "ftp://app.test/x", "http://"])
def test_an_address_that_is_none_is_an_error_and_no_accident(address: str) -> None:
    """Facts 4.3: a Redirect to nonsense is a fatal error like any other: fallback, or the apology."""
    desk = Desk({"/voice": f"<Redirect>{address}</Redirect>", "/fallback": "<Say>Saved</Say>"})
    desk.exchange.numbers[NUMBER].voice_fallback_url = f"{BASE}/fallback"
    assert desk.heard(desk.dial()) == ["Saved"]


def test_an_address_with_strange_letters_is_signed_as_it_is_sent() -> None:
    """Facts 4.2: query and path stay percent-encoded exactly as received."""
    desk = Desk({"/voice": "<Redirect>/caf\u00e9?who=Z\u00f6e two</Redirect>", "/caf\u00c3\u00a9": "<Say>Oui</Say>"})
    desk.dial()
    asked = desk.app.asked[-1]
    validator = RequestValidator(desk.exchange.account.auth_token)
    url = f"{BASE}/caf%C3%A9?who=Z%C3%B6e%20two"
    assert asked.query == "who=Z%C3%B6e%20two"
    assert validator.validate(url, dict(asked.params), asked.headers["x-twilio-signature"])


def test_endless_attributes_come_to_an_end() -> None:
    """Facts 5: loop is at most 1000; nonsense in a number counts as not given."""
    desk = Desk(
        {"/voice": '<Say loop="999999999">a b c d e</Say><Pause length="-5"/><Pause length="nan"/><Say>Over</Say>'}
    )
    call = desk.dial()
    desk.exchange.advance(1999)
    assert len(call.heard) == 1
    desk.exchange.advance(3)
    assert call.heard[-1].text == "Over"
