"""A station whose Twilio is a switchboard of prepared answers, with a clock moved by hand and texts to send."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from callin.carrier import Carrier
from callin.courier import Courier
from callin.db import transaction
from callin.desk.sending import limits_of
from callin.models import Call, Caller, Message, SoundState, Text, TextKind, TextState
from callin.station import station_of
from tests.carrier.switchboard import Switchboard, settings_for_tests

EIGHT = datetime(2026, 11, 23, 20, tzinfo=UTC)


@dataclass
class Round:
    """The courier's round, and what surrounds it."""

    database_url: str
    board: Switchboard
    delete_recordings: bool = False
    now: datetime = EIGHT
    settings: dict[str, Any] = field(default_factory=dict)
    sounds: dict[str, bytes | Exception] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = settings_for_tests(
            delete_recordings=self.delete_recordings, database_url=self.database_url, **self.settings
        )
        carrier = Carrier(settings, http_client=self.board, fetch=self._fetch)
        self.station = replace(station_of(settings, clock=lambda: self.now), carrier=carrier)
        self.sessions = self.station.sessions
        self.courier = Courier(self.station, workers=2)
        self.limits = limits_of(settings)

    def _fetch(self, url: str, _auth: tuple[str, str], *, most_bytes: int) -> bytes:
        sound = self.sounds[url]
        if isinstance(sound, Exception):
            raise sound
        return sound

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def owe(self, to: str = "+15550123", body: str = "Sorry that we kept you.") -> int:
        with transaction(self.sessions) as session:
            caller = session.scalars(select(Caller).where(Caller.phone_number == to)).one_or_none()
            if caller is None:
                caller = Caller(phone_number=to, first_seen_at=self.now)
                session.add(caller)
                session.flush()
                session.add(Call(call_sid=f"CA{caller.id}", caller_id=caller.id, phone_number=to, arrived_at=self.now))
            text = Text(
                caller_id=caller.id,
                kind=TextKind.APOLOGY_FOR_WAIT,
                phone_number=to,
                body=body,
                state=TextState.OWED,
                created_at=self.now,
                due_at=self.now,
            )
            session.add(text)
            session.flush()
            return text.id

    def leave_message(self, url: str = "https://api.twilio.test/RE1") -> int:
        with transaction(self.sessions) as session:
            message = Message(
                recording_sid="RE1",
                recording_url=url,
                call_sid="CA1",
                sound_state=SoundState.OWED,
                left_at=self.now,
                due_at=self.now,
            )
            session.add(message)
            session.flush()
            return message.id

    def row(self, kind, row_id: int):
        with transaction(self.sessions) as session:
            return session.get_one(kind, row_id)

    def rows(self, kind):
        with transaction(self.sessions) as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def caller(self, number: str = "+15550123") -> Caller:
        with transaction(self.sessions) as session:
            return session.scalars(select(Caller).where(Caller.phone_number == number)).one()

    def sent(self) -> int:
        return len([one for one in self.board.asked if (one.method, one.path) == ("POST", "/Messages.json")])


@pytest.fixture
def round_(database_url: str) -> Iterator[Round]:
    """A courier with nothing to do yet."""
    round_ = Round(database_url, Switchboard())
    yield round_
    round_.station.engine.dispose()
