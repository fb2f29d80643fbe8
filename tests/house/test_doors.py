"""The doors and the documents of the whole house: every address is locked, and has its words."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from structlog.testing import capture_logs

from callin.desk.calls import OnAirNotice, Welcome, WelcomeKind
from callin.desk.dj_door import DjDoor, DoorKind
from callin.desk.djs import DjTurn, TurnKind
from callin.desk.farewells import Farewell, FarewellKind
from callin.desk.joining import Joining, JoinKind
from callin.desk.messages import MessageTurn, MessageTurnKind
from callin.rules.estimate import WaitRange
from callin.rules.waiting import WaitNotice
from callin.webhooks import PhoneDoor
from tests.webhooks.ringing import ANA, Doors

# What is asked for without a signature, and why that is harmless: nothing of it changes anything.
OPEN_TO_ALL = {
    "/media/hold.wav",
    "/healthz",
    "/readyz",
    "/metrics",  # figures without numbers of people, and only for this machine or with a token
    "/voice/messages/<int(max=2147483647):message_id>/<token>.wav",  # its address cannot be guessed
    "/static/<path:filename>",
    "/sign-in",
    "/sign-in/once/<token>",
    # The status page: counts alone (tests/board/test_status_page.py).
    "/",
    "/stream",
    "/status/state",
}
# Forms of those pages: a POST with a token of ours, which grants nothing by itself.
OPEN_FORMS = {"/sign-in", "/sign-in/once/<token>", "/sign-out", "/sign-out/everywhere"}
# Callbacks that only take notice: the carrier reads no document there.
WITHOUT_WORDS = {"/voice/status", "/voice/messages/ready", "/sms/receipts"}
# A Dial that ended leads to the next caller: the same words.
SPEAKS_LIKE = {"/voice/dj/done": "dj/next"}


def webhooks(doors: Doors) -> list[str]:
    """The addresses behind the lock on the phone doors."""
    return sorted(
        rule.rule
        for rule in doors.app.url_map.iter_rules()
        if isinstance(doors.app.blueprints.get(rule.endpoint.rpartition(".")[0]), PhoneDoor)
    )


def test_whatever_is_not_locked_is_listed(doors: Doors) -> None:
    """An address is a webhook, which takes POST alone, or asks for a right, or is on a short list of harmless ones."""
    locked = set(webhooks(doors))
    for rule in doors.app.url_map.iter_rules():
        if rule.rule in locked:
            assert rule.methods == {"POST"}, rule.rule
        elif not hasattr(doors.app.view_functions[rule.endpoint], "right"):
            is_form = rule.methods == {"POST"} and rule.rule in OPEN_FORMS
            assert is_form or (rule.methods == {"GET", "HEAD"} and rule.rule in OPEN_TO_ALL), rule.rule
    assert len(locked) == 20


def test_no_webhook_opens_without_the_right_signature(doors: Doors) -> None:
    """Missing, empty, another's: 403 everywhere, and nothing is written."""
    doors.open_show()
    before = doors.contents()
    for path in webhooks(doors):
        signed_for_another = doors.validator.compute_signature(doors.base + "/elsewhere", ANA)
        for signature in (None, "", "nonsense", signed_for_another):
            with capture_logs():
                reply = doors.send(path, b"CallSid=CA1&From=%2B14155550123", signature=signature)
            assert reply.status == 403, (path, signature)
    assert doors.contents() == before


def test_no_webhook_takes_a_get(doors: Doors) -> None:
    """A GET changes nothing, for it does not even arrive: 405, signed or not."""
    for path in webhooks(doors):
        signature = doors.validator.compute_signature(doors.base + path, {})
        reply = doors.client.get(path, headers={"X-Twilio-Signature": signature})
        assert reply.status_code == 405, path
        assert reply.headers["Allow"] == "POST"


def test_addresses_and_documents_are_pairs(doors: Doors) -> None:
    """Every voice and text address has a document of its own path, and every document has an address."""
    paths = [path.removeprefix("/voice/").removeprefix("/") for path in webhooks(doors) if path not in WITHOUT_WORDS]
    spoken = {SPEAKS_LIKE.get(f"/voice/{path}", path) for path in paths}
    documents = {name.removesuffix(".xml") for name in doors.station.twiml.names()}
    shared = {name for name in documents if name.rpartition("/")[2].startswith("_") or name == "sorry"}

    assert {name.partition(".")[0] for name in documents - shared} == spoken
    assert spoken <= documents


