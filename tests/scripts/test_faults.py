"""The short form of ./scripts/bench faults: evenings in which processes are killed with -9, and what holds then."""

from pathlib import Path

import pytest
from benchmarks.faults import measure
from benchmarks.faults.evening import Evening
from benchmarks.faults.troupe import on_stage
from benchmarks.faults.verdict import judge
from sqlalchemy import text

from callin.db import engine_for

KILLS = 6


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_an_evening_with_kills_loses_nothing_and_does_nothing_twice(tmp_path: Path, database: str) -> None:
    """Web, courier, closing and the database are killed: every outcome, text and turn is as the exchange has it."""
    killed, verdict = measure.one_evening(tmp_path, database=database, seed=11, kills=KILLS)

    assert verdict.breaches == []
    assert sum(killed.values()) >= KILLS // 2  # who is not there cannot be killed


def test_a_breach_is_seen(tmp_path: Path) -> None:
    """A harness that finds nothing must be able to: a turn that nobody had, a text twice, a show left open."""
    url = f"sqlite:///{tmp_path / 'callin.db'}"
    with on_stage(tmp_path, database_url=url, speed=measure.SPEED) as troupe:
        diary = Evening(troupe, seed=12, kills=0, harm_database=lambda _seconds: "nothing").play()
        assert judge(troupe, diary=diary).breaches == []
        engine = engine_for(url)
        with engine.begin() as connection:
            for statement in (
                "UPDATE calls SET outcome = CASE outcome WHEN 'aired' THEN 'left' ELSE 'aired' END",
                "UPDATE texts SET body = body || '!' WHERE kind = 'joined'",
                "UPDATE shows SET state = 'closing'",
            ):
                assert connection.execute(text(statement)).rowcount
        engine.dispose()
        told = " ".join(judge(troupe, diary=diary).breaches)

    assert "outcome aired, and 0 talks" in told
    assert "outcome left, and 1 talks" in told
    assert "owed 1, arrived 0" in told
    assert "the shows are ['closing']" in told
