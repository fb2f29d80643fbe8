"""The states of a listener's call, its outcomes, and Twilio's words for leaving a queue; used by desk and models.

`answered` → `waiting` → (`moving` → `next_up`) → `on_air` → `over`. Any of them may end early. An outcome is given
once, by the first callback that knows; only a better witness may correct it (`Witness`).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class CallState(StrEnum):
    """Where a listener's call is now."""

    ANSWERED = "answered"
    WAITING = "waiting"
    MOVING = "moving"  # asked to go next up; Twilio has not yet said that it happened
    NEXT_UP = "next_up"
    ON_AIR = "on_air"
    LEAVING_MESSAGE = "leaving_message"
    OVER = "over"


IN_LINE = frozenset({CallState.WAITING, CallState.MOVING, CallState.NEXT_UP})


class Outcome(StrEnum):
    """How a call ended, one for each call."""

    AIRED = "aired"
    ABANDONED = "abandoned"  # hung up while waiting
    BLOCKED = "blocked"  # the line was full
    LEFT = "left"  # pressed a key to leave, or to leave a message instead
    SENT_HOME = "sent_home"  # still waiting when the show closed
    DROPPED = "dropped"  # by the producer
    FAILED = "failed"  # by a fault of ours or Twilio's
    CLOSED = "closed"  # rang while no show was open, or while it was paused
    BANNED = "banned"


class QueueResult(StrEnum):
    """Why a call left a queue.

    Source: Twilio, TwiML `<Enqueue>`, «action: QueueResult».
    """

    BRIDGED = "bridged"
    BRIDGING_IN_PROCESS = "bridging-in-process"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    REDIRECTED_FROM_BRIDGED = "redirected-from-bridged"
    QUEUE_FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


class Witness(IntEnum):
    """Who says how a call ended; a higher one may correct a lower one."""

    STATUS_CALLBACK = 1  # only knows that it is over
    QUEUE_ACTION = 2  # Twilio's own word for that queue


class Wish(StrEnum):
    """What a waiting caller asked for by key, on the way out of the queue."""

    MESSAGE = "message"
    LEAVE = "leave"


def outcome_of(
    result: QueueResult, *, state: CallState, has_wish: bool = False, is_over: bool, show_is_open: bool
) -> Outcome | None:
    """Return the outcome that a queue result means, or None when the caller is still ours to serve.

    None means: moved by ourselves into the next-up queue, or put back in the line because the fault was not theirs.

    Args:
        result: Twilio's word.
        state: of the call, before the result is applied.
        has_wish: whether the caller pressed a key to leave.
        is_over: whether the caller has gone (CallStatus is final).
        show_is_open: whether there is still a line to go back to.
    """
    match result:
        case QueueResult.BRIDGED | QueueResult.REDIRECTED_FROM_BRIDGED:
            return Outcome.AIRED
        case QueueResult.HANGUP:
            return Outcome.ABANDONED
        case QueueResult.LEAVE:
            return Outcome.LEFT if has_wish or show_is_open else Outcome.SENT_HOME
        case QueueResult.QUEUE_FULL:
            return Outcome.BLOCKED
        case QueueResult.REDIRECTED:
            if state in (CallState.MOVING, CallState.NEXT_UP):
                return None
            # Closing moves everyone out; anything else that moves a waiting caller is the producer's hand.
            return Outcome.DROPPED if show_is_open else Outcome.SENT_HOME
        case QueueResult.BRIDGING_IN_PROCESS:
            if is_over:
                return Outcome.ABANDONED
            return None if show_is_open else Outcome.SENT_HOME
        case QueueResult.ERROR | QueueResult.SYSTEM_ERROR:
            return Outcome.FAILED if is_over or not show_is_open else None


def outcome_when_over(state: CallState, *, show_is_open: bool) -> Outcome:
    """Return the outcome of a call that ended without a word from its queue.

    Args:
        state: the last state known.
        show_is_open: whether the line was open.
    """
    if state == CallState.ON_AIR:
        return Outcome.AIRED
    if state in IN_LINE and not show_is_open:
        return Outcome.SENT_HOME
    return Outcome.ABANDONED
