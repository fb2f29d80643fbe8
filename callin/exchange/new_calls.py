"""The three ways a call comes about: it comes in, REST places it, a Dial rings it; used by calls and by Dial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callin.exchange.records import Call, CallStatus, Direction, Number, new_sid

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange


def incoming(exchange: Exchange, number: Number, *, from_: str) -> Call:
    """Return a call from a phone to one of the numbers."""
    now = exchange.now()
    return Call(
        sid=new_sid("CA"),
        account_sid=exchange.account.sid,
        from_=from_,
        to=number.phone_number,
        direction=Direction.INBOUND,
        status=CallStatus.RINGING,
        date_created=now,
        date_updated=now,
        number_sid=number.sid,
        status_callback=number.status_callback,
        status_callback_method=number.status_callback_method,
        fallback_url=number.voice_fallback_url,
        fallback_method=number.voice_fallback_method,
    )


def placed(
    exchange: Exchange,
    *,
    to: str,
    from_: str,
    url: str,
    method: str,
    fallback_url: str,
    fallback_method: str,
    status_callback: str,
    status_callback_method: str,
    status_callback_events: tuple[str, ...],
) -> Call:
    """Return a call to a phone that REST asked for."""
    now = exchange.now()
    return Call(
        sid=new_sid("CA"),
        account_sid=exchange.account.sid,
        from_=from_,
        to=to,
        direction=Direction.OUTBOUND_API,
        status=CallStatus.QUEUED,
        date_created=now,
        date_updated=now,
        number_sid=exchange.numbers[from_].sid if from_ in exchange.numbers else None,
        status_callback=status_callback,
        status_callback_method=status_callback_method,
        status_callback_events=status_callback_events,
        voice_url=url,
        voice_method=method,
        fallback_url=fallback_url,
        fallback_method=fallback_method,
    )


def dialled(
    exchange: Exchange,
    parent: Call,
    *,
    to: str,
    caller_id: str,
    status_callback: str,
    status_callback_method: str,
    status_callback_events: tuple[str, ...],
) -> Call:
    """Return a call to a phone that another call's Dial rings, from the parent's own number unless told otherwise."""
    now = exchange.now()
    return Call(
        sid=new_sid("CA"),
        account_sid=parent.account_sid,
        from_=caller_id or (parent.from_ if parent.direction is Direction.INBOUND else parent.to),
        to=to,
        direction=Direction.OUTBOUND_DIAL,
        status=CallStatus.RINGING,
        date_created=now,
        date_updated=now,
        parent_call_sid=parent.sid,
        status_callback=status_callback,
        status_callback_method=status_callback_method,
        status_callback_events=status_callback_events,
    )
