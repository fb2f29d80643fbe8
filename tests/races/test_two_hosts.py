"""A show on two hosts with one PostgreSQL: one is cut off in the middle, the other carries on."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from sqlalchemy import select

from callin.drain import close_show
from callin.exchange import Exchange, ManualClock, Phone
from callin.exchange.server import ExchangeServer
from callin.models import Base, Call, Caller, Text, Texter, TextKind
from callin.opening import ensure_queues, open_show
from callin.rules.call_states import CallState, Outcome
from callin.station import Station, station_of
from tests.carrier.switchboard import settings_for_tests
from tests.postgres import Postgres, postgres_server
from tests.races.hosts import Balancer, Host, ready, two_hosts
from tests.system import need

BASE = "https://station.test"
LISTENERS, DJ_LINE, DJ_PHONE = "+15550100", "+15550101", "+14155550199"
GRACE_S = 30


@dataclass
class Evening:
    """Both hosts, the network around them, and the station's own view of the one database."""

    hosts: list[Host]
    balancer: Balancer
    exchange: Exchange
    station: Station

    def joins(self, number: str) -> Phone:
        """Somebody rings and listens until they wait."""
        self.exchange.dial(number, LISTENERS)
        phone = self.exchange.phone(number)
        for _ in range(40):
            self.exchange.advance(1)
            if phone.state == "queued":
                return phone
        raise AssertionError(f"{number} never got into the line: {[heard.text for heard in phone.heard]}")

    def rows(self, model: type[Base]) -> list[Any]:
        with self.station.reading() as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))

    def until(self, is_so: Any) -> None:
        """Real seconds pass: couriers work on the wall's clock, the exchange on one moved by hand."""
        for _ in range(GRACE_S * 20):
            if is_so():
                return
            self.exchange.advance(0)
            threading.Event().wait(0.05)
        raise AssertionError("it did not come to that")


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """Both hosts answer, and a show is open."""
    need("iproute2")
    with two_hosts() as (outside, hosts), postgres_server(listens=outside) as postgres, postgres.database() as url:
        balancer = Balancer(hosts)
        exchange = Exchange(clock=ManualClock(), account_sid="AC" + "0" * 32, auth_token="token", apps={BASE: balancer})
        server = ExchangeServer(exchange, host=outside, port=0)
        server.start()
        environment = environment_of(postgres, url, outside=outside, api=server.url)
        for number, host in enumerate(hosts):
            with (tmp_path / f"{number}.log").open("wb") as log:
                host.serve(environment, log=log)
        told = settings_for_tests(database_url=url, twilio_api_url=server.url, public_base_url=BASE)
        station = station_of(told)
        for line, path in ((LISTENERS, "listener"), (DJ_LINE, "dj")):
            exchange.add_number(
                line,
                voice_url=f"{BASE}/voice/{path}/answer",
                status_callback=f"{BASE}/voice/status",
                sms_url=f"{BASE}/sms/inbound" if path == "listener" else "",
            )
        ready(hosts, folder=tmp_path)
        card, _ = open_show(station, name="Night Owls", ends_at=None, actor="Ann")
        ensure_queues(station, card=card)
        yield Evening(hosts, balancer, exchange, station)
        station.engine.dispose()
        server.close()
        exchange.close()


def environment_of(postgres: Postgres, url: str, *, outside: str, api: str) -> dict[str, str]:
    name = url.partition("?")[0].rpartition("/")[2]
    return {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_API_URL": api,
        "PUBLIC_BASE_URL": BASE,
        "DATABASE_URL": f"postgresql://callin@{outside}/{name}",
        "PORT": "8000",
        "CALLIN_LISTENER_NUMBER": LISTENERS,
        "CALLIN_DJ_LINE": DJ_LINE,
        "CALLIN_DJ_NUMBERS": DJ_PHONE,
    }


class Page:
    """The status page, open in somebody's browser at one host."""

    def __init__(self, host: Host) -> None:
        self.reply = urllib3.request(
            "GET", f"{host.url}/stream", preload_content=False, timeout=urllib3.Timeout(connect=5, read=GRACE_S)
        )
        assert self.reply.status == 200

    def next_state(self) -> str:
        """Wait for the next state that the host sends."""
        told = ""
        while "event: state" not in told or not told.endswith("\n\n"):
            told += self.reply.read1().decode()
        return told


@pytest.mark.needs_root
def test_one_host_is_cut_off_and_the_other_carries_on(evening: Evening) -> None:
    """Callers, texts and pages go on at the other host; nothing is lost or doubled, then and when it comes back."""
    lost, other = evening.hosts
    before = [evening.joins(f"+1415555010{n}") for n in range(3)]
    evening.exchange.phone("+14155550120").text(LISTENERS, "hi")
    evening.until(lambda: evening.exchange.phone("+14155550120").inbox)
    assert len(evening.balancer.asked) == 2
    page = Page(other)
    page.next_state()

    lost.cut_off()
    assert not lost.is_ready()

    after = [evening.joins(f"+1415555011{n}") for n in range(2)]
    assert page.next_state()
    evening.exchange.phone("+14155550121").text(LISTENERS, "hi")
    evening.until(lambda: evening.exchange.phone("+14155550121").inbox)
    evening.exchange.dial(DJ_PHONE, DJ_LINE)
    for _ in range(40):
        evening.exchange.advance(1)
        if before[0].state == "bridged":
            break
    assert before[0].state == "bridged"
    assert all(phone.state == "queued" for phone in [*before[1:], *after])

    lost.plug_in()

    evening.until(lost.is_ready)
    evening.balancer.left_alone_until.clear()
    answered = evening.balancer.asked[lost.name]
    last = evening.joins("+14155550130")
    assert evening.balancer.asked[lost.name] > answered
    evening.exchange.phone(DJ_PHONE).hang_up()
    evening.exchange.advance(5)
    report = close_show(evening.station, pause=evening.exchange.advance)
    evening.exchange.advance(60)

    waited = [phone.calls[-1].sid for phone in (*before[1:], *after, last)]
    assert sorted(caller.call_sid for caller in report.callers) == sorted(waited)
    outcomes = {call.call_sid: (call.state, call.outcome) for call in evening.rows(Call)}
    assert outcomes.pop(before[0].calls[-1].sid) == (CallState.OVER, Outcome.AIRED)
    assert outcomes == dict.fromkeys(waited, (CallState.OVER, Outcome.SENT_HOME))
    assert len(evening.rows(Caller)) == 8
    assert len(evening.rows(Texter)) == 2
    texts = [text.kind for text in evening.rows(Text) if text.kind in (TextKind.INBOUND, TextKind.JOINED)]
    assert sorted(texts) == sorted([TextKind.INBOUND, TextKind.JOINED] * 2)
    for number in ("+14155550120", "+14155550121"):
        bodies = [message.body for message in evening.exchange.phone(number).inbox]
        assert len(bodies) == len(set(bodies))
