"""The courier: hands texts to Twilio, fetches recordings and pictures; run by `callin courier` and by `callin serve`.

Each piece of work is claimed for a while in one transaction, done outside any, and recorded in another. A courier that
dies in between loses nothing: the lease ends, and the next one asks Twilio whether the text has gone out before it
sends again, for the Messages API knows no idempotency key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

import structlog
from sqlalchemy.orm import Session

from callin import meters
from callin.desk import beats, claims, outbox, pictures, sending, sounds, tallies, tape, texting
from callin.desk.outbox import OwedText
from callin.desk.pictures import OwedPicture
from callin.desk.sounds import OwedSound
from callin.desk.tallies import Tallied
from callin.errors import CarrierError
from callin.logs import about_call
from callin.models import Deed
from callin.rules.text_failures import Lasting, failure_of
from callin.station import Station

WORKERS = 16
BATCH = 48
# Three requests in a row for each worker, each up to ten seconds and looked for first; nobody else may take it before.
LEASE_S = 180
IDLE_S = 1.0
FIRST_RETRY_S = 5
LONGEST_RETRY_S = 900
# With the pauses above: two hours. An apology later than that is none.
MOST_ATTEMPTS = 14
# How far Twilio's clock and ours may differ when a text is looked for: an hour's mistake of a time zone, and more.
CLOCK_SKEW = timedelta(hours=2)
GIVE_UP_DELETING_FOR_S = 86_400
TOO_LARGE = 413

_log = structlog.get_logger(__name__)


class Courier:
    """Does what is owed, in rounds, with a handful of workers."""

    def __init__(self, station: Station, *, workers: int = WORKERS) -> None:
        self._station = station
        self._workers = workers
        self._limits = sending.limits_of(station.settings)
        self._beat_at: datetime | None = None

    def run(self, stop: threading.Event, *, idle_s: float = IDLE_S) -> None:
        """Work until told to stop; the round in hand is finished first.

        Args:
            stop: set by whoever ends the process.
            idle_s: seconds between looks at an empty outbox.
        """
        _log.info("courier started")
        while not stop.is_set():
            try:
                done = self.round()
            except Exception:
                # Whatever it is, it must not end the courier: what was claimed comes back when its lease ends.
                _log.exception("courier stumbled")
                done = 0
            if done == 0:
                stop.wait(idle_s)
        _log.info("courier stopped")

    def round(self) -> int:
        """Everything claimable now has been tried once; return how much that was."""
        station = self._station
        with station.transaction() as session:
            now = station.clock()
            if self._is_beat_due(now):
                self._beat(session, now=now)
            texts = outbox.claim_due(session, now=now, limit=BATCH, lease_s=LEASE_S, limits=self._limits)
            recordings = sounds.claim_fetches(session, now=now, limit=BATCH, lease_s=LEASE_S)
            owed_pictures = pictures.claim_fetches(session, now=now, limit=BATCH, lease_s=LEASE_S)
            deletions = (
                sounds.claim_deletions(session, now=now, limit=BATCH, lease_s=LEASE_S)
                if station.settings.delete_recordings
                else []
            )
            if texts or recordings:
                tape.keep_deed(session, at=now, deed=Deed.COURIER)
        jobs: list[Callable[[], None]] = [
            *(partial(_about, text.call_sid, deliver, station, text=text) for text in texts),
            *(partial(_about, sound.call_sid, fetch, station, sound=sound) for sound in recordings),
            *(partial(fetch_picture, station, picture=picture) for picture in owed_pictures),
            *(partial(_about, sound.call_sid, delete_at_twilio, station, sound=sound) for sound in deletions),
        ]
        if len(jobs) == 1:
            jobs[0]()
        elif jobs:
            with ThreadPoolExecutor(self._workers, thread_name_prefix="courier") as pool:
                self._await([pool.submit(job) for job in jobs])
        return len(jobs)

    def _await(self, outcomes: list[Future[None]]) -> None:
        """All of them are done; a Twilio that keeps everybody waiting must not look like a courier that is gone."""
        while wait(outcomes, timeout=beats.BEAT_EVERY_S).not_done:
            with self._station.transaction() as session:
                self._beat(session, now=self._station.clock())
        for outcome in outcomes:
            outcome.result()

    def _beat(self, session: Session, *, now: datetime) -> None:
        """Nobody can ask a courier: that it lives, and what it met with, is told in the database."""
        beats.record_beat(session, now=now)
        tallies.add(session, Tallied.TWILIO_ERROR, counts=meters.TWILIO_ERRORS.take())
        turn_s = self._station.settings.turn_s
        if claims.put_right(session, now=now, longest_pause_s=LONGEST_RETRY_S, lease_s=LEASE_S, turn_s=turn_s):
            tape.keep_deed(session, at=now, deed=Deed.COURIER)
        self._beat_at = now

    def _is_beat_due(self, now: datetime) -> bool:
        # Also after a clock that was set back.
        return self._beat_at is None or abs(now - self._beat_at) >= timedelta(seconds=beats.BEAT_EVERY_S)


def _about(call_sid: str | None, work: Callable[..., None], station: Station, **job: object) -> None:
    """The work is done; every line of the log meanwhile names the call that it is for."""
    with about_call(call_sid):
        work(station, **job)


def deliver(station: Station, *, text: OwedText) -> None:
    """The text is at Twilio, or owed again later, or given up with the reason on record."""
    try:
        message_sid = _found_at_twilio(station, text=text)
    except CarrierError as error:
        # Not knowing whether it went out is no reason to send it twice.
        _put_back(station, text=text, error=error, surely=False)
        return
    if message_sid is None:
        try:
            message_sid = station.carrier.send_text(
                text.to,
                body=text.body,
                # The receipt may be faster than our own note of the SID.
                status_callback=_receipts_of(station, text),
            )
        except CarrierError as error:
            was_refused = error.status is not None and error.status < 500
            _put_back(station, text=text, error=error, surely=was_refused and text.maybe_sent_since is None)
            return
    with station.transaction() as session:
        outbox.record_sent(session, now=station.clock(), text_id=text.text_id, message_sid=message_sid)
    _log.info("text sent", text_id=text.text_id, message_sid=message_sid, attempts=text.attempts)


def fetch(station: Station, *, sound: OwedSound) -> None:
    """The recording is kept here, or will be tried again, or is lost with the reason on record."""
    try:
        content = station.carrier.fetch_recording(sound.recording_url)
    except CarrierError as error:
        # A file may still be on its way when its address is told: 404 is waited out like any other delay.
        is_hopeless = error.permanent and error.status != 404
        retry_in_s = None if is_hopeless or sound.attempts >= MOST_ATTEMPTS else pause_before(sound.attempts)
        _log.warning("recording not fetched", message_id=sound.message_id, why=str(error), retry_in_s=retry_in_s)
        with station.transaction() as session:
            sounds.record_not_fetched(
                session, now=station.clock(), message_id=sound.message_id, retry_in_s=retry_in_s, why=str(error)
            )
        return
    with station.transaction() as session:
        sounds.record_fetched(
            session, now=station.clock(), message_id=sound.message_id, content_type="audio/wav", content=content
        )
    _log.info("recording fetched", message_id=sound.message_id, size=len(content))


def fetch_picture(station: Station, *, picture: OwedPicture) -> None:
    """The picture is kept here, or will be tried again, or is given up with the reason on record."""
    try:
        content = station.carrier.fetch_picture(picture.url)
    except CarrierError as error:
        # An address that is not Twilio's has no status; nobody was asked.
        is_refused = error.status == TOO_LARGE or (error.permanent and error.status is None)
        is_hopeless = error.permanent and error.status != 404
        retry_in_s = None if is_hopeless or picture.attempts >= MOST_ATTEMPTS else pause_before(picture.attempts)
        _log.warning("picture not fetched", picture_id=picture.picture_id, why=str(error), retry_in_s=retry_in_s)
        with station.transaction() as session:
            pictures.record_not_fetched(
                session,
                now=station.clock(),
                picture_id=picture.picture_id,
                retry_in_s=retry_in_s,
                is_refused=is_refused,
                why="too large" if error.status == TOO_LARGE else str(error),
            )
        return
    with station.transaction() as session:
        pictures.record_fetched(session, now=station.clock(), picture_id=picture.picture_id, content=content)
    _log.info("picture fetched", picture_id=picture.picture_id, size=len(content))


def delete_at_twilio(station: Station, *, sound: OwedSound) -> None:
    """Twilio no longer has the recording, or will be asked again."""
    try:
        station.carrier.delete_recording(sound.recording_sid)
    except CarrierError as error:
        is_hopeless = error.permanent or sound.attempts >= MOST_ATTEMPTS
        retry_in_s = GIVE_UP_DELETING_FOR_S if is_hopeless else pause_before(sound.attempts)
        _log.warning("recording not deleted", message_id=sound.message_id, why=str(error), retry_in_s=retry_in_s)
        with station.transaction() as session:
            sounds.record_not_fetched(
                session, now=station.clock(), message_id=sound.message_id, retry_in_s=retry_in_s, why=str(error)
            )
        return
    with station.transaction() as session:
        sounds.record_deleted(session, now=station.clock(), message_id=sound.message_id)


def pause_before(attempts: int) -> int:
    """Return the seconds until the next try after so many."""
    return int(min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S))


def _receipts_of(station: Station, text: OwedText) -> str:
    """Where Twilio tells what became of it; the call it is for is only there to be found in the log."""
    asked = {"text_id": str(text.text_id)} | ({"call_sid": text.call_sid} if text.call_sid else {})
    return f"{station.settings.public_base_url}/sms/receipts?{urlencode(asked)}"


def _found_at_twilio(station: Station, *, text: OwedText) -> str | None:
    """A text that an earlier try may have sent, and that no other row has for its own."""
    if text.maybe_sent_since is None:
        return None
    found = station.carrier.find_texts(text.to, body=text.body, since=text.maybe_sent_since - CLOCK_SKEW)
    with station.transaction() as session:
        known = outbox.known_among(session, message_sids=found, apart_from=text.text_id)
    return next((sid for sid in found if sid not in known), None)


def _put_back(station: Station, *, text: OwedText, error: CarrierError, surely: bool) -> None:
    failure = failure_of(error.code, status=error.status)
    may_retry = failure.may_try_again and text.attempts < MOST_ATTEMPTS
    retry_in_s = pause_before(text.attempts) if may_retry else None
    _log.warning("text not sent", text_id=text.text_id, why=failure.why, code=error.code, retry_in_s=retry_in_s)
    with station.transaction() as session:
        now = station.clock()
        outbox.record_not_taken(
            session,
            now=now,
            text_id=text.text_id,
            retry_in_s=retry_in_s,
            code=error.code,
            why=failure.why,
            surely=surely,
        )
        if failure.lasting is not None:
            texting.stop_texting(
                session,
                now=now,
                phone_number=text.to,
                why=failure.lasting,
                is_opt_out=failure.lasting == Lasting.OPTED_OUT,
            )
