"""Compares what became of every caller with the plot, and tells it as a table; called by the rehearsal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from callin.desk import shows
from callin.desk.line import queue_names
from callin.desk.shows import CallSummary
from callin.models import Text, Texter, TextKind
from callin.phone_number import identity_of
from callin.rehearsal.actor import Actor
from callin.rehearsal.plots import Plot
from callin.rehearsal.plots.plot import Part
from callin.rehearsal.stage import Stage


@dataclass(frozen=True, slots=True)
class Row:
    """One caller in the table: what became of them, and whether that is as the plot says."""

    name: str
    outcome: str
    waited_s: int
    aired_s: int | None
    texts: int
    messages: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The whole show, judged."""

    rows: tuple[Row, ...]
    differences: tuple[str, ...]  # of everybody, and of the show itself

    @property
    def is_as_the_plot_says(self) -> bool:
        """Whether nothing differed."""
        return not self.differences


def review(plot: Plot, *, cast: dict[str, Actor], stage: Stage, troubles: Iterable[str]) -> Review:
    """Return what became of everybody, by the station's own record and by the phones.

    Args:
        plot: what was played.
        cast: the actors, by name.
        stage: still up.
        troubles: what went wrong on the way.
    """
    calls = _calls_of(stage)
    rows = [
        _row(part, actor=cast[part.name], call=calls.get(cast[part.name].call_sid or ""), stage=stage)
        for part in plot.parts
        if part.ending is not None
    ]
    differences = [*troubles]
    differences += [f"{row.name}: {difference}" for row in rows for difference in row.differences]
    for part in plot.parts:
        if part.ending is None:
            differences += [f"{part.name}: {miss}" for miss in cast[part.name].misses]
    left = set(stage.switchboard.queue_names()) & set(queue_names(stage.station.settings.queue_name))
    differences += [f"the queue {name} is still there" for name in sorted(left)]
    return Review(rows=tuple(rows), differences=tuple(differences))


def _calls_of(stage: Stage) -> dict[str, CallSummary]:
    with stage.station.transaction() as session:
        everyone = shows.calls_of(session, show_id=None)
        for show in shows.all_shows(session):
            everyone += shows.calls_of(session, show_id=show.card.show_id)
    return {call.call_sid: call for call in everyone}


def _row(part: Part, *, actor: Actor, call: CallSummary | None, stage: Stage) -> Row:
    ending = part.ending
    assert ending is not None  # chosen by the caller
    if call is None and ending.outcome is not None:
        return Row(part.name, "–", 0, None, 0, 0, ("the station has no record of the call",))
    number = identity_of(part.number)
    inbox = stage.switchboard.inbox(number) if number else []
    place, owed = _by_text(stage, number=number)
    outcome = call.outcome if call else None
    differences = list(actor.misses)
    for what, told, wanted in (
        ("outcome", outcome, ending.outcome),
        ("place by text", place.state if place else None, ending.place),
        ("texts owed", owed, ending.texts),
        ("texts on the phone", len(inbox), ending.texts + ending.by_twilio),
        ("messages left", call.messages if call else 0, ending.messages),
    ):
        if told != wanted:
            differences.append(f"{what}: {told}, not {wanted}")
    came_to = outcome or (call.state if call else None) or (place.state if place else "not in line")
    return Row(
        name=part.name,
        outcome=str(came_to).replace("_", " "),
        waited_s=(call.waited_s if call else 0) + ((place.waited_s or 0) if place else 0),
        aired_s=call.aired_s if call else None,
        texts=len(inbox),
        messages=call.messages if call else 0,
        differences=tuple(differences),
    )


def _by_text(stage: Stage, *, number: str | None) -> tuple[Texter | None, int]:
    """The last place that this number held by text, and how many texts the station owed it."""
    if number is None:
        return None, 0
    with stage.station.reading() as session:
        place = session.scalars(
            select(Texter).where(Texter.phone_number == number).order_by(Texter.id.desc()).limit(1)
        ).first()
        owed = select(func.count(Text.id)).where(Text.phone_number == number, Text.kind != TextKind.INBOUND)
        return place, session.scalar(owed) or 0