def test_addresses_and_views_are_pairs(doors: Doors) -> None:
    """Whoever reads an address in a log finds its view by the last word."""
    locked = set(webhooks(doors))
    for rule in doors.app.url_map.iter_rules():
        if rule.rule in locked:
            assert rule.rule.rpartition("/")[2] == rule.endpoint.rpartition(".")[2]


def test_every_kind_of_answer_has_its_document(doors: Doors) -> None:
    """Whatever the desk decides, there are words for it."""
    kinds: dict[str, list[str]] = {
        "listener/answer": [kind for kind in WelcomeKind if kind != WelcomeKind.OPEN],
        "listener/join": [kind for kind in JoinKind if kind != JoinKind.LINE],
        "listener/left": [kind for kind in FarewellKind if kind != FarewellKind.THANKS],
        "dj/answer": [DoorKind.ASK_PIN, DoorKind.REFUSED],
        "dj/pin": [DoorKind.WRONG_PIN, DoorKind.REFUSED],
        "dj/next": [kind for kind in TurnKind if kind != TurnKind.CARD],
    }
    expected = {f"{path}.{kind}.xml" for path, variants in kinds.items() for kind in variants}

    assert expected <= set(doors.station.twiml.names())


NOTICES = [
    WaitNotice(),
    WaitNotice(must_leave=True),
    WaitNotice(show_is_closing=True),
    WaitNotice(place=1, is_next=True, is_first=True),
    WaitNotice(place=7, waited_min=1, forecast=WaitRange(0, 5), is_first=True, may_be_late=True),
    WaitNotice(place=3, waited_min=12, forecast=WaitRange(5, 10)),
]
TURNS = [
    DjTurn(kind=TurnKind.CARD, queue_name="line", timeout_s=5),
    DjTurn(kind=TurnKind.CARD, queue_name="q", name="Ana", town="Oslo", topic="Owls", waited_min=1, more_waiting=2),
    *(DjTurn(kind=kind, queue_name="line", timeout_s=20) for kind in TurnKind if kind != TurnKind.CARD),
]
FACTS: dict[str, list[dict[str, object]]] = {
    "listener/answer": [
        {"welcome": Welcome(kind=kind, show_name=name)} for kind in WelcomeKind for name in ("N", None)
    ],
    "listener/join": [{"joining": Joining(queue_name="line", stint=1)}],
    "listener/next_up": [{"joining": Joining(queue_name="line-next", stint=2)}],
    "listener/wait": [{"notice": notice, "tune": "https://station.test/media/hold.wav"} for notice in NOTICES],
    "listener/key": [{}],
    "listener/on_air": [{"notice": OnAirNotice(name=None, show_name=None)}],
    "listener/left": [{"farewell": Farewell(kind=kind, waited_min=n)} for kind in FarewellKind for n in (0, 1, 5)],
    "listener/dropped": [{"farewell": Farewell(kind=FarewellKind.THANKS, show_name=name)} for name in ("N", None)],
    "listener/goodbye": [{"farewell": Farewell(kind=FarewellKind.SENT_HOME, waited_min=n)} for n in (0, 1, 5)],
    "listener/message": [{}],
    "dj/answer": [{"door": DjDoor(kind=DoorKind.ADMITTED, new_messages=n, show_name="N")} for n in (0, 1, 3)],
    "dj/pin": [{"door": DjDoor(kind=DoorKind.ADMITTED)}],
    "dj/messages": [
        {
            "turn": MessageTurn(kind=MessageTurnKind.PLAY, message_id=1, is_first=first, town=town, done=done),
            "sound_url": "https://station.test/voice/messages/1/x.wav",
            "wants_callers": False,
        }
        for first, town, done in itertools.product((True, False), ("Oslo", None), ("kept", "deleted", None))
    ],
    "dj/next": [{"turn": turn} for turn in TURNS],
    "fallback": [{"back": "https://station.test/x?again=1"}, {"back": None}],
    "sorry": [{"back": "https://station.test/x?again=1"}, {"back": None}],
    "sms/inbound": [{}],
}
VERBS = {"Say", "Play", "Pause", "Gather", "Record", "Redirect", "Hangup", "Enqueue", "Leave", "Dial", "Queue"}
WITHIN_WAIT = {"Say", "Play", "Pause", "Gather", "Leave", "Redirect", "Hangup"}
WITHIN_WHISPER = {"Say", "Play", "Pause", "Redirect"}


