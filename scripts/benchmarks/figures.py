"""What a part of the suite reports: figures with their targets, and tables to look at; used by every part."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BenchError(Exception):
    """Nothing was measured, or not what was meant; says why. No figure is better than a wrong one."""


class Bound(StrEnum):
    """Which side of the target is the good one."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True)
class Target:
    """What perf.md and issue asked for; kept beside each figure."""

    bound: Bound
    value: float

    def is_met_by(self, value: float) -> bool:
        """Whether the figure is on the good side."""
        return value >= self.value if self.bound == Bound.AT_LEAST else value <= self.value

    def verdict(self, value: float) -> str:
        """Return «met», or by what share of the target it was missed."""
        if self.is_met_by(value):
            return "met"
        if self.value == 0:
            return f"missed by {value:g}"
        return f"missed by {abs(value - self.value) / self.value:.0%}"


def at_least(value: float) -> Target:
    """Return the target that a figure reaches from above."""
    return Target(Bound.AT_LEAST, value)


def at_most(value: float) -> Target:
    """Return the target that a figure reaches from below."""
    return Target(Bound.AT_MOST, value)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters.

    Attributes:
        name: in words, complete without its part's.
        value: the median over the rounds.
        unit: s, ms, /s, ×, MiB, %, or nothing for a count.
        target: what it should be, if anybody said.
    """

    name: str
    value: float
    unit: str
    target: Target | None = None

    @property
    def is_missed(self) -> bool:
        """Whether there is a target and it was not met."""
        return self.target is not None and not self.target.is_met_by(self.value)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars to be drawn.

    Attributes:
        name: of its file.
        title: says what is compared and in what unit.
        bars: label and value, in order.
    """

    name: str
    title: str
    bars: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be read, besides the figures."""

    title: str
    headings: list[str]
    rows: list[list[str]]


@dataclass(slots=True)
class Findings:
    """All that one part reports."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
