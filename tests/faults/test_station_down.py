"""The whole station is killed while callers wait and others ring: what they hear, and where they are afterwards."""

import signal
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from callin.exchange import Phone
from callin.media import HOLD_MUSIC
from tests.faults.serving import DJ_LINE, DJ_PHONE, Serving

SHIPPED = Path(__file__).parents[2] / "docs" / "deploy" / "fallback.xml"
PLACEHOLDER = "https://callin.example.org"
ANA, BEN = "+14155550111", "+14155550112"
PLEASE_HOLD = "Please hold on, or call us again later."
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."


class Files(SimpleHTTPRequestHandler):
    """A host of files, which answers GET alone and leaves stderr to the tests."""

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def elsewhere(station: Serving, tmp_path: Path) -> Iterator[str]:
    """The address of the shipped document on another host, made fit for this station as its comment says."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "fallback.xml").write_text(SHIPPED.read_text().replace(PLACEHOLDER, station.base))
    (folder / "hold.wav").write_bytes(HOLD_MUSIC.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder)))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/fallback.xml"
    server.shutdown()
    server.server_close()


def on_air(station: Serving) -> None:
    """The numbers point at the station, which runs, and the show is open."""
    station.callin("numbers", "sync", "--yes")
    station.callin("show", "open")
    station.start()


def heard(phone: Phone) -> str:
    return " ".join(item.text or item.url or "" for item in phone.heard)


def test_callers_are_kept_on_the_phone_by_a_document_elsewhere(station: Serving, elsewhere: str) -> None:
    """Whoever waits or rings hears sorry and music while the station is dead, and is in line once it is not."""
    station.environment.setenv("CALLIN_FALLBACK_URL", elsewhere)
    on_air(station)
    ana = station.rings(ANA)
    assert ana.state == "queued"

    station.stop(signal.SIGKILL)
    ben = station.rings(BEN)
    dj = station.rings(DJ_PHONE, to=DJ_LINE)
    station.exchange.advance(120)

    for phone in (ana, ben, dj):
        assert phone.state == "talking"
        assert heard(phone).count(PLEASE_HOLD) >= 3
        assert elsewhere.replace("fallback.xml", "hold.wav") in heard(phone)
    dj.hang_up()
    station.start()
    station.exchange.advance(60)
    assert (ana.state, ben.state) == ("queued", "queued")
    station.exchange.advance(60)
    assert "You are next" in heard(ana)
    assert "You are number 2 in line" in heard(ben)

    dj = station.rings(DJ_PHONE, to=DJ_LINE)
    station.exchange.advance(30)
    assert (ana.state, dj.state) == ("bridged", "bridged")


def test_without_one_callers_hear_the_carriers_own_error(station: Serving) -> None:
    """Our own fallback document is as dead as the station: Twilio apologises in its own words and hangs up."""
    on_air(station)
    ana = station.rings(ANA)

    station.stop(signal.SIGKILL)
    ben = station.rings(BEN)
    station.exchange.advance(60)

    assert (ana.state, ben.state) == ("idle", "idle")
    assert heard(ana).endswith(APPLICATION_ERROR)
    assert heard(ben).endswith(APPLICATION_ERROR)
