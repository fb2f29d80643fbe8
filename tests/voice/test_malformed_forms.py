"""Signed nonsense: somebody is on the phone all the same, and nothing is half-written."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict

from tests.webhooks.ringing import ANA, DJ, RECORDING, Doors

WITHOUT_SID = {name: value for name, value in ANA.items() if name != "CallSid"}
WAIT = {"QueuePosition": "1", "QueueTime": "9"}
LEFT = {"QueueResult": "bridged", "QueueTime": "9"}
WHISPER = {"DequeingCallSid": DJ["CallSid"], "QueueTime": "9"}
MESSAGE = {"RecordingUrl": RECORDING, "RecordingDuration": "5"}
DONE = {"DialCallStatus": "completed", "DialCallSid": ANA["CallSid"], "DialCallDuration": "60"}

SPOKEN_TO: dict[str, dict[str, str]] = {
    "/voice/listener/answer": {},
    "/voice/listener/join": {},
    "/voice/listener/wait": WAIT,
    "/voice/listener/key": {"Digits": "1"},
    "/voice/listener/next_up": {},
    "/voice/listener/on_air": WHISPER,
    "/voice/listener/left?stint=1": LEFT,
    "/voice/listener/goodbye?waited_s=60": {},
    "/voice/listener/message": MESSAGE,
    "/voice/dj/answer": {},
    "/voice/dj/pin": {"Digits": "1234"},
    "/voice/dj/messages": {},
    "/voice/dj/next": {},
    "/voice/dj/done?queue=line": DONE,
}
NONSENSE: list[tuple[str, dict[str, Any]]] = [
    *((path, {**WITHOUT_SID, **form}) for path, form in SPOKEN_TO.items()),
    *((path, {**ANA, **form, "CallSid": ["CA1", "CA2"]}) for path, form in SPOKEN_TO.items()),
    *((path, {**ANA, **form, "CallSid": "CA1'; DROP TABLE calls"}) for path, form in SPOKEN_TO.items()),
    ("/voice/listener/wait", {**ANA, **WAIT, "QueueTime": "-1"}),
    ("/voice/listener/wait", {**ANA, **WAIT, "QueueTime": "soon"}),
    ("/voice/listener/wait", {**ANA, "QueueTime": "3"}),
    ("/voice/listener/wait", {**ANA, **WAIT, "QueuePosition": "9" * 40}),
    ("/voice/listener/left", {**ANA, **LEFT, "QueueResult": "teleported"}),
    ("/voice/listener/left", {**ANA, **LEFT, "QueueResult": ""}),
    ("/voice/listener/left", {**ANA, **LEFT, "CallStatus": "dreaming"}),
    ("/voice/listener/left", {**ANA, **LEFT, "QueueTime": "-40"}),
    ("/voice/listener/left?stint=two", {**ANA, **LEFT}),
    ("/voice/listener/on_air", {**ANA, **WHISPER, "DequeingCallSid": "nobody"}),
    ("/voice/listener/on_air", {**ANA, **WHISPER, "QueueTime": "1.5"}),
    ("/voice/listener/goodbye?waited_s=ages", ANA),
    ("/voice/listener/message", {**ANA, **MESSAGE, "RecordingUrl": "javascript:alert(1)"}),
    ("/voice/listener/message", {**ANA, **MESSAGE, "RecordingUrl": "https://api.twilio.test/nothing"}),
    ("/voice/listener/message", {**ANA, **MESSAGE, "RecordingUrl": "https://[::1/RE1"}),
    ("/voice/listener/message", {**ANA, **MESSAGE, "RecordingDuration": "-5"}),
    ("/voice/listener/message", {**ANA, **MESSAGE, "RecordingSid": "CA1"}),
    ("/voice/dj/done", {**DJ, **DONE, "DialCallDuration": "-1"}),
    ("/voice/dj/done", {**DJ, **DONE, "DialCallSid": "SM1"}),
]


@pytest.mark.parametrize(("path", "form"), NONSENSE)
def test_nonsense_on_the_telephone_is_answered_and_changes_nothing(
    doors: Doors, path: str, form: dict[str, Any]
) -> None:
    """Whoever is on the line hears a sentence, with HTTP 200, and the database stays as it was."""
    doors.open_show()
    before = doors.contents()

    with capture_logs() as lines:
        reply = doors.send(path, _encoded(form), signature=_signed(doors, path, form))

    assert reply.status == 200
    assert reply.said
    assert doors.contents() == before
    told = [line["event"] for line in lines if line["event"] != "webhook answered"]
    assert told == ["webhook not served"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/voice/status", {**WITHOUT_SID, "CallStatus": "completed"}),
        ("/voice/status", {**ANA, "CallStatus": "vanished"}),
        ("/voice/status", {**ANA, "CallStatus": "completed", "CallDuration": "-3"}),
        ("/voice/messages/ready", {**ANA, **MESSAGE, "RecordingStatus": "molten"}),
        ("/voice/messages/ready", {**ANA, **MESSAGE, "RecordingStatus": "completed", "RecordingUrl": "file:///etc"}),
        ("/voice/messages/ready", {**WITHOUT_SID, **MESSAGE, "RecordingStatus": "completed"}),
    ],
)
def test_nonsense_in_a_callback_is_refused(doors: Doors, path: str, form: dict[str, str]) -> None:
    """Nobody listens to a callback: 400, so that it shows in the carrier's log, and nothing changes."""
    before = doors.contents()

    with capture_logs():
        reply = doors.post(path, form)

    assert (reply.status, reply.body) == (400, b"")
    assert doors.contents() == before


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/voice/status", {**ANA, "CallStatus": "completed", "CallDuration": "60"}),
        ("/voice/status", {**ANA, "CallStatus": "in-progress"}),
        ("/voice/messages/ready", {**ANA, **MESSAGE, "RecordingStatus": "in-progress"}),
        ("/voice/messages/ready", {**ANA, **MESSAGE, "RecordingStatus": "completed"}),
    ],
)
def test_callbacks_about_calls_we_never_heard_of_are_taken(doors: Doors, path: str, form: dict[str, str]) -> None:
    """A stale or unknown callback gets 204, so that the carrier stops."""
    assert doors.post(path, form).status == 204


