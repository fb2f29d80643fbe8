"""Keys, words and recordings: facts 5 and 15, and the exchange's own rules about keys."""

from __future__ import annotations

import pytest

from callin.exchange.records import CallStatus
from tests.exchange.script import BASE, Asked, Desk, Says

KEY = "<Say>Key</Say>"


def gathering(gather: str, **answers: str) -> Desk:
    """A call that runs one Gather, and says so when it falls through."""
    return Desk(
        {"/voice": f"{gather}<Say>Nothing</Say>", "/key": KEY, **{f"/{path}": a for path, a in answers.items()}}
    )


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits", "finished_on"),
    [
        ('numDigits="1"', "1", "1", None),
        ('numDigits="2"', "123", "12", None),
        ("", "42#", "42", "#"),
        ('finishOnKey="*"', "4#*", "4#", "*"),
        ('finishOnKey="" numDigits="3"', "1#*", "1#*", None),
    ],
)
def test_enough_keys_end_a_gather(attributes: str, pressed: str, digits: str, finished_on: str | None) -> None:
    """Facts 5: numDigits or finishOnKey (# by default) end it; Digits without the finishing key."""
    desk = gathering(f'<Gather action="/key" {attributes}/>')
    call = desk.dial()
    desk.exchange.press(call, pressed)
    asked = desk.app.requests("/key")[0].params
    assert (asked["Digits"], asked.get("FinishedOnKey")) == (digits, finished_on)
    assert desk.heard(call) == ["Key"]


def test_a_gathers_timeout_ends_it_with_what_there_is() -> None:
    """Facts 5: five seconds by default, counted anew from every key."""
    desk = gathering('<Gather action="/key"/>')
    call = desk.dial()
    desk.exchange.advance(4)
    desk.exchange.press(call, "7")
    desk.exchange.advance(4)
    desk.exchange.press(call, "8")
    desk.exchange.advance(4)
    assert not desk.app.requests("/key")
    desk.exchange.advance(1)
    assert desk.app.requests("/key")[0].params["Digits"] == "78"


@pytest.mark.parametrize(("attribute", "paths"), [("", ["/voice"]), ('actionOnEmptyResult="true"', ["/voice", "/key"])])
def test_no_input_falls_through(attribute: str, paths: list[str]) -> None:
    """Facts 5: on no input the next verb runs, unless actionOnEmptyResult."""
    desk = gathering(f'<Gather action="/key" {attribute}/>')
    desk.dial()
    desk.exchange.advance(5)
    assert desk.app.paths() == paths


def test_a_key_interrupts_the_prompt() -> None:
    """Facts 5: what is nested is heard until a key comes, which counts."""
    desk = gathering(
        '<Gather numDigits="1" action="/key"><Say>one two three four five</Say><Play>/x.wav</Play></Gather>'
    )
    call = desk.dial()
    desk.exchange.advance(1)
    desk.exchange.press(call, "5")
    assert desk.app.requests("/key")[0].params["Digits"] == "5"
    assert desk.app.paths() == ["/voice", "/key"]


def test_the_action_of_a_gather_is_its_own_document_by_default() -> None:
    """Facts 5: action defaults to the current document's URL."""
    desk = Desk({"/voice": lambda asked: "<Hangup/>" if "Digits" in asked.params else '<Gather numDigits="1"/>'})
    call = desk.dial()
    desk.exchange.press(call, "1")
    assert desk.app.paths() == ["/voice", "/voice", "/status"]
    assert call.status is CallStatus.COMPLETED


def test_keys_pressed_while_a_webhook_is_in_flight_wait_for_the_next_gather() -> None:
    """Exchange rules, Keys: held through the document's first verbs, and taken before the prompt is heard."""
    desk = gathering("")

    def answer(asked: Asked) -> str:
        desk.exchange.phone("+15550111111").press("12")
        return '<Say>Hello</Say><Gather numDigits="1" action="/key"><Say>Prompt</Say></Gather>'

    desk.app.answers["/voice"] = answer
    desk.app.answers["/key"] = '<Gather numDigits="1" action="/again" timeout="1"/>'
    call = desk.dial()
    desk.exchange.advance(10)
    assert desk.app.requests("/key")[0].params["Digits"] == "1"
    assert "Prompt" not in desk.heard(call)
    assert not desk.app.requests("/again"), "a key left over when a Gather ends is lost"


@pytest.mark.parametrize("verb", ["<Say>one two three four five</Say>", "<Pause length='2'/>", "<Play>/x.wav</Play>"])
def test_keys_during_any_other_verb_are_lost(verb: str) -> None:
    """Exchange rules, Keys."""
    desk = gathering(f'{verb}<Gather numDigits="1" action="/key" timeout="2"/>')
    call = desk.dial()
    desk.exchange.advance(0.5)
    desk.exchange.press(call, "1")
    desk.exchange.advance(20)
    assert desk.app.paths().count("/key") == 0


def test_words_are_gathered_when_they_have_been_spoken() -> None:
    """Facts 5: SpeechResult and Confidence; speech lasts as long as its words."""
    desk = gathering('<Gather input="dtmf speech" action="/key"/>')
    call = desk.dial()
    desk.exchange.advance(4)
    desk.exchange.speak(call, "I would like to sing a song")
    desk.exchange.advance(2.7)
    assert not desk.app.requests("/key")
    desk.exchange.advance(0.1)
    asked = desk.app.requests("/key")[0].params
    assert asked["SpeechResult"] == "I would like to sing a song"
    assert 0 < float(asked["Confidence"]) <= 1


