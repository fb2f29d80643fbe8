"""The doors and the documents of the whole house: every address is locked, and has its words."""

from xml.etree import ElementTree as ET

import pytest
from structlog.testing import capture_logs

from callin.desk.calls import WelcomeKind
from callin.desk.dj_door import DoorKind
from callin.desk.djs import TurnKind
from callin.desk.farewells import FarewellKind
from callin.desk.joining import Joining, JoinKind
from callin.samples import renderings
from callin.twiml import BUILT_IN, Documents
from callin.twiml_faults import faults_of, place_of
from callin.webhooks import PhoneDoor
from tests.carrier.switchboard import settings_for_tests
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


LANGUAGES = {"en-US": "Polly.Joanna", "es-MX": "Polly.Mia"}
every_language = pytest.mark.parametrize("language", LANGUAGES)


def documents_in(language: str) -> list[tuple[str, bytes]]:
    """Every document with every kind of facts it may be given."""
    settings = settings_for_tests(language=language)
    return list(renderings(Documents(settings), base_url=settings.public_base_url))


@every_language
def test_every_document_is_fit_for_its_place(language: str) -> None:
    """Well-formed, known verbs, those that its place runs, one sentence a Say, and something to do in each."""
    for name, body in documents_in(language):
        assert faults_of(body, place=place_of(name)) == [], name


@every_language
def test_every_sentence_is_in_the_stations_voice(language: str) -> None:
    """Voice and language are those of the settings."""
    for name, body in documents_in(language):
        for say in ET.fromstring(body).iter("Say"):
            assert say.attrib == {"voice": LANGUAGES[language], "language": language}, name


def test_spanish_is_complete() -> None:
    """Each document does in Spanish what it does in English, and no sentence is left in English."""
    english, spanish = documents_in("en-US"), documents_in("es-MX")
    for (name, body), (as_name, otherwise) in zip(english, spanish, strict=True):
        assert name == as_name
        one, other = ET.fromstring(body), ET.fromstring(otherwise)
        assert [plain(each) for each in one.iter()] == [plain(each) for each in other.iter()], name
        said = {(each.text or "") for each in one.iter("Say")}
        assert not said & {(each.text or "") for each in other.iter("Say")}, name
    folder = BUILT_IN / "es"
    for path in folder.rglob("*.xml"):
        assert (BUILT_IN / path.relative_to(folder)).exists(), path


def plain(element: ET.Element) -> tuple[str, dict[str, str], str | None]:
    """A verb without its words."""
    kept = {name: value for name, value in element.attrib.items() if name not in ("voice", "language")}
    return element.tag, kept, None if element.tag == "Say" else (element.text or "").strip()


def test_every_address_in_a_document_is_absolute_and_ours(doors: Doors) -> None:
    """Whatever Twilio is sent to next is an address of this station that takes it."""
    adapter = doors.app.url_map.bind("station.test")
    for name, body in documents_in("en-US"):
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


@pytest.mark.parametrize("name", ["join.xml", "next_up.xml"])
def test_queue_names_stand_alone(doors: Doors, name: str) -> None:
    """No white space around the name: whether Twilio trims it is not documented."""
    body = doors.station.twiml.render(f"listener/{name}", joining=Joining(queue_name="radio-callin-queue", stint=1))

    assert ET.fromstring(body)[0].text == "radio-callin-queue"
