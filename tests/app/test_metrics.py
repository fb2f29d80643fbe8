"""/metrics: the station in figures, right whichever process answers, for this machine or with a token alone."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callin import meters
from callin.desk import beats, tallies
from callin.desk.tallies import Tallied
from callin.models import Call, Check, DjCall, Message, SoundState, Text, Texter, TextKind, TextState
from callin.models.callers import Caller
from callin.rules.call_states import CallState, Outcome
from tests.house.pages import codes, table
from tests.webhooks.ringing import ANA, DJ, Doors

TOKEN = "t" * 24


def figures(doors: Doors, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    reply = doors.client.get("/metrics", headers=headers)
    assert reply.status_code == 200, reply.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def figure(doors: Doors, name: str, **labels: str) -> float:
    return figures(doors)[name, frozenset(labels.items())]


def add(doors: Doors, *rows: object) -> None:
    with doors.station.transaction() as session:
        session.add_all(rows)


def call(doors: Doors, n: int, **facts: object) -> Call:
    told = {"state": CallState.OVER, "arrived_at": doors.now} | facts
    return Call(call_sid=f"CA{n:032}", phone_number=f"+1415555{n:04}", **told)


def test_calls_by_outcome_with_their_seconds(doors: Doors) -> None:
    """Finished calls are counted by outcome, and spread by how long they waited and were on the air."""
    on_air = {"joined_at": doors.now, "on_air_at": doors.now, "outcome": Outcome.AIRED}
    add(
        doors,
        call(doors, 1, waited_s=10, aired_s=100, **on_air),
        call(doors, 2, waited_s=90, aired_s=400, **on_air),
        call(doors, 3, waited_s=4000, joined_at=doors.now, outcome=Outcome.ABANDONED),
        call(doors, 4, outcome=Outcome.CLOSED),
    )
    told = figures(doors)
    counts = {dict(labels)["outcome"]: value for (name, labels), value in told.items() if name == "callin_calls_total"}
    assert counts == dict.fromkeys(Outcome, 0) | {"aired": 2, "abandoned": 1, "closed": 1}
    waits = [figure(doors, "callin_wait_seconds_bucket", le=le) for le in ("30.0", "60.0", "120.0", "3600.0", "+Inf")]
    assert waits == [1, 1, 2, 2, 3]
    assert figure(doors, "callin_wait_seconds_sum") == 4100
    assert [figure(doors, f"callin_air_seconds_{what}") for what in ("count", "sum")] == [2, 500]


def test_who_waits_and_who_talks_now(doors: Doors) -> None:
    """Callers in any part of the line, texters, listeners on the air and DJs; a finished call is none of them."""
    show_id = doors.open_show()
    caller = Caller(phone_number="+14155550177", first_seen_at=doors.now)
    add(
        doors,
        call(doors, 1, state=CallState.WAITING),
        call(doors, 2, state=CallState.MOVING),
        call(doors, 3, state=CallState.NEXT_UP),
        call(doors, 4, state=CallState.ON_AIR),
        call(doors, 5, outcome=Outcome.LEFT),
        DjCall(call_sid="CAd1", arrived_at=doors.now, admitted_at=doors.now),
        DjCall(call_sid="CAd2", arrived_at=doors.now, admitted_at=doors.now, ended_at=doors.now),
        DjCall(call_sid="CAd3", arrived_at=doors.now),
        caller,
    )
    with doors.station.transaction() as session:
        caller_id = session.merge(caller).id
    add(doors, Texter(show_id=show_id, caller_id=caller_id, phone_number="+14155550177", joined_at=doors.now))
    assert figure(doors, "callin_line_waiting", kind="call") == 3
    assert figure(doors, "callin_line_waiting", kind="texter") == 1
    assert figure(doors, "callin_on_air") == 1
    assert figure(doors, "callin_djs") == 1
    assert figure(doors, "callin_show_open") == 1
    doors.close_show(show_id)
    assert figure(doors, "callin_show_open") == 0


def test_texts_and_recordings(doors: Doors) -> None:
    """Texts by state and by the code they failed with; recordings by where their sound is."""
    made = {"kind": TextKind.APOLOGY_FOR_WAIT, "phone_number": "+14155550177", "body": "b"}
    made |= {"created_at": doors.now, "due_at": doors.now}
    message = {"recording_sid": "RE1", "recording_url": "u", "call_sid": "CA1", "left_at": doors.now}
    add(
        doors,
        Text(state=TextState.DELIVERED, **made),
        Text(state=TextState.FAILED, error_code=21614, **made),
        Text(state=TextState.FAILED, error_code=21614, **made),
        Message(sound_state=SoundState.LOST, due_at=doors.now, **message),
    )
    assert figure(doors, "callin_texts", state="failed") == 2
    assert figure(doors, "callin_texts", state="delivered") == 1
    assert figure(doors, "callin_text_errors_total", code="21614") == 2
    assert figure(doors, "callin_recordings", state="lost") == 1


def test_the_courier_tells_what_it_met_with(doors: Doors) -> None:
    """A courier cannot be asked: its errors and the drift it found are in the database, its age is a figure."""
    with doors.station.transaction() as session:
        beats.record_beat(session, now=doors.now - timedelta(seconds=7))
        for _time in range(2):
            tallies.add(session, Tallied.TWILIO_ERROR, counts={"20429": 2})
        session.add(Check(name="calls", at=doors.now - timedelta(seconds=3), due_at=doors.now, drift=5))
    assert figure(doors, "callin_courier_beat_age_seconds") == 7
    assert figure(doors, "callin_twilio_errors_total", code="20429", process="courier") == 4
    assert figure(doors, "callin_drift_total") == 5


def test_webhooks_are_timed_by_route(doors: Doors) -> None:
    """Each answered webhook is in the histogram of its route; a refused one is counted, and timed nowhere."""
    process = str(os.getpid())
    route = {"route": "/voice/listener/answer", "process": process}
    doors.post("/voice/listener/answer", ANA)
    before = figure(doors, "callin_webhook_seconds_count", **route)
    refused = {"why": "no signature", "process": process}
    doors.send("/voice/listener/answer", b"CallSid=CA1", signature=None)
    refusals = figure(doors, "callin_webhooks_refused_total", **refused)
    doors.post("/voice/listener/answer", ANA)
    doors.send("/voice/listener/answer", b"CallSid=CA1", signature=None)
    assert figure(doors, "callin_webhook_seconds_count", **route) == before + 1
    assert figure(doors, "callin_webhooks_refused_total", **refused) == refusals + 1


def test_errors_of_twilios_by_code(doors: Doors) -> None:
    """What this process met with has its number; the courier's are added to what all of them have written down."""
    meters.TWILIO_ERRORS.take()
    meters.TWILIO_ERRORS.add("20003")
    assert figure(doors, "callin_twilio_errors_total", code="20003", process=str(os.getpid())) == 1
    assert meters.TWILIO_ERRORS.take() == {"20003": 1}
    assert meters.TWILIO_ERRORS.seen() == {}