def renderings(doors: Doors) -> list[tuple[str, bytes]]:
    """Every document with every kind of facts it may be given."""
    names = [name for name in doors.station.twiml.names() if not name.rpartition("/")[2].startswith("_")]
    return [
        (name, doors.station.twiml.render(name, **facts))
        for name in names
        for facts in FACTS[name.removesuffix(".xml").partition(".")[0]]
    ]


def test_every_document_renders_as_twiml(doors: Doors) -> None:
    """Well-formed, a Response at the root from the first byte on, known verbs, and something to do in each."""
    for name, body in renderings(doors):
        assert body.startswith(b"<?xml"), name
        root = ET.fromstring(body)
        assert root.tag == "Response", name
        assert {element.tag for element in root.iter()} - {"Response"} <= VERBS, name
        assert len(root) or name == "sms/inbound.xml", name


def test_every_sentence_is_one_sentence(doors: Doors) -> None:
    """One sentence per Say, in the station's voice, short enough to be understood on a bad line."""
    for name, body in renderings(doors):
        for say in ET.fromstring(body).iter("Say"):
            words = (say.text or "").strip()
            assert words, name
            assert len(words.split()) <= 20, (name, words)
            assert words[-1] in ".?!", (name, words)
            assert not any(mark in words[:-1] for mark in ("? ", "! ", ". ")), (name, words)
            assert say.attrib == {"voice": "Polly.Joanna", "language": "en-US"}, name


def test_every_address_in_a_document_is_absolute_and_ours(doors: Doors) -> None:
    """Whatever Twilio is sent to next is an address of this station that takes it."""
    adapter = doors.app.url_map.bind("station.test")
    for name, body in renderings(doors):
        for element in ET.fromstring(body).iter():
            told = [value for key, value in element.attrib.items() if key in ADDRESSES]
            if element.tag in ("Redirect", "Play"):
                told.append(element.text or "")
            for address in told:
                assert address.startswith("https://station.test/"), (name, address)
                path = address.removeprefix("https://station.test").partition("?")[0]
                if path not in ("/x", "/voice/messages/1/x.wav"):
                    adapter.match(path, method="GET" if element.tag == "Play" else "POST")


ADDRESSES = {"action", "url", "waitUrl", "recordingStatusCallback"}


def test_documents_in_the_wait_loop_use_what_is_allowed_there(doors: Doors) -> None:
    """The wait loop refuses Enqueue, Dial and Record, and an end without Play or Pause would be a hot loop."""
    for name, body in renderings(doors):
        if name.startswith(("listener/wait", "listener/key")):
            root = ET.fromstring(body)
            assert {element.tag for element in root.iter()} - {"Response"} <= WITHIN_WAIT, name
            assert root[-1].tag in ("Play", "Pause", "Leave"), name


def test_the_whisper_uses_what_is_allowed_there(doors: Doors) -> None:
    """Before the bridge only Say, Play, Pause and Redirect are run."""
    for name, body in renderings(doors):
        if name.startswith("listener/on_air"):
            assert {element.tag for element in ET.fromstring(body).iter()} - {"Response"} <= WITHIN_WHISPER


@pytest.mark.parametrize("name", ["join.xml", "next_up.xml"])
def test_queue_names_stand_alone(doors: Doors, name: str) -> None:
    """No white space around the name: whether Twilio trims it is not documented."""
    body = doors.station.twiml.render(f"listener/{name}", joining=Joining(queue_name="radio-callin-queue", stint=1))

    assert ET.fromstring(body)[0].text == "radio-callin-queue"
