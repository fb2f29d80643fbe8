"""The carrier's hand in tests: forms signed by the vendor's own code, and the documents that come back, parsed.

Webhooks go the way they go under `callin serve`, on an event loop; `client` is Flask's own, for pages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from callin.app import create_app, front_of
from callin.db import transaction
from callin.desk import shows
from callin.models import Base
from callin.serving import Pages
from callin.station import Station, station_of
from tests.asgi import exchange, run, scope_of
from tests.carrier.switchboard import settings_for_tests

EIGHT = datetime(2026, 11, 23, 20, tzinfo=UTC)
ANA = {"CallSid": "CA" + "a" * 32, "From": "+14155550123", "To": "+15550100", "CallStatus": "in-progress"}
DJ_PHONE = "+14155550199"
DJ = {"CallSid": "CA" + "d" * 32, "From": DJ_PHONE, "To": "+15550101", "CallStatus": "in-progress"}
RECORDING = "https://api.twilio.test/2010-04-01/Accounts/AC/Recordings/RE" + "1" * 32


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def verbs(self) -> list[ET.Element]:
        """The verbs of the document, in order."""
        root = ET.fromstring(self.body)
        assert root.tag == "Response"
        return list(root)

    @property
    def names(self) -> list[str]:
        """The names of the verbs."""
        return [verb.tag for verb in self.verbs]

    @property
    def said(self) -> str:
        """All sentences, nested ones too."""
        return " ".join(say.text or "" for say in ET.fromstring(self.body).iter("Say"))

    def verb(self, name: str) -> ET.Element:
        """The one verb of that name, wherever it stands."""
        (found,) = ET.fromstring(self.body).iter(name)
        return found


@dataclass
class Doors:
    """A station's web application, and a carrier that rings it."""

    database_url: str
    settings: dict[str, Any] = field(default_factory=dict)
    now: datetime = EIGHT

    def __post_init__(self) -> None:
        told = settings_for_tests(database_url=self.database_url, dj_numbers=(DJ_PHONE,), **self.settings)
        self.station: Station = station_of(told, clock=lambda: self.now)
        self.app = create_app(self.station)
        self.client = self.app.test_client()
        self.front = front_of(self.app, behind=Pages(self.app))
        self.base = told.public_base_url
        self.validator = RequestValidator(told.twilio_auth_token.get_secret_value())

    def post(self, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        """Send a form as the carrier would."""
        fields = {**(form or {}), **more}
        signature = self.validator.compute_signature(self.base + path, fields)
        return self.send(path, urlencode(fields, doseq=True).encode(), signature=signature)

    def send(self, path: str, body: bytes, *, signature: str | None) -> Reply:
        """Send raw bytes with this signature, or none."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        bare, _, query = path.partition("?")
        scope = scope_of("POST", unquote(bare), query=query, headers=headers.items(), body=body)
        got = run(exchange(self.front, scope, body))
        return Reply(
            status=got.status, body=got.body, headers={name.title(): told for name, told in got.headers.items()}
        )

    def open_show(self, **changes: Any) -> int:
        """Open a show and return its id."""
        told = {"name": "Night Owls", "queue_name": "radio-callin-queue", "max_queue_size": 100} | changes
        with self.station.transaction() as session:
            return shows.open_show(session, now=self.now, **told).show_id

    def close_show(self, show_id: int) -> None:
        """Close it, as if nobody had been waiting."""
        with self.station.transaction() as session:
            shows.begin_closing(session, now=self.now)
            shows.finish_closing(session, now=self.now, show_id=show_id)

    def later(self, seconds: float) -> None:
        """Move the clock."""
        self.now += timedelta(seconds=seconds)

    def rows(self, model: type[Base]) -> list[Any]:
        """All rows of a table, in order."""
        with transaction(self.station.sessions) as session:
            return list(session.scalars(select(model).order_by(model.id)))  # type: ignore[attr-defined]

    def contents(self) -> dict[str, list[Any]]:
        """Everything in the database, to see that nothing changed."""
        with self.station.engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table))]
                for table in Base.metadata.sorted_tables
            }


@pytest.fixture(name="doors")
def doors_fixture(database_url: str) -> Iterator[Doors]:
    """A station with nothing on record yet, and the carrier's hand."""
    rung = Doors(database_url)
    yield rung
    rung.station.engine.dispose()
