"""The control calls that the phones page added: numbers, clock, crowd, sound, one entry of the wire, the stream."""

from __future__ import annotations

import base64
import io
import json
import struct
import time
import wave
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3
from twilio.rest import Client

from callin.exchange import voice
from callin.exchange.clock import RealClock
from callin.exchange.exchange import Exchange
from callin.exchange.server import ExchangeServer
from callin.exchange.sound_files import Sound

Attach = Callable[[str], str]
PHONE, NUMBER = "+15550999111", "+15550100001"
STATION = "https://station.test"


def _wav(seconds: float, *, rate: int = 16_000, channels: int = 1, level: int = 5_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(struct.pack("<h", level) * int(seconds * rate * channels))
    return file.getvalue()


def _dial(control: Any, to: str, *, from_: str = PHONE) -> str:
    sid = str(control.send("POST", "calls", {"from": from_, "to": to})[1]["sid"])
    control.send("POST", "clock", {"advance_s": 0})
    return sid


# Numbers


def test_a_number_comes_to_life_and_is_pointed_elsewhere(control: Any) -> None:
    """201, then 200; what is not named stays, and the number can be rung."""
    made = control.send("PUT", f"numbers/{NUMBER}", {"voice_url": f"{STATION}/hold", "name": "Front desk"})
    moved = control.send("PUT", f"numbers/{NUMBER}", {"sms_url": f"{STATION}/sms"})

    assert (made[0], moved[0]) == (201, 200)
    assert moved[1] == {
        "number": NUMBER,
        "name": "Front desk",
        "voice_url": f"{STATION}/hold",
        "voice_fallback_url": "",
        "status_callback": "",
        "sms_url": f"{STATION}/sms",
        "sms_fallback_url": "",
    }
    assert control.send("GET", "numbers")[1] == [moved[1]]
    assert _dial(control, NUMBER).startswith("CA")


def test_a_number_given_back_is_nobodys(control: Any, attach: Attach) -> None:
    """204, then 404 for ringing it and for giving it back again."""
    number = attach("/hold")

    assert control.send("DELETE", f"numbers/{number}") == (204, None)
    assert control.send("DELETE", f"numbers/{number}")[0] == 404
    assert control.send("POST", "calls", {"from": PHONE, "to": number})[0] == 404


@pytest.mark.parametrize(
    ("number", "content"),
    [
        ("5550100001", {}),
        ("anonymous", {}),
        ("+266696687", {}),
        (NUMBER, {"voice_url": "/voice"}),
        (NUMBER, {"voice_url": "javascript:alert(1)"}),
        (NUMBER, {"voice_url": "http://app.test/" + "x" * 2_000}),
        (NUMBER, {"sms_url": 7}),
        (NUMBER, {"name": " "}),
        (NUMBER, {"VoiceUrl": "http://app.test/voice"}),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(control: Any, number: str, content: dict[str, Any]) -> None:
    """400, and no number comes to life."""
    assert control.send("PUT", f"numbers/{number}", content)[0] == 400
    assert control.send("GET", "numbers")[1] == []


# The clock


def test_a_manual_clock_shows_its_time_and_has_no_speed(control: Any) -> None:
    """409 for setting one: it is moved."""
    assert control.send("GET", "clock") == (200, {"is_manual": True, "speed": None, "now": "2026-01-05T18:00:00.000Z"})
    assert control.send("PUT", "clock", {"speed": 2})[0] == 409


@pytest.fixture
def going() -> Iterator[ExchangeServer]:
    """A served exchange whose clock goes by itself, fast."""
    exchange = Exchange(clock=RealClock(speed=100), apps={STATION: _never})
    server = ExchangeServer(exchange, host="127.0.0.1", port=0)
    server.start()
    yield server
    server.close()


def _never(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "text/xml")])
    return [b'<Response><Pause length="1"/><Say>at last</Say></Response>']


def _send(server: ExchangeServer, method: str, path: str, content: Any = None) -> Any:
    body = None if content is None else json.dumps(content).encode()
    return urllib3.request(method, f"{server.url}/_exchange/{path}", body=body, retries=False)


def test_a_clock_that_goes_by_itself_stops_and_goes_on(going: ExchangeServer) -> None:
    """At speed 0 nothing falls due; set going again, what was waiting comes."""
    before = going.exchange.now()
    assert _send(going, "PUT", "clock", {"speed": 0}).json()["speed"] == 0
    assert going.exchange.now() >= before
    going.exchange.add_number(NUMBER, voice_url=f"{STATION}/voice")
    call = going.exchange.dial(PHONE, NUMBER)
    stood_at = going.exchange.now()

    assert _send(going, "GET", "clock").json()["now"] == _send(going, "GET", "clock").json()["now"]
    assert going.exchange.now() == stood_at
    _send(going, "PUT", "clock", {"speed": 100})
    _until(lambda: [heard.text for heard in call.heard if heard.text])

    assert call.heard[-1].text == "at last"


@pytest.mark.parametrize("content", [{"speed": -1}, {"speed": 1e9}, {"speed": "fast"}, {"speed": True}, {}])
def test_a_speed_that_is_none_is_refused(going: ExchangeServer, content: dict[str, Any]) -> None:
    """400, and the clock goes on as it went."""
    assert _send(going, "PUT", "clock", content).status == 400
    assert _send(going, "GET", "clock").json()["speed"] == 100


def _until(is_so: Callable[[], Any]) -> None:
    give_up_at = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


# The crowd

CROWD = {"callers": 30, "over_s": 60, "hang_up_share": 0.5}


def test_a_crowd_comes_over_its_time_and_some_lose_patience(control: Any, attach: Attach) -> None:
    """All come, from different numbers; about the share asked for hang up by themselves, the others wait on."""
    number = attach("/enqueue")

    status, begun = control.send("PUT", "crowd", {"to": number, **CROWD})
    control.send("POST", "clock", {"advance_s": 30})
    half = control.send("GET", "crowd")[1]
    control.send("POST", "clock", {"advance_s": 1_000})
    done = control.send("GET", "crowd")[1]

    assert (status, begun["came"], begun["is_coming"]) == (200, 0, True)
    assert 5 < half["came"] < 25
    assert (done["came"], done["is_coming"]) == (30, False)
    assert 5 < done["lost_patience"] < 25
    assert done["waiting"] == done["on_the_phone"] == 30 - done["lost_patience"]
    (queue,) = control.send("GET", "queues")[1]
    callers = {control.send("GET", f"calls/{sid}")[1]["from"] for sid in queue["members"]}
    assert len(callers) == done["waiting"]


def test_a_crowd_that_is_stopped_hangs_up(control: Any, attach: Attach) -> None:
    """Nobody more comes, and nobody of it is on the phone; other callers are left alone."""
    number = attach("/enqueue")
    mine = _dial(control, number)
    control.send("PUT", "crowd", {"to": number, **CROWD, "hang_up_share": 0})
    control.send("POST", "clock", {"advance_s": 30})

    stopped = control.send("DELETE", "crowd")[1]
    control.send("POST", "clock", {"advance_s": 100})

    assert stopped["on_the_phone"] == 0
    assert control.send("GET", "crowd")[1]["came"] == stopped["came"] < 30
    assert control.send("GET", "queues")[1][0]["members"] == [mine]


def test_another_crowd_sends_the_first_one_home(control: Any, attach: Attach) -> None:
    """There is one crowd at a time."""
    number = attach("/enqueue")
    control.send("PUT", "crowd", {"to": number, **CROWD, "hang_up_share": 0})
    control.send("POST", "clock", {"advance_s": 30})

    control.send("PUT", "crowd", {"to": number, "callers": 1, "over_s": 0, "hang_up_share": 0})
    control.send("POST", "clock", {"advance_s": 100})

    assert control.send("GET", "queues")[1][0]["current_size"] == 1


def test_a_reset_forgets_the_crowd(control: Any, attach: Attach) -> None:
    """Nobody of it rings a number that is gone."""
    control.send("PUT", "crowd", {"to": attach("/enqueue"), **CROWD})
    control.send("POST", "reset")
    control.send("POST", "clock", {"advance_s": 100})

    assert control.send("GET", "crowd")[1] | {"came": 0} == control.send("GET", "crowd")[1]
    assert control.send("GET", "crowd")[1]["to"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"callers": 0}, {"callers": 1.5}, {"callers": True}, {"over_s": -1}, {"hang_up_share": 1.1}, {"to": 7}, {"x": 1}],
)
def test_a_crowd_that_makes_no_sense_is_refused(control: Any, attach: Attach, wrong: dict[str, Any]) -> None:
    """400, and nobody comes."""
    assert control.send("PUT", "crowd", {"to": attach("/enqueue"), **CROWD, **wrong})[0] == 400
    assert control.send("GET", "crowd")[1]["callers"] == 0


