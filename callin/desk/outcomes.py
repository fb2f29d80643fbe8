"""How calls end: the one place that gives outcomes, counts the show's pace and owes apologies; called by the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callin.desk import show_log, texting
from callin.models import Call, DjCall, Show
from callin.rules.apologies import is_owed
from callin.rules.call_states import CallState, Outcome, Witness


def settle(session: Session, *, now: datetime, call: Call, outcome: Outcome, witness: Witness) -> None:
    """The call has its outcome and is counted once.

    A witness that knows better corrects an earlier one; a repetition changes nothing.

    Args:
        now: aware.
        call: its `waited_s` is up to date.
        outcome: the outcome.
        witness: who says so.
    """
    if call.outcome is not None and (witness <= call.witness or call.outcome == outcome):
        call.witness = max(call.witness, witness)
        return
    is_first = call.outcome is None
    call.outcome, call.witness = outcome, witness
    if is_first and call.joined_at is not None:
        _count_wait(session, call=call)
    show_log.note(
        session,
        at=now,
        what=f"outcome {outcome}",
        show_id=call.show_id,
        call_sid=call.call_sid,
        detail=f"waited {call.waited_s} s",
    )


def review_apology(session: Session, *, now: datetime, call: Call, apology_after_s: int) -> None:
    """The call is owed one apology exactly if its outcome and its wait, as now known, say so.

    Args:
        now: aware.
        call: its outcome and `waited_s` are up to date.
        apology_after_s: the station's limit.
    """
    if call.outcome is None:
        return
    outcome = Outcome(call.outcome)
    if is_owed(outcome, waited_s=call.waited_s, apology_after_s=apology_after_s):
        # The queue's own word may still be on its way and say that the wait was short.
        is_sure = call.witness == Witness.QUEUE_ACTION
        texting.owe_apology(session, now=now, call=call, was_blocked=outcome == Outcome.BLOCKED, is_sure=is_sure)
    else:
        texting.withdraw_apology(session, now=now, call=call)


def record_talk(session: Session, *, call: Call, aired_s: int) -> None:
    """The length of the talk is known; a better figure replaces the earlier one in the show's pace too.

    Args:
        call: the listener's.
        aired_s: seconds on the air, ≥ 0.
    """
    if call.aired_s == aired_s:
        return
    is_first = call.aired_s is None
    session.execute(
        update(Show)
        .where(Show.id == call.show_id)
        .values(talks=Show.talks + (1 if is_first else 0), talk_s=Show.talk_s + aired_s - (call.aired_s or 0))
    )
    call.aired_s = aired_s


def has_talked(session: Session, *, call: Call) -> bool:
    """Return whether this caller, who is off the air, has had their turn, though perhaps no callback has said so yet.

    A DJ who is still there ended a talk; one who has gone may have hung up during the whisper, and then it was no turn.

    Args:
        call: the listener's, not bridged at this moment.
    """
    if call.state != CallState.ON_AIR:
        return call.outcome == Outcome.AIRED
    still_there = select(DjCall.id).where(DjCall.call_sid == call.dj_call_sid, DjCall.ended_at.is_(None))
    return call.aired_s is not None or session.scalar(still_there) is not None


def finish(session: Session, *, now: datetime, call: Call) -> None:
    """The caller has gone."""
    if call.state != CallState.OVER:
        call.state, call.ended_at = CallState.OVER, now
        show_log.note(session, at=now, what="hung up", show_id=call.show_id, call_sid=call.call_sid)


def _count_wait(session: Session, *, call: Call) -> None:
    session.execute(
        update(Show)
        .where(Show.id == call.show_id)
        .values(
            abandonments=Show.abandonments + (1 if call.outcome == Outcome.ABANDONED else 0),
            waited_s=Show.waited_s + call.waited_s,
        )
    )
