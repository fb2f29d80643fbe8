"""The listener line: each view reads its form, calls one verb of the desk, and answers with its document."""

from __future__ import annotations

from callin.desk import calls, farewells, holding, joining, messages
from callin.desk.calls import KeyAnswer, WelcomeKind
from callin.desk.farewells import FarewellKind
from callin.desk.joining import JoinKind
from callin.voice import forms
from callin.webhooks import AGAIN, PhoneDoor, Webhook

door = PhoneDoor("listener", __name__, url_prefix="/voice/listener")

# Waiting callers keep their place through any fault of ours: the queue asks again.
STILL_WAITING = "listener/wait.sorry.xml"


@door.speaks("/answer")
def answer(webhook: Webhook) -> bytes:
    """Somebody rings the listener number."""
    arrival = forms.arrival_of(webhook.fields)
    station = webhook.station
    with webhook.transaction() as (session, now):
        welcome = calls.take_call(session, now=now, arrival=arrival)
    variant = "" if welcome.kind == WelcomeKind.OPEN else f".{welcome.kind}"
    return station.twiml.render(f"listener/answer{variant}.xml", welcome=welcome)


@door.speaks("/join")
def join(webhook: Webhook) -> bytes:
    """The greeting is over: into the line, if the show is still open and this caller still wants to wait."""
    arrival = forms.arrival_of(webhook.fields)
    is_again = webhook.fields.peek(AGAIN) is not None
    station = webhook.station
    with webhook.moving_line() as (session, now):
        joined = joining.join_line(session, now=now, arrival=arrival, is_again=is_again)
    variant = "" if joined.kind == JoinKind.LINE else f".{joined.kind}"
    return station.twiml.render(f"listener/join{variant}.xml", joining=joined)


@door.speaks("/wait", sorry=STILL_WAITING, is_routine=True)
def wait(webhook: Webhook) -> bytes:
    """A waiting caller's queue asks what to say; the hot path."""
    asked = forms.holding_of(webhook.fields)
    station = webhook.station
    notice = holding.hold(station.statements, now=station.clock(), holding=asked, heal=webhook.change)
    tune = station.twiml.tune_after(asked.queue_time_s)
    return station.twiml.render_again("listener/wait.xml", notice=notice, tune=tune)


@door.speaks("/key", sorry=STILL_WAITING)
def key(webhook: Webhook) -> bytes:
    """A waiting caller pressed a key."""
    call_sid = forms.call_sid_of(webhook.fields)
    pressed = webhook.fields.words("Digits") or ""
    station = webhook.station
    with webhook.transaction() as (session, now):
        answer = calls.press_key(session, now=now, call_sid=call_sid, key=pressed)
    return station.twiml.render("listener/key.xml" if answer == KeyAnswer.AGAIN else "listener/key.leave.xml")


@door.speaks("/next_up")
def next_up(webhook: Webhook) -> bytes:
    """The caller that was put next up has been moved out of the line."""
    arrival = forms.arrival_of(webhook.fields)
    station = webhook.station
    with webhook.moving_line() as (session, now):
        joined = joining.arrive_next_up(session, now=now, arrival=arrival)
    variant = "" if joined.queue_name else ".closed"
    return station.twiml.render(f"listener/next_up{variant}.xml", joining=joined)


@door.speaks("/dropped")
def dropped(webhook: Webhook) -> bytes:
    """The producer has taken this caller out of the line, or off the air."""
    call_sid = forms.call_sid_of(webhook.fields)
    station = webhook.station
    with webhook.transaction() as (session, now):
        farewell = farewells.say_dropped(session, now=now, call_sid=call_sid)
    variant = ".thanks" if farewell.kind == FarewellKind.THANKS else ""
    return station.twiml.render(f"listener/dropped{variant}.xml", farewell=farewell)


@door.speaks("/on_air", sorry="listener/on_air.xml")
def on_air(webhook: Webhook) -> bytes:
    """The whisper to the caller who is about to be bridged; they go on the air even if we fail to write it down."""
    call_sid = forms.call_sid_of(webhook.fields)
    dj_call_sid = webhook.fields.sid("DequeingCallSid", forms.CALL)
    queue_time_s = webhook.fields.whole_or_none("QueueTime")
    station = webhook.station
    with webhook.moving_line() as (session, now):
        notice = calls.put_on_air(
            session, now=now, call_sid=call_sid, dj_call_sid=dj_call_sid, queue_time_s=queue_time_s
        )
    return station.twiml.render("listener/on_air.xml", notice=notice)


@door.speaks("/left", carries=("QueueResult", "QueueTime"))
def left(webhook: Webhook) -> bytes:
    """The caller has left a queue, for one of nine reasons."""
    leaving = forms.leaving_of(webhook.fields)
    station = webhook.station
    with webhook.moving_line() as (session, now):
        farewell = farewells.leave_line(
            session, now=now, leaving=leaving, apology_after_s=station.settings.apology_after_s
        )
    variant = "" if farewell.kind == FarewellKind.THANKS else f".{farewell.kind}"
    return station.twiml.render(f"listener/left{variant}.xml", farewell=farewell)


@door.speaks("/goodbye")
def goodbye(webhook: Webhook) -> bytes:
    """The show is over and this caller was still waiting."""
    call_sid = forms.call_sid_of(webhook.fields)
    waited_s = webhook.fields.whole_or_none("waited_s")
    station = webhook.station
    with webhook.transaction() as (session, now):
        farewell = farewells.say_goodbye(
            session,
            now=now,
            call_sid=call_sid,
            waited_s=waited_s,
            apology_after_s=station.settings.apology_after_s,
        )
    return station.twiml.render("listener/goodbye.xml", farewell=farewell)


@door.speaks("/message", carries=("RecordingUrl", "RecordingSid", "RecordingDuration"))
def message(webhook: Webhook) -> bytes:
    """A message was left after the tone."""
    call_sid = forms.call_sid_of(webhook.fields)
    recording_sid, recording_url = forms.recording_of(webhook.fields)
    duration_s = webhook.fields.whole_or_none("RecordingDuration")
    station = webhook.station
    with webhook.transaction() as (session, now):
        messages.keep(
            session,
            now=now,
            call_sid=call_sid,
            recording_sid=recording_sid,
            recording_url=recording_url,
            duration_s=duration_s,
        )
    return station.twiml.render("listener/message.xml")