def test_a_crowd_needs_a_number_to_ring(control: Any) -> None:
    """404."""
    assert control.send("PUT", "crowd", {"to": NUMBER, **CROWD})[0] == 404


# Sound


def test_a_sound_made_into_a_recording_is_its_sound(control: Any, attach: Attach, client: Client) -> None:
    """The recording lasts as long, and its WAV has the sound at its place, not the hum of typed words."""
    sid = _dial(control, attach("/record"))
    wav = base64.b64encode(_wav(2, rate=16_000, channels=2)).decode()

    assert control.send("POST", f"calls/{sid}/sound", {"wav": wav, "text": "hello"}) == (204, None)
    control.send("POST", "clock", {"advance_s": 30})
    (recording,) = client.recordings.list()
    response = control.pool.request(
        "GET", recording.media_url, headers=urllib3.make_headers(basic_auth=f"AC{'1' * 32}:token of the tests")
    )
    with wave.open(io.BytesIO(response.data)) as file:
        kept = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))

    assert recording.duration == "2"
    assert kept == (5_000,) * 16_000


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"wav": "no base64!"},
        {"wav": base64.b64encode(b"no WAV file").decode()},
        {"wav": base64.b64encode(_wav(0)).decode()},
        {"wav": base64.b64encode(_wav(1)).decode(), "text": 7},
        {"wav": base64.b64encode(_wav(1)).decode(), "words": "hello"},
        {"wav": base64.b64encode(_wav(301, rate=1_000)).decode()},
    ],
)
def test_a_sound_that_is_none_is_refused(control: Any, attach: Attach, content: dict[str, Any]) -> None:
    """400."""
    assert control.send("POST", f"calls/{_dial(control, attach('/record'))}/sound", content)[0] == 400


