"""A whole radio station on a pretend telephone network, in one process and on a clock moved by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from callin.app import create_app
from callin.carrier import Carrier
from callin.courier import Courier
from callin.desk import shows
from callin.drain import ClosingReport, close_show
from callin.exchange import Exchange, ManualClock, Phone
from callin.models import Base, Call, Text
from callin.station import Station, station_of
from tests.carrier.switchboard import settings_for_tests

BASE = "https://station.test"
API = "https://api.twilio.test"
LISTENER_NUMBER = "+15550100"
DJ_LINE = "+15550101"
DJ_PHONE = "+14155550199"
LINE = "radio-callin-queue"
MUSIC = "♪"
BEEP = "(beep)"
MESSAGE = "(plays a message)"
GOOD = (200, 204, 304)
# A full queue, a silent recording, an error of Twilio's own while joining: no fault of an answer of ours.
WEATHER = (14207, 16102)
RESTARTING = 502
SOON = 10  # every callback that is late today has come by then


class Studio:
    """The station, its exchange, and the people."""

    def __init__(self, database_url: str, *, weather: Mapping[str, Any] | None = None, **settings: Any) -> None:
        self.exchange = Exchange(clock=ManualClock(), auth_token="token", seed=7, apps={BASE: self._answer_webhook})
        self.exchange.api_base_url = API
        client = self.exchange.http_client()

        def fetch(url: str, auth: tuple[str, str], *, most_bytes: int) -> bytes:
            answer = client.request("GET", url, auth=auth)
            assert answer.status_code == 200, url
            return bytes(answer.content)

        told: dict[str, Any] = {
            "twilio_account_sid": self.exchange.account.sid,
            "database_url": database_url,
            "dj_numbers": (DJ_PHONE,),
            "dj_pin": "4711",
        }
        self.settings = settings_for_tests(**(told | settings))
        carrier = Carrier(self.settings, http_client=client, fetch=fetch)
        self.clock_off_s = 0
        wired = station_of(self.settings, clock=self.time_of_day)
        self.station: Station = replace(wired, carrier=carrier)
        self.app = create_app(self.station)
        self.courier = Courier(self.station, workers=1)
        for number, line in ((LISTENER_NUMBER, "listener"), (DJ_LINE, "dj")):
            self.exchange.add_number(
                number,
                voice_url=f"{BASE}/voice/{line}/answer",
                voice_fallback_url=f"{BASE}/voice/fallback",
                status_callback=f"{BASE}/voice/status",
                sms_url=f"{BASE}/sms/inbound" if line == "listener" else "",
            )
        self.exchange.faults.change(weather or {})

    def _answer_webhook(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)

    def time_of_day(self) -> datetime:
        """What the station's own clock shows."""
        return self.exchange.now() + timedelta(seconds=self.clock_off_s)

    # The station's people

    def open_show(self, *, max_queue_size: int = 100, minutes: int | None = None) -> None:
        """The producer opens the show, as `callin show open` does."""
        now = self.exchange.now()
        with self.station.transaction() as session:
            card = shows.open_show(
                session,
                now=now,
                name="Night Owls",
                queue_name=LINE,
                max_queue_size=max_queue_size,
                ends_at=now + timedelta(minutes=minutes) if minutes else None,
            )
        queue_sid = self.station.carrier.ensure_queue(card.queue_name, max_size=max_queue_size)
        next_sid = self.station.carrier.ensure_queue(card.next_queue_name, max_size=max_queue_size)
        with self.station.transaction() as session:
            shows.record_queues(session, show_id=card.show_id, queue_sid=queue_sid, next_queue_sid=next_sid)

    def close_show(self) -> ClosingReport:
        """The producer closes the show, as `callin show close` does."""
        report = close_show(self.station, pause=self.exchange.advance)
        self.exchange.advance(0)
        return report

    def close(self) -> None:
        """Nothing is left running."""
        self.exchange.close()
        self.station.engine.dispose()

    # The listeners

    def phone(self, number: str) -> Phone:
        """Somebody's phone."""
        return self.exchange.phone(number)

    def rings(self, number: str, *, name: str | None = None, to: str = LISTENER_NUMBER) -> Phone:
        """Somebody rings the station, and what is said at once has been said."""
        self.exchange.dial(number, to, caller_name=name)
        self.exchange.advance(0)
        return self.exchange.phone(number)

    def joins(self, number: str, *, name: str | None = None) -> Phone:
        """Somebody rings and listens until they wait in the line."""
        phone = self.rings(number, name=name)
        for _ in range(60):
            if phone.state == "queued":
                return phone
            self.exchange.advance(1)
        raise AssertionError(f"{number} never got into the line: {spoken(phone)}")

    def texts_in(self, number: str, body: str, *, media: Sequence[tuple[str, bytes]] = ()) -> Phone:
        """Somebody texts the station, and has whatever it says to that."""
        phone = self.exchange.phone(number)
        phone.text(LISTENER_NUMBER, body, media=media)
        self.later(SOON)
        return phone

    def dj_rings(self, number: str = DJ_PHONE) -> Phone:
        """The DJ rings the DJ line."""
        return self.rings(number, to=DJ_LINE)

    # Time and the record

    def later(self, seconds: float) -> None:
        """Time passes, and the courier makes its rounds."""
        self.exchange.advance(seconds)
        while self.courier.round():
            self.exchange.advance(0)

    def until(self, phone: Phone, heard: str, *, times: int = 0) -> None:
        """Time passes until the phone hears this, or has heard it so often, and not a second more."""
        for _ in range(240):
            if spoken(phone)[-1:] == [heard] if not times else spoken(phone).count(heard) >= times:
                return
            self.exchange.advance(0.5)
        raise AssertionError(f"never heard: {heard}. Heard: {spoken(phone)}")

    def settle(self) -> None:
        """Long enough for every late callback and every text."""
        for _ in range(4):
            self.later(30)

    def call(self, phone: Phone) -> Call:
        """What is on record of a phone's last call."""
        return self.rows(Call, Call.call_sid == phone.calls[-1].sid)[0]

    def texts(self, phone: Phone) -> list[str]:
        """What the phone got by text."""
        return [message.body for message in phone.inbox]

    def owed(self) -> list[Text]:
        """All texts on record."""
        return self.rows(Text)

    def rows(self, model: type[Base], *conditions: Any) -> list[Any]:
        """Rows of a table, in order."""
        with self.station.transaction() as session:
            return list(session.scalars(select(model).where(*conditions).order_by(*model.__table__.primary_key)))

    def complaints(self) -> list[tuple[str, int | None, int | None]]:
        """What the network did not like about our answers: address, status, code."""
        return [
            (entry.url, entry.status, entry.error)
            for entry in self.exchange.log.entries
            if entry.kind == "webhook"
            and (entry.error or entry.status not in GOOD)
            and entry.error not in WEATHER
            and entry.status != RESTARTING
        ]

    def requests(self, path: str) -> list[Any]:
        """The webhooks that went to a path, in order."""
        return [entry for entry in self.exchange.log.entries if entry.url.startswith(f"{BASE}{path}")]


def spoken(phone: Phone) -> list[str]:
    """What a phone heard, in order: sentences, music, the beep."""
    return [_shown(heard) for heard in phone.heard]


def sentences(phone: Phone) -> str:
    """All that was said to a phone."""
    return " ".join(heard.text for heard in phone.heard if heard.text)


def _shown(heard: Any) -> str:
    match heard.kind:
        case "say":
            return str(heard.text)
        case "play":
            return MUSIC if heard.url.endswith("/hold.wav") else MESSAGE
        case "record":
            return BEEP
        case other:
            return f"({other})"
