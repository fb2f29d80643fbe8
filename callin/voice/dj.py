"""The DJ line: who gets in, the messages, the next caller; each view reads, calls one verb of the desk, and answers."""

from __future__ import annotations

import hashlib
import hmac

from callin import usher
from callin.desk import dj_door, djs, users
from callin.desk import messages as kept
from callin.desk.dj_door import DjDoor, DoorKind
from callin.desk.djs import DjTurn, TurnKind
from callin.desk.line import Move
from callin.desk.messages import MessageTurnKind
from callin.desk.tape import RIGHT_PIN, WRONG_PIN
from callin.errors import CarrierError, NotWaiting
from callin.station import Station
from callin.voice import forms
from callin.voice.messages import sound_path
from callin.webhooks import PhoneDoor, Webhook

door = PhoneDoor("dj", __name__, url_prefix="/voice/dj")

HEAR = "1"
TO_CALLERS = "*"


@door.speaks("/answer")
def answer(webhook: Webhook) -> bytes:
    """Somebody rings the DJ line, by telephone or from the host's view."""
    call_sid = forms.call_sid_of(webhook.fields)
    phone_number = forms.phone_number_of(webhook.fields)
    station = webhook.station
    user_id = forms.softphone_of(webhook.fields) if station.settings.has_softphone else None
    with webhook.transaction() as (session, now):
        talker = users.who_may_talk(session, user_id=user_id)
        admitted = dj_door.admit(
            session,
            now=now,
            call_sid=call_sid,
            phone_number=phone_number,
            is_known=talker is not None or phone_number in station.settings.dj_numbers,
            has_pin=station.settings.dj_pin is not None,
            actor="dj" if talker is None else talker.name,
        )
    return _door_document(station, path="dj/answer", opened=admitted)


@door.speaks("/pin", carries=("Digits",))
def pin(webhook: Webhook) -> bytes:
    """The caller typed a PIN."""
    call_sid = forms.call_sid_of(webhook.fields)
    station = webhook.station
    is_right = _is_right_pin(station, typed=webhook.fields.words("Digits") or "")
    tries_before = webhook.fields.whole_or_none("tries")
    # The tape says whether it was right, and not which it is.
    with webhook.transaction(instead={"Digits": RIGHT_PIN if is_right else WRONG_PIN}) as (session, now):
        admitted = dj_door.try_pin(session, now=now, call_sid=call_sid, is_right=is_right, tries_before=tries_before)
    return _door_document(station, path="dj/pin", opened=admitted)


@door.speaks("/messages", carries=("Digits",))
def messages(webhook: Webhook) -> bytes:
    """The DJ hears messages, one at a time."""
    call_sid = forms.call_sid_of(webhook.fields)
    pressed = webhook.fields.words("Digits")
    if webhook.fields.peek("start") and pressed != HEAR:
        pressed = TO_CALLERS
    about = webhook.fields.whole_or_none("about")
    station = webhook.station
    with webhook.transaction() as (session, now):
        turn = kept.hear_messages(session, now=now, dj_call_sid=call_sid, key=pressed, about=about)
    if turn.kind == MessageTurnKind.DONE or turn.message_id is None:
        return station.twiml.render("dj/messages.done.xml", turn=turn, wants_callers=pressed == TO_CALLERS)
    sound_url = station.settings.public_base_url + sound_path(turn.message_id, settings=station.settings)
    return station.twiml.render("dj/messages.xml", turn=turn, sound_url=sound_url)


@door.speaks("/next")
def next(webhook: Webhook) -> bytes:  # noqa: A001  path, document and view share one name
    """The DJ is ready for the next caller."""
    call_sid = forms.call_sid_of(webhook.fields)
    station = webhook.station
    with webhook.moving_line() as (session, now):
        turn = djs.take_next(session, now=now, call_sid=call_sid)
    return _turn_document(station, call_sid=call_sid, turn=turn)


@door.speaks("/done", carries=("DialCallStatus", "DialCallSid", "DialCallDuration"))
def done(webhook: Webhook) -> bytes:
    """A Dial of the DJ's has ended, by star, by hang-up or because nobody was there."""
    call_sid = forms.call_sid_of(webhook.fields)
    dialled = forms.dialled_of(webhook.fields)
    station = webhook.station
    with webhook.moving_line() as (session, now):
        turn = djs.end_dial(session, now=now, call_sid=call_sid, dialled=dialled)
    return _turn_document(station, call_sid=call_sid, turn=turn)


def _is_right_pin(station: Station, *, typed: str) -> bool:
    right = station.settings.dj_pin
    # Compared in constant time, as digests: how long the answer takes tells nothing of the digits or of their number.
    return right is not None and hmac.compare_digest(_digest(typed), _digest(right.get_secret_value()))


def _digest(pin: str) -> bytes:
    return hashlib.sha256(pin.encode()).digest()


def _door_document(station: Station, *, path: str, opened: DjDoor) -> bytes:
    variant = "" if opened.kind == DoorKind.ADMITTED else f".{opened.kind}"
    return station.twiml.render(f"{path}{variant}.xml", door=opened)


def _turn_document(station: Station, *, call_sid: str, turn: DjTurn) -> bytes:
    if turn.move is not None and not _is_shown_to_next_up(station, move=turn.move):
        # Whoever was to come is gone, or Twilio says no: the DJ gets Twilio's own front rather than silence.
        with station.transaction() as session:
            turn = djs.take_next(session, now=station.clock(), call_sid=call_sid, as_ordered=False)
    variant = "" if turn.kind == TurnKind.CARD else f".{turn.kind}"
    return station.twiml.render(f"dj/next{variant}.xml", turn=turn)


def _is_shown_to_next_up(station: Station, *, move: Move) -> bool:
    """Return False if the caller is surely not on the way; the Dial's time-out settles what nobody can know."""
    try:
        usher.show_to_next_up(station, move=move, tries=1)
    except NotWaiting:
        return False
    except CarrierError as error:
        return error.status is None or error.status >= 500
    return True