def test_a_sound_into_a_call_that_is_over_is_too_late(control: Any, attach: Attach) -> None:
    """409."""
    sid = _dial(control, attach("/hold"))
    control.send("POST", f"calls/{sid}/hangup")

    assert control.send("POST", f"calls/{sid}/sound", {"wav": base64.b64encode(_wav(1)).decode()})[0] == 409


def test_what_was_played_can_be_heard_again_in_parts(server: ExchangeServer, control: Any, attach: Attach) -> None:
    """The file comes from the exchange's own address, with ranges; what was never heard is not fetched for anybody."""
    sid = _dial(control, attach("/enqueue"))
    call = server.exchange.calls[sid]
    control.send("POST", "clock", {"advance_s": 3})
    played = next(n for n, heard in enumerate(call.heard) if heard.url)
    address = f"{server.url}/_exchange/calls/{sid}/sounds/h{played}"
    assert control.pool.request("GET", address).status == 404  # the application has no such file

    server.exchange.sounds._remember(Sound("audio/x-test", b"0123456789"), url=call.heard[played].url or "")
    whole = control.pool.request("GET", address)
    part = control.pool.request("GET", address, headers={"Range": "bytes=4-6"})

    assert (whole.status, whole.data, whole.headers["Content-Type"]) == (200, b"0123456789", "audio/x-test")
    assert (part.status, part.data, part.headers["Content-Range"]) == (206, b"456", "bytes 4-6/10")
    assert control.pool.request("GET", f"{server.url}/_exchange/calls/{sid}/sounds/h999").status == 404


