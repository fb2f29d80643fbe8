"""`callin db backup` and `restore`: tried under load, against a running station, and killed midway."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callin import backups, migrations
from callin.cli import run
from callin.db import engine_for, sessions_for, transaction
from callin.desk import show_log
from callin.errors import BackupRefused
from callin.models import LogLine, Message, MessageSound, Show
from tests.killing import run_and_kill

Captured = pytest.CaptureFixture[str]
NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


@pytest.fixture
def file(database_url: str) -> Path:
    """The station's database."""
    made = backups.file_of(database_url)
    assert made is not None
    return made


def write(file: Path, *, shows: int, sounds: int = 0) -> None:
    """So many shows, each with its line in the log, in one transaction each."""
    engine = engine_for(f"sqlite:///{file}")
    for number in range(shows):
        with transaction(sessions_for(engine)) as session:
            show = Show(name=f"Show {number}", queue_name=f"q{number}", max_queue_size=9, opened_at=NOW)
            session.add(show)
            session.flush()
            show_log.note(session, at=NOW, what="opened", show_id=show.id)
    for number in range(sounds):
        with transaction(sessions_for(engine)) as session:
            message = Message(recording_sid=f"RE{number}", recording_url="u", call_sid="CA1", left_at=NOW, due_at=NOW)
            session.add(message)
            session.flush()
            session.add(MessageSound(message_id=message.id, content_type="audio/wav", content=os.urandom(1_000_000)))
    engine.dispose()


def shows_in(file: Path) -> tuple[int, int]:
    """Shows and lines of the log."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("shows", "show_log")]
    return counts[0], counts[1]


def test_a_backup_under_load_is_one_moment(
    environment: pytest.MonkeyPatch, file: Path, capsys: Captured, tmp_path: Path
) -> None:
    """While a station writes without a pause the copy has whole transactions alone, and the station loses nothing."""
    write(file, shows=5, sounds=3)
    stop, written = threading.Event(), []

    def go_on() -> None:
        engine = engine_for(f"sqlite:///{file}")
        sessions = sessions_for(engine)
        while not stop.is_set():
            with transaction(sessions) as session:
                show = Show(name="Under load", queue_name=f"l{len(written)}", max_queue_size=9, opened_at=NOW)
                session.add(show)
                session.flush()
                show_log.note(session, at=NOW, what="opened", show_id=show.id)
            written.append(show.id)
        engine.dispose()

    station = threading.Thread(target=go_on)
    station.start()
    copies = [tmp_path / f"copy{number}.db" for number in range(3)]
    try:
        codes = [run(["db", "backup", str(copy)]) for copy in copies]
    finally:
        stop.set()
        station.join()

    assert codes == [0, 0, 0], capsys.readouterr().err
    for copy in copies:
        shows, lines = shows_in(copy)
        assert shows == lines >= 5
        assert copy.stat().st_mode & 0o777 == 0o600
    assert shows_in(file) == (5 + len(written), 5 + len(written))
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy0.db", "copy1.db", "copy2.db"]


def test_nothing_is_overwritten_by_a_backup(
    environment: pytest.MonkeyPatch, file: Path, capsys: Captured, tmp_path: Path
) -> None:
    """A file that is there stays as it is, and a folder that is not there is told."""
    taken = tmp_path / "taken.db"
    taken.write_text("mine")

    assert run(["db", "backup", str(taken)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert taken.read_text() == "mine"
    assert run(["db", "backup", str(tmp_path / "no" / "folder.db")]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_a_backup_is_put_back_and_what_was_there_is_kept(
    environment: pytest.MonkeyPatch, file: Path, capsys: Captured, tmp_path: Path
) -> None:
    """The database is that of the backup, sounds included; the one before stands beside it."""
    copy = tmp_path / "copy.db"
    write(file, shows=2, sounds=1)
    assert run(["db", "backup", str(copy)]) == 0
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM message_sounds")
        connection.execute("DELETE FROM show_log")
    capsys.readouterr()

    assert run(["db", "restore", str(copy), "--yes"]) == 0

    said = capsys.readouterr().out
    before = Path(said.rpartition("The one before is ")[2].strip().removesuffix("."))
    assert shows_in(file) == (2, 2)
    assert shows_in(before) == (2, 0)
    engine = engine_for(f"sqlite:///{file}")
    with transaction(sessions_for(engine)) as session:
        assert session.scalar(select(func.length(MessageSound.content))) == 1_000_000
        assert session.scalar(select(func.count(LogLine.id))) == 2
    engine.dispose()


def test_a_running_station_is_not_replaced(
    environment: pytest.MonkeyPatch, file: Path, capsys: Captured, tmp_path: Path
) -> None:
    """While a process has the database open, idle or not, a restore refuses in words and changes nothing."""
    copy = tmp_path / "copy.db"
    assert run(["db", "backup", str(copy)]) == 0
    write(file, shows=1)
    station = engine_for(f"sqlite:///{file}")
    with station.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM shows")
    capsys.readouterr()

    assert run(["db", "restore", str(copy), "--yes"]) == 1

    assert "The station is running" in capsys.readouterr().err
    assert shows_in(file) == (1, 1)
    station.dispose()
    assert run(["db", "restore", str(copy), "--yes"]) == 0
    assert shows_in(file) == (0, 0)


def test_what_is_no_backup_is_refused(
    environment: pytest.MonkeyPatch, file: Path, capsys: Captured, tmp_path: Path
) -> None:
    """Another file, another database, none at all, a newer version: each in words, with nothing changed."""
    write(file, shows=1)
    text, stranger, newer = (tmp_path / name for name in ("text", "stranger.db", "newer.db"))
    text.write_text("no database at all, and long enough to be looked at " * 40)
    with closing(sqlite3.connect(stranger)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name)")
    assert run(["db", "backup", str(newer)]) == 0
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    capsys.readouterr()

    for backup, words in (
        (tmp_path / "nowhere", "There is no file"),
        (text, "is not a backup"),
        (stranger, "is not a backup"),
        (newer, "newer version (revision 9999)"),
    ):
        assert run(["db", "restore", str(backup), "--yes"]) == 1
        assert words in capsys.readouterr().err
    assert shows_in(file) == (1, 1)


def test_an_older_backup_is_brought_to_this_version(file: Path, tmp_path: Path) -> None:
    """What an earlier version saved is upgraded when it is put back, and the file itself stays as it was."""
    old = tmp_path / "old.db"
    engine = engine_for(f"sqlite:///{old}")
    migrations.upgrade(engine, revision="0001")
    engine.dispose()

    backups.restore(file, backup=old, now=NOW)

    engine = engine_for(f"sqlite:///{file}")
    assert migrations.problem(engine) is None
    engine.dispose()
    assert backups.revision_of(old) == "0001"


RESTORER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from callin import backups
print("ready", flush=True)
sys.stdin.readline()
backups.restore(Path(sys.argv[1]), backup=Path(sys.argv[2]), now=datetime.now(UTC))
"""


