"""Callers who wait: their rows in the database, and the signed wait requests that Twilio would send for them.

A wait request has the thirty parameters of a real one. From one to the next of a caller ten seconds have passed, and
every sixth time, so once a minute, somebody in front has gone: announcements and writes come as often as in a show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Engine, insert

from callin.exchange.signature import sign
from callin.models import Call, DjCall, Show, ShowState
from callin.rules.call_states import CallState

LOOP_S = 10
MOVES_EVERY = 6
QUEUE_SID = "QU" + "c" * 32
NEXT_QUEUE_SID = "QU" + "d" * 32
QUEUE_NAME = "radio-callin-queue"
ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105  nobody's: the suite's own
LISTENER_NUMBER, DJ_LINE = "+15550001000", "+15550002000"
WAIT_PATH = "/voice/listener/wait"


def call_sid(number: int) -> str:
    """Return the SID of the caller with this number, 0-based."""
    return f"CA{number:032x}"


def phone_number(number: int) -> str:
    """Return the phone of the caller with this number."""
    return f"+1555{number:07d}"


def take_places(engine: Engine, *, callers: int) -> int:
    """An open show has so many callers in its line and one DJ on the line; return the show's id.

    Args:
        engine: of a migrated, empty database.
        callers: how many.
    """
    now = datetime.now(UTC)
    with engine.begin() as connection:
        show_id = connection.execute(
            insert(Show)
            .values(
                name="the show",
                state=ShowState.OPEN,
                queue_name=QUEUE_NAME,
                queue_sid=QUEUE_SID,
                next_queue_sid=NEXT_QUEUE_SID,
                max_queue_size=5000,
                opened_at=now,
                # Enough talks for a forecast: the whole of what a wait document can need is worked out.
                talks=12,
                talk_s=1800,
                abandonments=4,
                waited_s=20_000,
            )
            .returning(Show.id)
        ).scalar_one()
        connection.execute(
            insert(DjCall).values(call_sid="CA" + "d" * 32, phone_number=DJ_LINE, arrived_at=now, admitted_at=now)
        )
        rows = [
            {
                "call_sid": call_sid(number),
                "show_id": show_id,
                "phone_number": phone_number(number),
                "state": CallState.WAITING,
                "arrived_at": now,
                "joined_at": now,
                "queued_at": now,
                "rank": int(now.timestamp() * 1_000_000) + number,
                "stints": 1,
            }
            for number in range(callers)
        ]
        if rows:
            connection.execute(insert(Call), rows)
    return int(show_id)


@dataclass(slots=True)
class Crowd:
    """So many callers whose queue asks again and again.

    Attributes:
        callers: how many.
        public_url: what the station or a rival is told that it is reached by; signatures are made for it.
    """

    callers: int
    public_url: str
    _asked: int = 0
    _bases: list[list[tuple[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._bases = [facts_of(number) for number in range(self.callers)]

    def requests(self, count: int) -> Iterator[bytes]:
        """Return the next so many requests, ready-made: signing is not part of what is measured."""
        made = [self._request(self._asked + n) for n in range(count)]
        self._asked += count
        return iter(made)

    def _request(self, turn: int) -> bytes:
        number, step = turn % self.callers, turn // self.callers
        position = max(1, number + 1 - step // MOVES_EVERY % self.callers)
        pairs = [
            *self._bases[number],
            ("QueuePosition", str(position)),
            ("QueueTime", str(step * LOOP_S)),
            ("AvgQueueTime", str(step * LOOP_S // 2)),
            ("CurrentQueueSize", str(self.callers)),
        ]
        return signed(WAIT_PATH, pairs, public_url=self.public_url)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who rings and joins the line while others watch; the board shows them by a name of ours."""

    number: int
    public_url: str

    @property
    def name(self) -> str:
        """As the carrier tells it."""
        return f"Bench-{self.number}"

    @property
    def rings(self) -> bytes:
        """The request with which their call begins."""
        return self._request("/voice/listener/answer")

    @property
    def joins(self) -> bytes:
        """The request with which they get into the line."""
        return self._request("/voice/listener/join")

    def _request(self, path: str) -> bytes:
        # Beyond the numbers of any crowd.
        pairs = [*facts_of(1_000_000 + self.number)[:24], ("CallerName", self.name)]
        return signed(path, pairs, public_url=self.public_url)


def with_newcomers(waits: Iterator[bytes], *, every: int, first: int, public_url: str) -> Iterator[bytes]:
    """Return wait requests, two of so many replaced by somebody who rings and joins.

    Args:
        waits: of a crowd.
        every: how many requests to a newcomer, at least 2.
        first: number of the first one.
        public_url: that they are signed for.
    """
    for number, request in enumerate(waits):
        newcomer = Newcomer(first + number // every, public_url)
        yield {every - 2: newcomer.rings, every - 1: newcomer.joins}.get(number % every, request)


def facts_of(number: int) -> list[tuple[str, str]]:
    """Return what stays the same in every wait request of a caller: 26 of the 30 parameters."""
    phone = phone_number(number)
    places = [
        (f"{side}{part}", value)
        for side in ("From", "Caller", "To", "Called")
        for part, value in (("City", "OAKLAND"), ("State", "CA"), ("Zip", "94601"), ("Country", "US"))
    ]
    return [
        ("CallSid", call_sid(number)),
        ("AccountSid", ACCOUNT_SID),
        ("From", phone),
        ("To", LISTENER_NUMBER),
        ("Caller", phone),
        ("Called", LISTENER_NUMBER),
        ("CallStatus", "in-progress"),
        ("ApiVersion", "2010-04-01"),
        ("Direction", "inbound"),
        *places[:15],
        ("QueueSid", QUEUE_SID),
        ("MaxQueueSize", "5000"),
    ]


def signed(path: str, pairs: list[tuple[str, str]], *, public_url: str) -> bytes:
    """Return a whole HTTP request as Twilio would send it.

    Args:
        path: of the webhook.
        pairs: its form.
        public_url: that it is signed for.
    """
    body = urlencode(pairs).encode()
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"Host: {urlsplit(public_url).netloc}\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"X-Twilio-Signature: {sign(AUTH_TOKEN, url=public_url + path, form=pairs)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
