"""Many processes on one database, at the same moment: nothing is done twice, and nobody meets an error.

Each of the processes is a station with connections of its own; they start together.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from callin.carrier import Carrier
from callin.models import Call, Caller, DjCall, Show, Text, TextKind, TextState
from callin.opening import open_show
from callin.rules.call_states import CallState
from tests.carrier.switchboard import Switchboard
from tests.courier.conftest import Round
from tests.drain.queues import Queues
from tests.webhooks.ringing import ANA, DJ_PHONE, Doors, Reply

AT_ONCE = 6
LINE = "radio-callin-queue"
SID = "SM" + "a" * 32
TEXT = {"MessageSid": SID, "SmsSid": SID, "From": ANA["From"], "To": ANA["To"], "Body": "hi", "NumMedia": "0"}

Host, Answer = TypeVar("Host"), TypeVar("Answer")


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six processes on a machine that is busy with other tests are slow, not wrong."""
    monkeypatch.setattr("callin.db.BUSY_TIMEOUT_MS", 60_000)


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Queues:
    """The Twilio that all of them ask."""
    made = Queues()
    monkeypatch.setattr("callin.station.Carrier", lambda settings: Carrier(settings, http_client=made))
    return made


@pytest.fixture
def hosts(database_url: str, queues: Queues) -> Iterator[list[Doors]]:
    """So many processes of one station."""
    made = [Doors(database_url) for _ in range(AT_ONCE)]
    yield made
    for host in made:
        host.station.engine.dispose()


def together(hosts: list[Host], act: Callable[[int, Host], Answer]) -> list[Answer]:
    """Everybody does this at the same moment; return what came of it, in order."""
    gate = threading.Barrier(len(hosts))

    def wait_and_act(number: int, host: Host) -> Answer:
        gate.wait(60)
        return act(number, host)

    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(wait_and_act, range(len(hosts)), hosts))


def failures(lines: list[Any]) -> list[Any]:
    return [line for line in lines if line.get("log_level") in ("error", "critical")]


def test_one_new_call_at_every_process_is_one_call(hosts: list[Doors]) -> None:
    """A first webhook that Twilio repeats and a balancer spreads: one call, one person, one answer for all."""
    hosts[0].open_show()
    with capture_logs() as lines:
        replies: list[Reply] = together(hosts, lambda _number, host: host.post("/voice/listener/answer", ANA))
    assert failures(lines) == []
    assert {reply.said for reply in replies} == {replies[0].said}
    assert "may go on the air" in replies[0].said
    assert (len(hosts[0].rows(Call)), len(hosts[0].rows(Caller))) == (1, 1)


def test_a_first_time_caller_on_two_phones_is_one_person(hosts: list[Doors]) -> None:
    """The same number rings and texts for the first time at every process: the person is entered once."""
    hosts[0].open_show()
    with capture_logs() as lines:
        replies: list[Reply] = together(
            hosts,
            lambda number, host: (
                host.post("/sms/inbound", TEXT | {"MessageSid": f"SM{number:032}"})
                if number % 2
                else host.post("/voice/listener/answer", ANA | {"CallSid": f"CA{number:032}"})
            ),
        )
    assert failures(lines) == []
    assert {reply.status for reply in replies} <= {200, 204}
    assert len(hosts[0].rows(Caller)) == 1
    assert len(hosts[0].rows(Call)) == AT_ONCE / 2


def test_one_text_at_every_process_is_one_text_and_one_answer(hosts: list[Doors]) -> None:
    """A repeated message webhook joins the line once, and is answered once."""
    hosts[0].open_show()
    with capture_logs() as lines:
        together(hosts, lambda _number, host: host.post("/sms/inbound", TEXT))
    assert failures(lines) == []
    assert sorted(text.kind for text in hosts[0].rows(Text)) == [TextKind.INBOUND, TextKind.JOINED]


def test_producers_who_open_together_open_one_show(hosts: list[Doors]) -> None:
    """One of them opened it; the others are told that it is open."""
    opened = together(hosts, lambda _number, host: open_show(host.station, name="Owls", ends_at=None, actor="Ann"))
    assert sorted(was_open for _card, was_open in opened) == [False, *[True] * (AT_ONCE - 1)]
    assert len(hosts[0].rows(Show)) == 1


def test_djs_who_are_free_together_move_nobody_twice(hosts: list[Doors], queues: Queues) -> None:
    """Six DJs, four callers, an order that is not Twilio's: each caller is shown to the next-up queue once."""
    hosts[0].open_show()
    waiting = queues.fill(LINE, 4)
    queues.fill(f"{LINE}-next", 0)
    djs = [f"CA{number:031}d" for number in range(AT_ONCE)]
    for sid in waiting:
        hosts[0].later(1)
        hosts[0].post("/voice/listener/answer", ANA | {"CallSid": sid, "From": "+266696687"})
        hosts[0].post("/voice/listener/join", ANA | {"CallSid": sid, "From": "+266696687"})
    with hosts[0].station.transaction() as session:
        for call in session.query(Call):
            call.rank = -(call.rank or 0)
    for host, sid in zip(hosts, djs, strict=True):
        host.post("/voice/dj/answer", {"CallSid": sid, "From": DJ_PHONE, "To": "+15550101"})

    with capture_logs() as lines:
        replies: list[Reply] = together(
            hosts,
            lambda number, host: host.post(
                "/voice/dj/next", {"CallSid": djs[number], "From": DJ_PHONE, "To": "+15550101"}
            ),
        )

    assert failures(lines) == []
    assert all(reply.said or "Dial" in reply.names for reply in replies)
    moves = Counter(path for method, path in queues.asked if method == "POST" and "/Members/" in path)
    assert moves
    assert set(moves.values()) == {1}
    moved = {path.rpartition("/")[2] for path in moves}
    states = {call.call_sid: call.state for call in hosts[0].rows(Call)}
    assert {sid for sid, state in states.items() if state == CallState.MOVING} == moved
    assert len(hosts[0].rows(DjCall)) == AT_ONCE


def test_many_couriers_send_each_text_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Couriers of six processes share one outbox: forty texts owed, forty sent, each by one of them."""
    monkeypatch.setattr("callin.courier.BATCH", 3)
    board = Switchboard()
    board.on("POST", "/Messages.json", *[(201, {"sid": f"SM{number:032}"}) for number in range(40)])
    rounds = [Round(database_url, board) for _ in range(AT_ONCE)]
    for number in range(40):
        rounds[0].owe(f"+1415555{number:04}")

    def work(_number: int, one: Round) -> int:
        done = 0
        while some := one.courier.round():
            done += some
        return done

    assert sum(together(rounds, work)) == 40
    sent = Counter(asked.form["To"] for asked in board.asked if asked.method == "POST")
    assert (len(sent), set(sent.values())) == (40, {1})
    with rounds[0].station.reading() as session:
        assert set(session.scalars(select(Text.state))) == {TextState.SENT}
    for one in rounds:
        one.station.engine.dispose()