@pytest.mark.parametrize("after_s", [0.02, 0.06, 0.2])
def test_a_restore_that_is_killed_leaves_one_of_the_two(file: Path, tmp_path: Path, after_s: float) -> None:
    """Kill -9 at any moment: the database is whole, the old one or the new one, and a second try goes through."""
    new = tmp_path / "new.db"
    write(file, shows=1, sounds=8)
    backups.back_up(file, to=new)
    write_more = engine_for(f"sqlite:///{file}")
    with transaction(sessions_for(write_more)) as session:
        show_log.note(session, at=NOW, what="one more")
    write_more.dispose()
    run_and_kill(RESTORER, str(file), str(new), after_s=after_s)

    assert shows_in(file) in ((1, 1), (1, 2))
    backups.restore(file, backup=new, now=NOW)
    assert shows_in(file) == (1, 1)


def test_postgresql_is_told_what_to_type(environment: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The very command, without the password, and exit code 1: nothing was done."""
    environment.setenv("DATABASE_URL", "postgresql://me:swordfish@db.test/callin")

    assert run(["db", "backup", "monday.dump"]) == 1
    saved = capsys.readouterr()
    assert run(["db", "restore", "monday.dump"]) == 1
    restored = capsys.readouterr()

    assert saved.out == "pg_dump --format=custom --file=monday.dump postgresql://me@db.test/callin\n"
    assert restored.out == (
        "pg_restore --clean --if-exists --no-owner --single-transaction "
        "--dbname=postgresql://me@db.test/callin monday.dump\n"
    )
    assert "swordfish" not in saved.out + saved.err + restored.out + restored.err


def test_a_damaged_backup_is_refused(file: Path, tmp_path: Path) -> None:
    """Some pages overwritten: the restore sees it before anything is touched."""
    copy = tmp_path / "copy.db"
    write(file, shows=3, sounds=1)
    backups.back_up(file, to=copy)
    with copy.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(os.urandom(4096 * 20))

    with pytest.raises(BackupRefused):
        backups.restore(file, backup=copy, now=NOW)

    assert shows_in(file) == (3, 3)