@pytest.mark.parametrize("path", ["/voice/listener/left?stint=1", "/voice/listener/key", "/voice/listener/on_air"])
def test_voice_routes_serve_calls_we_never_heard_of(doors: Doors, path: str) -> None:
    """A call whose first webhooks were lost is served with a document like any other."""
    doors.open_show()
    reply = doors.post(path, {**ANA, **LEFT, **WHISPER, "Digits": "2"})

    assert reply.status == 200
    assert reply.verbs


ANYTHING = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "-1", "0", "1", "completed", "bridged", "queue-full", "*", "CA" + "1" * 32, "x" * 10_000]),
)
NAMES = [*ANA, *WAIT, *LEFT, *WHISPER, *MESSAGE, *DONE, "Digits", "CallerName", "FromCity", "RecordingSid", "stint"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(SPOKEN_TO)), form=st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8))
def test_no_form_at_all_silences_a_phone(doors: Doors, path: str, form: dict[str, str]) -> None:
    """Whatever a signed form holds, the answer is a document with something to do."""
    form = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    with capture_logs() as lines:
        reply = doors.post(path, {**ANA, **form})

    assert reply.status == 200
    assert reply.verbs
    assert "webhook failed" not in {line["event"] for line in lines}


@pytest.mark.parametrize(
    "name", ['Ana <Ana> & "Co"', "انا من الاذاعة", "📻 Zoë 👩‍👩‍👧", "O'Neil", "]]>", "{{ 7 * 7 }}", "x" * 10_000]
)
def test_names_reach_the_dj_escaped_and_intact(doors: Doors, name: str) -> None:
    """Whatever a caller is called, the DJ hears just that, and the document stays a document."""
    doors.open_show()
    doors.post("/voice/listener/answer", {**ANA, "CallerName": name})
    doors.post("/voice/listener/join", ANA)
    doors.post("/voice/dj/answer", DJ)

    reply = doors.post("/voice/dj/next", DJ)

    assert f"Next is {name[:120]}." in reply.said


def _encoded(form: dict[str, Any]) -> bytes:
    return urlencode(form, doseq=True).encode()


def _signed(doors: Doors, path: str, form: dict[str, Any]) -> str:
    return doors.validator.compute_signature(doors.base + path, MultiDict(form))