def test_what_is_said_has_a_voice_where_the_server_has_one(
    control: Any, attach: Attach, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without espeak-ng it is 404, with it a WAV file of the words."""
    sid = _dial(control, attach("/hold"))
    said = _dial(control, attach("/enqueue"), from_="+15550999222")
    monkeypatch.setattr(voice, "spoken", lambda text: None)
    assert control.send("GET", f"calls/{said}/sounds/h0")[0] == 404
    assert control.send("GET", f"calls/{sid}/sounds/h0")[0] == 404

    monkeypatch.setattr(voice, "spoken", lambda text: b"RIFF " + text.encode())
    response = control.pool.request("GET", f"{control.url}/_exchange/calls/{said}/sounds/h0")

    assert (response.data, response.headers["Content-Type"]) == (b"RIFF you are waiting", "audio/wav")


# The wire


def test_an_entry_shows_what_went_out(control: Any, attach: Attach) -> None:
    """Headers with the signature, what it was for, the answer's type and time."""
    number = attach("/hold")
    _dial(control, number)
    n = next(entry["n"] for entry in control.send("GET", "log")[1] if entry["kind"] == "webhook")

    status, entry = control.send("GET", f"log/{n}")

    assert status == 200
    assert (entry["purpose"], entry["content_type"], entry["again_of"]) == ("voice", "text/xml", None)
    assert entry["headers"]["X-Twilio-Signature"]
    assert entry["took_ms"] >= 0
    assert entry["params"]["To"] == number


def test_a_webhook_sent_again_is_signed_afresh_and_not_run(
    server: ExchangeServer, control: Any, attach: Attach
) -> None:
    """It goes out and is in the log; the call neither hears the answer nor gets its cookies."""
    sid = _dial(control, attach("/enqueue"))
    heard = len(server.exchange.calls[sid].heard)
    first = next(entry for entry in control.send("GET", "log")[1] if entry["url"].endswith("/enqueue"))

    status, again = control.send("POST", f"log/{first['n']}/replay")
    control.send("POST", "clock", {"advance_s": 0})

    whole = control.send("GET", f"log/{first['n']}")[1]
    assert (status, again["status"], again["body"]) == (200, 200, first["body"])
    assert (again["again_of"], again["params"], again["call_sid"]) == (first["n"], first["params"], sid)
    assert again["headers"]["X-Twilio-Signature"] == whole["headers"]["X-Twilio-Signature"]
    assert again["headers"]["I-Twilio-Idempotency-Token"] != whole["headers"]["I-Twilio-Idempotency-Token"]
    assert control.send("GET", "log")[1][-1]["n"] == again["n"]
    assert len(server.exchange.calls[sid].heard) == heard


def test_a_cookie_set_upon_a_replay_is_not_the_calls(server: ExchangeServer, control: Any, attach: Attach) -> None:
    """The call goes on with what it had."""
    call = server.exchange.calls[_dial(control, attach("/visits"))]
    kept = call.cookies.header(STATION)
    first = next(entry for entry in control.send("GET", "log")[1] if entry["url"].endswith("/visits"))

    again = control.send("POST", f"log/{first['n']}/replay")[1]

    assert kept is not None
    assert again["headers"]["Cookie"] == kept
    assert call.cookies.header(STATION) == kept


def test_what_the_application_asked_cannot_be_sent_again(control: Any, attach: Attach) -> None:
    """409 for a REST request, 404 for an entry that is not there."""
    attach("/hold")

    assert control.send("POST", "log/1/replay")[0] == 409
    assert control.send("GET", "log/99")[0] == 404
    assert control.send("GET", "log/first")[0] == 404


# The stream


def _events(server: ExchangeServer, query: str) -> Iterator[tuple[str, Any]]:
    response = urllib3.request("GET", f"{server.url}/_exchange/stream?{query}", preload_content=False, timeout=20)
    assert response.headers["Content-Type"].startswith("text/event-stream")
    block = b""
    while True:
        block += response.read1(65_536)
        while b"\n\n" in block:
            event, _, block = block.partition(b"\n\n")
            name, data = event.decode().split("\n", 1)
            yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_the_stream_begins_with_everything_and_goes_on(server: ExchangeServer, control: Any, attach: Attach) -> None:
    """State and wire at once; then each change of the phones asked for, in order, and each request."""
    number = attach("/keys")
    events = _events(server, f"phone=%2B{PHONE[1:]}")

    assert next(events)[1]["phones"][0] | {"number": PHONE} == {
        "number": PHONE, "calls": 0, "call": None, "ringing": [], "texts": []
    }  # fmt: skip
    assert [(name, [entry["kind"] for entry in news]) for name, news in [next(events)]] == [("wire", ["rest"])]
    sid = _dial(control, number)
    control.send("POST", f"calls/{sid}/digits", {"digits": "1"})
    control.send("POST", "clock", {"advance_s": 0})

    wire: dict[int, Any] = {}
    for name, news in events:
        if name == "wire":
            wire |= {entry["n"]: entry for entry in news}
            continue
        call = news["phones"][0]["call"]
        if call and call["is_over"] is False and any(each["kind"] == "say" for each in call["captions"]):
            break
    assert [(each["kind"], each.get("text")) for each in call["captions"]] == [("pressed", "1"), ("say", "thank you")]
    assert call["with"] == number


def test_whoever_comes_back_has_lost_nothing(server: ExchangeServer, control: Any, attach: Attach) -> None:
    """A new connection tells the whole call and the whole wire again; after a reset it is another era."""
    sid = _dial(control, attach("/enqueue"))
    first = next(_events(server, f"phone={PHONE.replace('+', '%2B')}"))[1]

    again = _events(server, f"phone={PHONE.replace('+', '%2B')}")
    state, wire = next(again)[1], next(again)[1]

    assert state | {"now": first["now"]} == first
    assert state["phones"][0]["call"]["sid"] == sid
    assert state["phones"][0]["call"]["place"] == 1
    assert [entry["n"] for entry in wire] == list(range(1, len(wire) + 1))
    control.send("POST", "reset")
    assert next(_events(server, ""))[1]["era"] != state["era"]


def test_two_phones_put_through_hear_each_other(control: Any, attach: Attach) -> None:
    """What one says is a caption of the other's too, with whom they talk."""
    sid = _dial(control, attach("/call"))
    (leg,) = control.send("GET", "phones/+15550109999")[1]["calls"]
    control.send("POST", f"calls/{leg}/answer")
    control.send("POST", "clock", {"advance_s": 0})
    control.send("POST", f"calls/{sid}/speech", {"text": "good evening"})

    response = urllib3.request(
        "GET", f"{control.url}/_exchange/stream?phone=%2B{PHONE[1:]}&phone=%2B15550109999", preload_content=False
    )
    state = json.loads(response.readline() and response.readline().removeprefix(b"data: "))
    response.close()

    mine, other = state["phones"]
    assert [mine["call"]["bridged_to"], other["call"]["bridged_to"]] == ["+15550109999", PHONE]
    assert mine["call"]["captions"][-1] | {"at": ""} == {"key": "u0", "at": "", "kind": "spoke", "text": "good evening"}
    assert other["call"]["captions"][-1]["kind"] == "other"


def test_a_stream_follows_so_many_phones(control: Any) -> None:
    """400 beyond."""
    assert control.send("GET", "stream?" + "&".join(f"phone=%2B1555010{n:04}" for n in range(51)))[0] == 400


# The layout

ADA = {"name": "Ada", "number": PHONE, "to": NUMBER}


def test_phones_are_laid_out_for_the_page(server: ExchangeServer, control: Any) -> None:
    """They are in its state, until a reset."""
    assert control.send("PUT", "layout", [ADA]) == (200, [ADA])
    assert control.send("GET", "layout") == (200, [ADA])
    assert next(_events(server, ""))[1]["layout"] == [ADA]

    control.send("POST", "reset")

    assert control.send("GET", "layout") == (200, [])


@pytest.mark.parametrize(
    "content",
    [{}, [1], [{"name": "Ada"}], [ADA | {"to": ""}], [ADA | {"to": 7}], [ADA | {"x": "y"}], [ADA, ADA], [ADA] * 51],
)
def test_phones_that_make_no_sense_are_refused(control: Any, content: Any) -> None:
    """400, and those before stay."""
    control.send("PUT", "layout", [ADA])

    assert control.send("PUT", "layout", content)[0] == 400
    assert control.send("GET", "layout")[1] == [ADA]
