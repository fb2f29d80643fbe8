"""What each document may be told: sample facts, as its view would give them; for `callin say`, the doctor and tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from callin.desk.calls import OnAirNotice, Welcome, WelcomeKind
from callin.desk.dj_door import DjDoor, DoorKind
from callin.desk.djs import DjTurn, TurnKind
from callin.desk.farewells import Farewell, FarewellKind
from callin.desk.joining import Joining
from callin.desk.messages import MessageTurn, MessageTurnKind
from callin.rules.estimate import WaitRange
from callin.rules.waiting import WaitNotice
from callin.twiml import Documents

Facts = dict[str, object]

_NOTICES = (
    WaitNotice(place=3, waited_min=12, forecast=WaitRange(5, 10), is_first=True),
    WaitNotice(place=7, waited_min=1, forecast=WaitRange(0, 5), is_first=True, may_be_late=True),
    WaitNotice(place=1, is_next=True, is_first=True),
    WaitNotice(show_is_closing=True),
    WaitNotice(must_leave=True),
    WaitNotice(),
)
_TURNS = (
    DjTurn(kind=TurnKind.CARD, queue_name="q", name="Ana", town="Oslo", topic="Owls", waited_min=4, more_waiting=2),
    DjTurn(kind=TurnKind.CARD, queue_name="line", timeout_s=5),
    *(DjTurn(kind=kind, queue_name="line", timeout_s=20) for kind in TurnKind if kind != TurnKind.CARD),
    *(DjTurn(kind=TurnKind.EMPTY, queue_name="line", timeout_s=20, more_waiting=by_text) for by_text in (1, 2)),
)
_MINUTES = (5, 1, 0)
_SHOWS = ("Night Owls", None)


def samples_of(name: str, *, base_url: str) -> list[Facts]:
    """Return facts for a document, the most talkative first.

    Args:
        name: of the document, such as `listener/wait.xml`; its variants have the same facts.
        base_url: of the station.
    """
    path = name.removesuffix(".xml").partition(".")[0]
    # Whatever is not listed speaks of nothing in particular.
    return _facts(base_url).get(path, [{}])


def renderings(documents: Documents, *, base_url: str) -> Iterator[tuple[str, bytes]]:
    """Yield every document with all facts that it may be given.

    Args:
        base_url: of the station.
    """
    for name in documents.names():
        if not name.rpartition("/")[2].startswith("_"):
            for facts in samples_of(name, base_url=base_url):
                yield name, documents.render(name, **facts)


def _facts(base_url: str) -> dict[str, list[Facts]]:
    return {
        "listener/answer": [
            {"welcome": Welcome(kind=kind, show_name=show_name)}
            for kind, show_name in itertools.product(WelcomeKind, _SHOWS)
        ],
        "listener/join": [{"joining": Joining(queue_name="line", stint=1)}],
        "listener/next_up": [{"joining": Joining(queue_name="line-next", stint=2)}],
        "listener/wait": [{"notice": notice, "tune": f"{base_url}/media/hold.wav"} for notice in _NOTICES],
        "listener/on_air": [{"notice": OnAirNotice(name=None, show_name=None)}],
        "listener/left": [
            {"farewell": Farewell(kind=kind, waited_min=minutes)}
            for kind, minutes in itertools.product(FarewellKind, _MINUTES)
        ],
        "listener/dropped": [
            {"farewell": Farewell(kind=FarewellKind.THANKS, show_name=show_name)} for show_name in _SHOWS
        ],
        "listener/goodbye": [
            {"farewell": Farewell(kind=FarewellKind.SENT_HOME, waited_min=minutes)} for minutes in _MINUTES
        ],
        "dj/answer": [
            {"door": DjDoor(kind=DoorKind.ADMITTED, new_messages=messages, show_name="Night Owls")}
            for messages in (3, 1, 0)
        ],
        "dj/pin": [{"door": DjDoor(kind=DoorKind.ADMITTED)}],
        "dj/messages": [
            {
                "turn": MessageTurn(kind=MessageTurnKind.PLAY, message_id=1, is_first=first, town=town, done=done),
                "sound_url": f"{base_url}/voice/messages/1/x.wav",
                "wants_callers": False,
            }
            for first, town, done in itertools.product((True, False), ("Oslo", None), (None, "kept", "deleted"))
        ],
        "dj/next": [{"turn": turn} for turn in _TURNS],
        "fallback": [{"back": f"{base_url}/x?again=1", "pause_s": 3}, {"back": None, "pause_s": 3}],
        "sorry": [{"back": f"{base_url}/x?again=1", "pause_s": 3}, {"back": None, "pause_s": 3}],
    }
