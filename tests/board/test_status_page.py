"""The status page: counts and a range for everybody, and not a word more."""

import itertools
import re
from typing import Any

import pytest

from callin.models import Call, Caller
from callin.rules.call_states import CallState
from tests.webhooks.ringing import Doors

SECRETS = ("4155550123", "0123", "…23", "Ana Ribeiro", "Lisbon", "night buses", "CA" + "a" * 32)
PUBLIC = ("/", "/?kiosk", "/status/state", "/stream")


def fill(doors: Doors, **changes: Any) -> None:
    """A show with one caller of whom everything is known."""
    show_id = doors.open_show()
    told: dict[str, Any] = {"state": CallState.WAITING, "rank": 1, "name": "Ana Ribeiro", "town": "Lisbon"} | changes
    with doors.station.transaction() as session:
        person = Caller(phone_number="+14155550123", first_seen_at=doors.now, name="Ana Ribeiro")
        session.add(person)
        session.flush()
        session.add(
            Call(
                call_sid="CA" + "a" * 32,
                show_id=show_id,
                caller_id=person.id,
                phone_number="+14155550123",
                arrived_at=doors.now,
                joined_at=doors.now,
                topic="The night buses",
                note="night buses again",
                **told,
            )
        )


def text_of(doors: Doors, path: str) -> str:
    """What a stranger gets from an address; of a stream the time and the first state."""
    reply = doors.app.test_client().get(path, headers={"Accept": "text/html"}, buffered=False)
    assert reply.status_code == 200
    text = b"".join(itertools.islice(reply.response, 2)) if path == "/stream" else reply.data
    reply.close()
    return text.decode()


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("state", [CallState.WAITING, CallState.NEXT_UP, CallState.ON_AIR])
def test_no_number_and_no_name_is_public(doors: Doors, path: str, state: CallState) -> None:
    """Wherever a caller stands, nothing of them is in anything a stranger can ask for."""
    fill(doors, state=state)

    text = text_of(doors, path)

    assert "Night Owls" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_the_station_s_number_stands_as_its_country_writes_it(database_url: str) -> None:
    """International inside, national on the page; no digit of it is changed."""
    doors = Doors(database_url, settings={"listener_number": "+442079460000"})
    doors.open_show()

    assert re.search(r"Text <b>HI</b> to <b>020 7946 0000</b>", text_of(doors, "/"))


def test_a_closed_line_says_when(database_url: str) -> None:
    """Nobody is invited into a line that is closed; the hours are told if the station has any."""
    doors = Doors(database_url, settings={"show_hours": "Fridays from eight to ten"})

    text = text_of(doors, "/")

    assert "The line is closed" in text
    assert "Fridays from eight to ten" in text
    assert "<b>HI</b>" not in text


def test_an_empty_line_invites(doors: Doors) -> None:
    """Nobody waiting is good news, not a zero."""
    doors.open_show()

    assert "The line is free" in text_of(doors, "/")


def test_without_scripts_the_page_loads_itself_again(doors: Doors) -> None:
    """Every 30 seconds, and only where scripts do not run."""
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in text_of(doors, "/")


def test_a_page_that_asks_again_is_told_when_nothing_has_changed(doors: Doors) -> None:
    """304 to whoever has the present state."""
    client = doors.app.test_client()
    first = client.get("/status/state")

    again = client.get("/status/state", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert int(again.headers["X-Now"]) == int(doors.now.timestamp() * 1000)


def test_a_station_below_a_path_links_below_it(database_url: str) -> None:
    """Wherever the proxy has put the station, its pages find their parts."""
    doors = Doors(database_url, settings={"public_base_url": "https://radio.test/callin"})

    text = text_of(doors, "/callin/")

    assert 'data-stream="/callin/stream"' in text
    assert 'href="/callin/static/callin.css"' in text