def test_words_are_lost_on_a_gather_of_keys() -> None:
    """Facts 5: input is dtmf by default."""
    desk = gathering('<Gather action="/key"/>')
    call = desk.dial()
    desk.exchange.speak(call, "hello")
    desk.exchange.advance(30)
    assert desk.heard(call) == ["Nothing"]


def recording(record: str, **answers: str) -> Desk:
    """A call that runs one Record, and says so when it falls through."""
    return Desk({"/voice": f"{record}<Say>Nothing</Say>", "/done": "<Say>Thanks</Say>", "/recorded": "", **answers})


def test_a_recording_ends_with_silence() -> None:
    """Facts 5: five seconds of silence end it; silence is trimmed from its length."""
    desk = recording('<Record action="/done"/>')
    call = desk.dial()
    desk.exchange.advance(2)
    desk.exchange.speak(call, "one two three four five six seven eight nine ten")
    desk.exchange.advance(4 + 4.9)
    assert not desk.app.requests("/done")
    desk.exchange.advance(0.2)
    asked = desk.app.requests("/done")[0].params
    (kept,) = desk.exchange.recordings.values()
    assert (asked["RecordingDuration"], kept.duration_s, kept.said.split()[-1]) == ("4", 4, "ten")
    assert asked["RecordingUrl"].endswith(f"/Recordings/{kept.sid}")
    assert "Digits" not in asked
    assert desk.heard(call) == ["record", "Thanks"]


@pytest.mark.parametrize(("attribute", "pressed", "ends"), [("", "5", True), ('finishOnKey="#"', "5", False)])
def test_a_key_ends_a_recording(attribute: str, pressed: str, ends: bool) -> None:
    """Facts 5: any key by default, told as Digits; verbs after Record are unreachable."""
    desk = recording(f'<Record action="/done" {attribute}/>')
    call = desk.dial()
    desk.exchange.speak(call, "one two three four five")
    desk.exchange.advance(3)
    desk.exchange.press(call, pressed)
    assert [asked.params.get("Digits") for asked in desk.app.requests("/done")] == ([pressed] if ends else [])


def test_a_recording_ends_at_its_greatest_length() -> None:
    """Facts 5: maxLength, 3600 s by default."""
    desk = recording('<Record action="/done" maxLength="3"/>')
    call = desk.dial()
    desk.exchange.speak(call, " ".join(["word"] * 50))
    desk.exchange.advance(3)
    assert desk.app.requests("/done")[0].params["RecordingDuration"] == "3"


def test_hanging_up_ends_a_recording_that_is_kept() -> None:
    """Facts 5: Digits is `hangup`; the reply is discarded."""
    desk = recording('<Record action="/done"/>')
    call = desk.dial()
    desk.exchange.speak(call, "goodbye then")
    desk.exchange.advance(0.8)
    desk.exchange.hang_up(call)
    asked = desk.app.requests("/done")[0].params
    assert (asked["Digits"], asked["CallStatus"], asked["RecordingDuration"]) == ("hangup", "completed", "1")
    assert desk.heard(call) == ["record"]


def test_a_silent_recording_falls_through() -> None:
    """Facts 15: no request, 16102; a phone that says nothing ends every Record after its timeout."""
    desk = recording('<Record action="/done" timeout="3" recordingStatusCallback="/recorded"/>')
    call = desk.dial()
    desk.exchange.advance(3)
    assert desk.app.paths() == ["/voice"]
    assert desk.entry("/voice").error == 16102
    assert desk.heard(call) == ["record", "Nothing"]
    assert [kept.status for kept in desk.exchange.recordings.values()] == ["absent"]


def test_the_action_of_a_record_is_its_own_document_by_default() -> None:
    """Facts 5: the loop trap."""
    desk = Desk({"/voice": "<Record/>"})
    call = desk.dial()
    for _ in range(3):
        desk.exchange.speak(call, "hello")
        desk.exchange.press(call, "1")
    assert desk.app.paths() == ["/voice"] * 4


def test_a_recordings_status_is_told() -> None:
    """Facts 5: the events asked for, with the recording's parameters."""
    desk = recording(
        '<Record action="/done" recordingStatusCallback="/recorded"'
        ' recordingStatusCallbackEvent="in-progress completed"/>'
    )
    call = desk.dial()
    desk.exchange.speak(call, "hello")
    desk.exchange.press(call, "1")
    told = desk.app.requests("/recorded")
    assert [asked.params["RecordingStatus"] for asked in told] == ["in-progress", "completed"]
    assert told[1].params["RecordingSource"] == "RecordVerb"
    assert {"AccountSid", "CallSid", "RecordingSid", "RecordingUrl", "RecordingDuration", "RecordingChannels"} <= set(
        told[1].params
    )


def test_a_record_without_action_in_inline_twiml_is_an_error() -> None:
    """Facts 3.3: Redirect to a document with Record and no action: 11100 when it has no address of its own."""
    desk = Desk(
        {"/voice": "<Say>Hi</Say><Pause length='60'/>", "/fallback": "<Say>Fallback</Say>"},
        voice_fallback_url=f"{BASE}/fallback",
    )
    call = desk.dial()
    desk.exchange.update_call(call, twiml="<Response><Record/></Response>")
    assert desk.app.requests("/fallback")[0].params["ErrorCode"] == "11100"


def test_a_lost_key_press_is_refused_when_the_call_is_over() -> None:
    """Control API: 409 if over; here, an error that names the call."""
    desk = Desk({"/voice": Says("<Response><Hangup/></Response>")})
    call = desk.dial()
    with pytest.raises(Exception, match=call.sid):
        desk.exchange.press(call, "1")
