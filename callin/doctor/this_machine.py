"""What the doctor sees on this machine: `.env`, database, courier, disk; part of an examination."""

from __future__ import annotations

import difflib
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy.engine import make_url

from callin import migrations
from callin.desk import beats, figures, sending
from callin.doctor.findings import Finding, fine, note, problem
from callin.errors import BadSettings
from callin.languages import has_words
from callin.rules import text_commands
from callin.rules.text_failures import failure_of
from callin.samples import samples_of
from callin.settings import Settings
from callin.station import Station
from callin.twiml_faults import faults_of, place_of

SPARE_MIB = 500
DAYS_LOOKED_BACK = 7
OURS = "CALLIN_"


def env_file(path: Path) -> Iterator[Finding]:
    """Yield whether `.env` keeps its secrets, and names in it that no setting has."""
    if not path.is_file():
        yield note("env file", f"There is no {path} here: the environment alone counts.")
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield problem("env file", f"Others on this machine can read {path}.", where=str(path), do=f"chmod 600 {path}")
    else:
        yield fine("env file", f"Only you can read {path}.")
    try:
        told = dotenv_values(path)
    except (OSError, UnicodeDecodeError):
        return  # the settings say so in their own words
    known = [str(field.validation_alias) for field in Settings.model_fields.values()]
    for name in told:
        alike = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        if name not in known and (alike or name.startswith(OURS)):
            meant = f" Is {alike[0]} meant?" if alike else ""
            yield problem("env file", f"{name} is no setting.{meant}", where=str(path), do=f"edit {path}")


def words() -> Finding:
    """Return whether a word of the text line is one that Twilio takes for itself."""
    clash = text_commands.clashes()
    if not clash:
        return fine("words of texts", "Twilio takes none of them for itself.")
    return problem(
        "words of texts",
        f"Whoever texts one of these is unsubscribed by Twilio: {', '.join(clash)}.",
        where="callin/rules/text_commands.py",
        do="give that command another word",
    )


def softphone(settings: Settings) -> Iterator[Finding]:
    """Yield that the DJ's softphone is set up only in part; a key alone is for requests, and nothing to complain of."""
    if settings.dj_app_sid is not None and not settings.has_softphone:
        yield problem(
            "softphone",
            "It has a TwiML app and no API key to sign who rings it: DJs see no softphone.",
            where="TWILIO_API_KEY, TWILIO_API_SECRET (or unset CALLIN_DJ_APP_SID)",
            do="make an API key in the Twilio console (Account, API keys & tokens), then edit .env",
        )


def documents(station: Station) -> Iterator[Finding]:
    """Yield what Twilio or a caller would stumble over in the station's own documents, each fault once."""
    settings = station.settings
    if not has_words(settings.language):
        yield note(
            "documents",
            f"What you have not written yourself is said in English: we have no words in {settings.language}.",
            where="CALLIN_LANGUAGE, CALLIN_TWIML_DIR",
        )
    found = False
    for name in station.twiml.names():
        if station.twiml.is_own(name) and not name.rpartition("/")[2].startswith("_"):
            for fault in _faults_of(station, name):
                found = True
                yield problem(
                    "documents", f"{name}: {fault}", where=str(settings.twiml_dir), do=f"callin say {name[:-4]}"
                )
    if not found:
        yield fine("documents", "What people hear can be read.")


def _faults_of(station: Station, name: str) -> list[str]:
    faults: dict[str, None] = {}
    for facts in samples_of(name, base_url=station.settings.public_base_url):
        try:
            body = station.twiml.render_strictly(name, **facts)
        except BadSettings as bad:
            return bad.problems
        faults |= dict.fromkeys(faults_of(body, place=place_of(name)))
    return list(faults)


def database(station: Station) -> Iterator[Finding]:
    """Yield whether the database answers and has this version's tables."""
    trouble = migrations.problem(station.engine)
    if trouble is None:
        yield fine("database", "It answers, and is at this version.")
        return
    sentence, _mark, fix = trouble.rpartition(". ")
    command = fix.removeprefix("Run: ") if fix.startswith("Run: ") else "edit .env, then: callin doctor"
    yield problem("database", f"{sentence}.", where="DATABASE_URL", do=command)


def courier(station: Station) -> Finding:
    """Return whether a courier has been seen at work lately."""
    with station.reading() as session:
        trouble = beats.why_not_fresh(session, now=station.clock())
    if trouble is None:
        return fine("courier", "It was seen at work within the last minute.")
    sentence, _mark, _fix = trouble.partition(" Run: ")
    return problem("courier", sentence, where="callin serve, callin courier", do="callin serve")


def texts(station: Station) -> Iterator[Finding]:
    """Yield whether somebody stopped all texts, and why some failed lately where the station can do something."""
    since = station.clock() - timedelta(days=DAYS_LOOKED_BACK)
    with station.reading() as session:
        errors = figures.text_errors_since(session, since=since)
        stop = sending.current_stop(session)
    if stop is not None:
        yield problem(
            "texts",
            f"No text goes out since {stop.began_at:%Y-%m-%d %H:%M} UTC: stopped at the {stop.began_by}.",
            where="callin texts stop",
            do="callin texts start",
        )
    for code, count in errors.items():
        failure = failure_of(code)
        if failure.do:
            count_of = "1 text" if count == 1 else f"{count} texts"
            yield problem(
                "texts",
                f"{count_of} of the last {DAYS_LOOKED_BACK} days failed: {failure.why} (code {code}).",
                where="Twilio console",
                do=failure.do,
            )


def disk(settings: Settings) -> Finding:
    """Return whether there is room for messages and a growing database."""
    url = make_url(settings.database_url)
    folder = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else Path()
    free = shutil.disk_usage(folder.resolve()).free // (1024 * 1024)
    if free < SPARE_MIB:
        return problem(
            "disk", f"Only {free} MiB are free; a full disk loses calls.", where=str(folder.resolve()), do="make room"
        )
    return fine("disk", f"{free // 1024} GiB are free." if free >= 1024 else f"{free} MiB are free.")
