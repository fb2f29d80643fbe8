"""Documents: escaped always, complete always, and a station may speak its own words."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from structlog.testing import capture_logs

from callin.desk.djs import DjTurn, TurnKind
from callin.errors import BadSettings
from callin.rules.waiting import WaitNotice
from callin.twiml import BUILT_IN, Documents
from tests.carrier.switchboard import settings_for_tests

CARD = DjTurn(kind=TurnKind.CARD, queue_name="line", timeout_s=5)


@pytest.fixture(scope="module")
def documents() -> Documents:
    """Ours."""
    return Documents(settings_for_tests())


@given(name=st.text(min_size=1))
def test_any_name_makes_a_document(name: str) -> None:
    """Whatever text a name is, the document is well-formed and speaks it, less what XML cannot hold at all."""
    body = SHARED.render("dj/next.xml", turn=DjTurn(kind=TurnKind.CARD, queue_name="line", name=name))

    words = ET.fromstring(body)[0].text or ""
    kept = "".join(c for c in name if c not in "\ufffe\uffff" and (ord(c) >= 0xA0 or " " <= c <= "~" or c in "\t\n\r"))
    assert words.replace("\r", "\n") == f"Next is {kept or ''}.".replace("\r\n", "\n").replace("\r", "\n")


SHARED = Documents(settings_for_tests())


def test_a_fact_that_is_missing_is_an_error(documents: Documents) -> None:
    """A document never speaks of nothing: a value that nobody gave is noticed."""
    with pytest.raises(UndefinedError):
        documents.render("dj/next.xml")


def test_documents_start_with_their_declaration(documents: Documents) -> None:
    """A blank line in front would make a document no XML for the carrier."""
    assert documents.render("dj/next.xml", turn=CARD).startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Response>')


def test_a_station_speaks_its_own_words(tmp_path: Path) -> None:
    """A document in the station's folder replaces ours of the same name, and only that one."""
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "on_air.xml").write_text("<Response><Say>{{ station_name }}: los!</Say></Response>")
    documents = Documents(settings_for_tests(twiml_dir=tmp_path, station_name="Radio X"))

    assert documents.render("listener/on_air.xml") == b"<Response><Say>Radio X: los!</Say></Response>"
    assert b"You have left the line" not in documents.render("listener/key.xml")
    assert b"press 1" in documents.render("listener/key.xml")


def test_an_own_document_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """The person who starts the station hears which document, which line and what is wrong."""
    (tmp_path / "sorry.xml").write_text("<Response>\n{% if %}</Response>")

    with pytest.raises(BadSettings, match=r"CALLIN_TWIML_DIR: sorry.xml, line 2: "):
        Documents(settings_for_tests(twiml_dir=tmp_path))


def test_an_own_document_that_is_no_utf8_stops_the_start(tmp_path: Path) -> None:
    """A document saved in another encoding is named."""
    (tmp_path / "sorry.xml").write_bytes(b"<Response>\xff</Response>")

    with pytest.raises(BadSettings, match=r"sorry.xml cannot be read"):
        Documents(settings_for_tests(twiml_dir=tmp_path))


@pytest.mark.parametrize("words", ["{{ no_such_thing }}", "Rock & Roll"])
def test_an_own_document_that_fails_on_the_telephone_is_replaced_by_ours(tmp_path: Path, words: str) -> None:
    """A mistake that only shows when it is spoken costs the station its words, not the caller their answer."""
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "on_air.xml").write_text(f"<Response><Say>{words}</Say></Response>")
    documents = Documents(settings_for_tests(twiml_dir=tmp_path))

    with capture_logs() as lines:
        body = documents.render("listener/on_air.xml")

    assert b"turn your radio down" in body
    assert [(line["log_level"], line["document"]) for line in lines] == [("error", "listener/on_air.xml")]


def test_a_document_that_is_asked_for_again_is_the_same(documents: Documents) -> None:
    """What is kept for the next who asks says what it would say made anew, and other facts make another document."""
    for place in (None, 2, 3, None, 2):
        facts = {"notice": WaitNotice(place=place), "tune": "https://a.test/1.mp3"}
        assert documents.render_again("listener/wait.xml", **facts) == documents.render("listener/wait.xml", **facts)


def test_a_stations_own_words_are_made_anew_each_time(tmp_path: Path) -> None:
    """A station's own document may choose its words by chance."""
    (tmp_path / "listener").mkdir()
    words = "<Response><Say>{{ range(1000000) | random }}</Say></Response>"
    (tmp_path / "listener" / "wait.xml").write_text(words)
    documents = Documents(settings_for_tests(twiml_dir=tmp_path))

    assert len({documents.render_again("listener/wait.xml") for _ in range(5)}) > 1


def test_several_tunes_take_turns() -> None:
    """A station with several tunes plays one after the other, the same for the same moment of the wait."""
    documents = Documents(settings_for_tests(hold_music=("https://a.test/1.mp3", "https://a.test/2.mp3")))

    assert [documents.tune_after(s)[-5] for s in (0, 19, 20, 41, 40)] == ["1", "1", "2", "1", "1"]


def test_our_own_tune_is_an_address_of_the_station(documents: Documents) -> None:
    """Without music of its own a station plays the loop that comes with it."""
    assert documents.tune_after(12345) == "https://station.test/media/hold.wav"


def test_voice_and_language_are_the_stations() -> None:
    """Whatever voice is set speaks every sentence."""
    documents = Documents(settings_for_tests(voice="Google.de-DE-Wavenet-A", language="de-DE"))

    say = ET.fromstring(documents.render("listener/on_air.xml"))[0]

    assert say.attrib == {"voice": "Google.de-DE-Wavenet-A", "language": "de-DE"}


def test_documents_stand_where_a_station_finds_them() -> None:
    """In a checkout the words are the top folder `twiml_templates`."""
    assert Path(__file__).parents[2] / "twiml_templates" == BUILT_IN
