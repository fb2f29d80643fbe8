"""What may go out at all: the kill switch, and the gate that every outgoing text passes; called by the outbox, the CLI.

The switch stands in the database, not in a setting: it works at once in every process, needs no restart, and is on
record with whoever turned it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, union
from sqlalchemy.orm import Session

from callin.desk import show_log, tape
from callin.models import Call, Deed, Text, TextKind, TextState, TextStop
from callin.phone_number import country_of
from callin.rules.sending_limits import Limit, SendingLimits, limit_reached
from callin.setting_values import EVERYWHERE
from callin.settings import Settings

DAY = timedelta(days=1)


def limits_of(settings: Settings) -> SendingLimits:
    """Return what this station allows itself.

    Args:
        settings: checked.
    """
    own = {country_of(settings.listener_number), country_of(settings.dj_line)}
    countries = frozenset(settings.countries) or frozenset(country for country in own if country is not None)
    return SendingLimits(
        countries=None if EVERYWHERE in countries else countries,
        per_show=settings.texts_per_show,
        per_number=settings.texts_per_number,
    )


@dataclass(frozen=True, slots=True)
class StopCard:
    """No text goes out, since when and by whose word."""

    began_at: datetime
    began_by: str


def current_stop(session: Session) -> StopCard | None:
    """Return the stop that lasts, or None while texts go out."""
    stop = _lasting(session)
    return None if stop is None else StopCard(began_at=stop.began_at, began_by=stop.began_by)


def stop_texts(session: Session, *, now: datetime, actor: str) -> bool:
    """No text goes out any more; return False if none did before.

    Args:
        now: aware.
        actor: who says so.
    """
    if _lasting(session) is not None:
        return False
    session.add(TextStop(began_at=now, began_by=actor))
    show_log.note(session, at=now, what="stopped all texts", actor=actor)
    tape.keep_deed(session, at=now, deed=Deed.STOP_TEXTS)
    return True


def start_texts(session: Session, *, now: datetime, actor: str) -> bool:
    """Texts go out again, those withheld meanwhile excepted; return False if they did before.

    Args:
        now: aware.
        actor: who says so.
    """
    stop = _lasting(session)
    if stop is None:
        return False
    stop.ended_at, stop.ended_by = now, actor
    show_log.note(session, at=now, what="started texts again", actor=actor)
    tape.keep_deed(session, at=now, deed=Deed.START_TEXTS)
    return True


class Gate:
    """Tells for each of some texts, in turn, whether it may go; each that may is counted for those after it."""

    def __init__(self, session: Session, *, now: datetime, limits: SendingLimits, texts: Sequence[Text]) -> None:
        """Read what is known of all of them at once.

        Args:
            now: aware.
            limits: of the station.
            texts: that are about to go.
        """
        numbers = {text.phone_number for text in texts}
        callers = {text.caller_id for text in texts}
        self._limits = limits
        self._is_stopped = _lasting(session) is not None
        self._contacts = set(
            session.scalars(
                union(
                    select(Text.phone_number).where(Text.kind == TextKind.INBOUND, Text.phone_number.in_(numbers)),
                    select(Call.phone_number).where(Call.caller_id.in_(callers)),
                )
            )
        )
        went = and_(Text.kind != TextKind.INBOUND, Text.attempts > 0, Text.state != TextState.WITHHELD)
        lately = Text.created_at > now - DAY
        self._to_number: Counter[str] = Counter()
        for number, count in session.execute(
            select(Text.phone_number, func.count(Text.id))
            .where(Text.phone_number.in_(numbers), lately, went)
            .group_by(Text.phone_number)
        ):
            self._to_number[number] = count
        self._in_show: Counter[int | None] = Counter()
        for show_id in {text.show_id for text in texts}:
            of_show = and_(Text.show_id.is_(None), lately) if show_id is None else Text.show_id == show_id
            self._in_show[show_id] = session.scalar(select(func.count(Text.id)).where(of_show, went)) or 0

    def limit_for(self, text: Text) -> Limit | None:
        """Return what keeps this text from going, or None: then it counts as gone.

        One that was tried before has been counted, and may be at Twilio already: only the kill switch holds it back.
        """
        if text.attempts > 0:
            return Limit.STOPPED if self._is_stopped else None
        limit = limit_reached(
            self._limits,
            is_stopped=self._is_stopped,
            has_contacted_us=text.phone_number in self._contacts,
            country=country_of(text.phone_number),
            sent_in_show=self._in_show[text.show_id],
            sent_to_number=self._to_number[text.phone_number],
        )
        if limit is None:
            self._in_show[text.show_id] += 1
            self._to_number[text.phone_number] += 1
        return limit


def _lasting(session: Session) -> TextStop | None:
    return session.scalars(select(TextStop).where(TextStop.ended_at.is_(None))).one_or_none()
