"""A desk with an open show, and the verbs with the tedious arguments filled in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from callin.db import Sessions, transaction
from callin.desk import calls, farewells, holding, joining, shows
from callin.desk.calls import Arrival
from callin.desk.farewells import Farewell, Leaving
from callin.desk.holding import Holding
from callin.models import Call, LogLine, Show, Text
from callin.rules.call_states import QueueResult
from callin.rules.waiting import WaitNotice
from callin.statements import Statements

EIGHT = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The desk in a test: each verb in a transaction of its own, on a clock moved by hand."""

    sessions: Sessions
    now: datetime = EIGHT
    numbers: dict[str, str | None] = field(default_factory=dict)

    def do(self, verb, **arguments):
        with transaction(self.sessions) as session:
            return verb(session, **arguments)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def open_show(self, **arguments) -> shows.ShowCard:
        return self.do(
            shows.open_show,
            now=self.now,
            **{"name": "Night Owls", "queue_name": "line", "max_queue_size": 100} | arguments,
        )

    def arrival(self, sid: str) -> Arrival:
        return Arrival(call_sid=sid, phone_number=self.numbers.get(sid, f"+1555010{sid[-4:]}"), town="Springfield")

    def ring(self, sid: str) -> calls.Welcome:
        return self.do(calls.take_call, now=self.now, arrival=self.arrival(sid))

    def join(self, sid: str) -> joining.Joining:
        self.ring(sid)
        return self.do(joining.join_line, now=self.now, arrival=self.arrival(sid))

    def hold(self, sid: str, position: int, queue_time_s: int, *, is_next_queue: bool = False) -> WaitNotice:
        asked = Holding(call_sid=sid, position=position, queue_time_s=queue_time_s, is_next_queue=is_next_queue)
        return holding.hold(Statements(self.sessions.kw["bind"], sessions=self.sessions), now=self.now, holding=asked)

    def leave(
        self,
        sid: str,
        result: QueueResult,
        queue_time_s: int | None = 0,
        *,
        is_over: bool = False,
        stint: int | None = None,
    ) -> Farewell:
        leaving = Leaving(call_sid=sid, result=result, stint=stint, queue_time_s=queue_time_s, is_over=is_over)
        return self.do(farewells.leave_line, now=self.now, leaving=leaving, apology_after_s=30)

    def on_air(self, sid: str, queue_time_s: int, dj: str = "CAdj") -> calls.OnAirNotice:
        return self.do(calls.put_on_air, now=self.now, call_sid=sid, dj_call_sid=dj, queue_time_s=queue_time_s)

    def end(self, sid: str, duration_s: int | None) -> None:
        self.do(calls.end_call, now=self.now, call_sid=sid, duration_s=duration_s, apology_after_s=30)

    def call(self, sid: str) -> Call:
        return self.do(lambda session: session.scalars(select(Call).where(Call.call_sid == sid)).one())

    def show(self) -> Show:
        return self.do(lambda session: session.scalars(select(Show).order_by(Show.id.desc())).first())

    def texts(self) -> list[Text]:
        return self.do(lambda session: list(session.scalars(select(Text).order_by(Text.id))))

    def log(self) -> list[str]:
        return self.do(lambda session: list(session.scalars(select(LogLine.what).order_by(LogLine.id))))

    def count(self, table) -> int:
        return self.do(lambda session: len(session.scalars(select(table)).all()))


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    """A desk with nothing open."""
    return Desk(sessions)


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A desk with one open show."""
    desk.open_show()
    return desk
