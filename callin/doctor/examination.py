"""One examination, from the settings outwards: what stands on a fault stays unknown; called by the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from callin.clock import Clock, wall_clock
from callin.doctor import at_twilio, from_outside, this_machine
from callin.doctor.findings import Finding, fine, problem, unknown
from callin.errors import BadSettings, DatabaseUnfit
from callin.settings import ENV_FILE, Settings, load_settings
from callin.station import Station, station_of

LATER_CHECKS = (
    "documents",
    "database",
    "courier",
    "disk",
    "twilio",
    "numbers",
    "queues",
    "recordings",
    "public address",
)


def examine(*, env_file: Path = ENV_FILE, clock: Clock = wall_clock) -> Iterator[Finding]:
    """Yield what is found, in the order in which it is best mended; nothing is changed anywhere.

    Args:
        env_file: what is read beside the environment.
        clock: this machine's.
    """
    yield from this_machine.env_file(env_file)
    try:
        settings = load_settings(env_file=env_file)
    except BadSettings as bad:
        for sentence in bad.problems:
            yield problem("settings", f"{sentence}.", where=f"{env_file} or the environment", do=f"edit {env_file}")
        for check in LATER_CHECKS:
            yield unknown(check, "The settings come first.")
        return
    yield fine("settings", "Every setting makes sense.")
    yield this_machine.words()
    yield from this_machine.softphone(settings)
    station, finding = _wired(settings, clock=clock)
    if station is None:
        yield finding
        return
    yield from this_machine.documents(station)
    try:
        is_fit = False
        for finding in this_machine.database(station):
            is_fit = is_fit or finding.health == "ok"
            yield finding
        yield this_machine.courier(station) if is_fit else unknown("courier", "The database comes first.")
        if is_fit:
            yield from this_machine.texts(station)
        yield this_machine.disk(settings)
        yield from at_twilio.findings(station, is_database_fit=is_fit)
        yield from from_outside.findings(settings)
    finally:
        station.engine.dispose()


def _wired(settings: Settings, *, clock: Clock) -> tuple[Station | None, Finding]:
    """Return the station, unless its own documents or its database's address stand in the way, and what was found."""
    try:
        return station_of(settings, clock=clock), fine("documents", "What people hear can be read.")
    except BadSettings as bad:
        told = " ".join(bad.problems)
        return None, problem("documents", told, where=str(settings.twiml_dir), do="mend that file, then: callin doctor")
    except (OSError, ImportError, DatabaseUnfit) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, problem(
            "database", f"It cannot be opened ({reason}).", where="DATABASE_URL", do="edit .env, then: callin doctor"
        )