def test_no_number_of_anybodys_is_in_the_figures(doors: Doors) -> None:
    """Whoever watches the station sees no caller's and no DJ's number, nor the station's own."""
    doors.open_show()
    doors.post("/voice/listener/answer", ANA)
    doors.post("/voice/dj/answer", DJ)
    text = doors.client.get("/metrics").text
    for number in (ANA["From"], ANA["To"], DJ["From"]):
        assert number[1:] not in text
    assert "CA" + "a" * 32 not in text


def test_strangers_see_nothing(doors: Doors) -> None:
    """Another machine, and whoever comes by way of a web server on this one, is refused in words."""
    for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=::1"}, {"X-Real-IP": "127.0.0.1"}):
        assert doors.client.get("/metrics", headers=headers).status_code == 403
    far = doors.client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert far.status_code == 403
    assert "CALLIN_METRICS_TOKEN" in far.text
    assert doors.client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert doors.client.get("/metrics", environ_base={"REMOTE_ADDR": ""}).status_code == 403


@pytest.mark.parametrize("given", ["", "Bearer", f"Bearer {TOKEN}x", TOKEN, "Bearer é"])
def test_with_a_token_only_the_token_counts(database_url: str, given: str) -> None:
    """Wherever one comes from; nearness is no token."""
    doors = Doors(database_url, settings={"metrics_token": TOKEN})
    assert doors.client.get("/metrics", headers={"Authorization": given}).status_code == 403
    far = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    assert doors.client.get("/metrics", **far).status_code == 200
    doors.station.engine.dispose()


def test_every_figure_is_in_the_reference_once(doors: Doors) -> None:
    """Name, labels and words as they are told."""
    with doors.station.transaction() as session:
        beats.record_beat(session, now=doors.now)
        session.add(Check(name="calls", at=doors.now, due_at=doors.now))
    text = doors.client.get("/metrics").text
    told = {family.name: family.documentation for family in text_string_to_metric_families(text)}
    # A histogram's moments of creation are families of their own in this form.
    told = {name: words for name, words in told.items() if not name.endswith("_created")}
    listed = {codes(row[0])[0].removesuffix("_total"): row[2] for row in table("Figures")}
    assert listed == told
