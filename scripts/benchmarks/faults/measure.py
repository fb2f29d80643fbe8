"""Evenings with kills until there were enough of them, over both databases; read by the list of parts."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from benchmarks import postgres
from benchmarks.faults.evening import Evening, Harm
from benchmarks.faults.troupe import on_stage
from benchmarks.faults.verdict import Verdict, judge
from benchmarks.figures import BenchError, Figure, Findings, Table, at_least, at_most
from callin.logs import configure_logs

SPEED = 8.0
KILLS = 200  # over both databases
KILLS_AN_EVENING = 10
KILLS_WHEN_QUICK = 4
LOCKED = "database (locked)"  # harm, and no kill: it is told and not counted among them


def measure(*, folder: Path, seed: int, is_quick: bool) -> Findings:
    """Return what was killed and what was breached; with the seed, an evening can be played again.

    Args:
        folder: of its own.
        seed: of the first evening; the next ones count on.
        is_quick: one short evening on SQLite.

    Raises:
        BenchError: something was lost, or done twice: with every breach in words.
    """
    configure_logs(level="ERROR", form="text")  # what is put right at the end is no news here
    findings = Findings()
    kills: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    evenings = untold = 0
    started = time.monotonic()
    for database in ("SQLite",) if is_quick else ("SQLite", "PostgreSQL"):
        wanted = KILLS_WHEN_QUICK if is_quick else KILLS // 2
        while _killed(kills, database) < wanted:
            evenings += 1
            room = folder / f"evening-{evenings}"
            room.mkdir()
            told, verdict = one_evening(
                room, database=database, seed=seed + evenings - 1, kills=min(wanted, KILLS_AN_EVENING)
            )
            kills.update({(database, victim): number for victim, number in told.items()})
            found = verdict.breaches
            untold += verdict.untold
            lost = f"{len(found)} breaches" if found else "nothing lost, nothing twice"
            killed = told.total() - told[LOCKED]
            click.echo(f"evening {evenings}, {database}, seed {seed + evenings - 1}: {killed} kills, {lost}", err=True)
            wrong += [f"{database}, seed {seed + evenings - 1}: {breach}" for breach in found]
    if wrong:
        raise BenchError("something was lost or done twice:\n" + "\n".join(wrong))
    victims = sorted({victim for _, victim in kills})
    databases = sorted({where for where, _ in kills})
    findings.tables.append(
        Table(
            "killed with -9, or locked, by database",
            ["victim", *databases],
            [[victim, *(str(kills[where, victim]) for where in databases)] for victim in victims],
        )
    )
    findings.figures += [
        Figure(
            "kills",
            sum(_killed(kills, database) for database in databases),
            "",
            at_least(KILLS_WHEN_QUICK if is_quick else KILLS),
        ),
        Figure("breaches after them", len(wrong), "", at_most(0)),
        Figure("talks of which no word arrived", untold, ""),
        Figure("evenings", evenings, ""),
        Figure("seconds", round(time.monotonic() - started), "s"),
    ]
    findings.notes.append(f"First seed {seed}. An evening is played again with --seed.")
    findings.notes.append(
        "A talk of which no word arrived ends here as if the caller had still waited: all requests that told of it met "
        "a web process or a database that was dead at that moment, and Twilio does not tell it again."
    )
    return findings


def _killed(kills: Counter[tuple[str, str]], database: str) -> int:
    return sum(number for (where, victim), number in kills.items() if where == database and victim != LOCKED)


def one_evening(room: Path, *, database: str, seed: int, kills: int) -> tuple[Counter[str], Verdict]:
    """Return who was killed how often in one evening, and what came of it.

    Args:
        room: an empty folder.
        database: «SQLite» or «PostgreSQL».
        seed: of all chance.
        kills: how often somebody is to be killed.
    """
    with _database(database, room) as (url, harm), on_stage(room, database_url=url, speed=SPEED) as troupe:
        diary = Evening(troupe, seed=seed, kills=kills, harm_database=harm).play()
        return diary.kills, judge(troupe, diary=diary)


@contextmanager
def _database(name: str, room: Path) -> Iterator[tuple[str, Harm]]:
    """Give an empty database's address, and the harm that can be done to it."""
    if name == "SQLite":
        file = room / "callin.db"
        yield f"sqlite:///{file}", lambda seconds: _hold_sqlite(file, seconds)
        return
    with postgres.running(room) as server:
        yield server.new_database("evening"), server.kill


def _hold_sqlite(file: Path, seconds: float) -> str:
    """SQLite has no process to kill: somebody holds its one lock instead."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    return LOCKED
