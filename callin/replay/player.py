"""Plays a recorded show on a station made for it: signed webhooks, deeds, the courier, on a clock moved by hand.

The station is the real one behind its real WSGI application, on an empty database; Twilio alone is a double.
"""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from callin.app import create_app
from callin.courier import Courier
from callin.desk import shows, texting
from callin.desk.endings import Endings, endings_of
from callin.desk.recording import Entry
from callin.desk.screening import ban
from callin.desk.tape import RIGHT_PIN
from callin.errors import RecordingUnfit
from callin.given_settings import OnlyThese
from callin.models import Deed, Message, Text
from callin.recorded import BEGAN_AT, RecordedShow
from callin.recorded.export import PIN_PATH, SETTINGS
from callin.replay.deeds import Doing, do
from callin.replay.double import Double
from callin.replay.verdict import Difference, differences
from callin.settings import Settings
from callin.station import Station, station_of

BASE_URL = "https://station.invalid"
PIN, WRONG = "4711", "1"
WENT_WELL = (200, 204)


def replay(
    show: RecordedShow, *, database_url: str, speed: float | None, pause: Callable[[float], None] = time.sleep
) -> list[Difference]:
    """Return what ends another way when the show is played once more, the earliest first; none if all is the same.

    At any speed the station's clock tells the recorded moments.

    Args:
        show: as read from its file.
        database_url: of a database of this version, with nothing in it.
        speed: seconds of the show in one real second; None for as quick as possible.
        pause: waits for so many seconds.

    Raises:
        RecordingUnfit: the settings in the file do not make a station.
    """
    player = _Player(show, database_url=database_url)
    try:
        player.play(speed=speed, pause=pause)
        found = differences(show.endings, player.endings())
    finally:
        player.station.engine.dispose()
    return sorted((*player.troubles, *found), key=lambda difference: difference.at)


class _Player:
    """One performance."""

    def __init__(self, show: RecordedShow, *, database_url: str) -> None:
        self._show = show
        self._now = BEGAN_AT
        self._index = 0
        self._secret = secrets.token_hex(16)
        settings = _settings_of(show, database_url=database_url, secret=self._secret)
        double = Double(settings, texts=show.endings.texts, is_refused=self._is_refused)
        self.station: Station = replace(station_of(settings, clock=lambda: self._now), carrier=double)
        self.troubles: list[Difference] = []
        self._client = create_app(self.station).test_client()
        self._courier = Courier(self.station, workers=1)

    def play(self, *, speed: float | None, pause: Callable[[float], None]) -> None:
        self._remember()
        for index, entry in enumerate(self._show.entries):
            if speed is not None and entry.at > self._now:
                pause((entry.at - self._now).total_seconds() / speed)
            self._index, self._now = index, entry.at
            if entry.what.startswith("/"):
                self._ask(entry)
                continue
            why_not = do(Doing(self.station, self._courier, entry, entry.at))
            if why_not is not None and not self._is_refused(entry.sid or ""):
                self._tell(entry, who=entry.what, expected="done", got=f"refused: {why_not}")

    def endings(self) -> Endings:
        """What became of everybody."""
        with self.station.reading() as session:
            show = shows.last_show(session)
            show_id = show.show_id if show else 0
            return endings_of(session, show_id=show_id, since=BEGAN_AT, until=self._now)

    def _remember(self) -> None:
        """What was so before the show is so again."""
        with self.station.transaction() as session:
            for known in self._show.before:
                number, why = known.phone_number, known.why_no_texts
                if known.is_banned:
                    ban(session, now=BEGAN_AT, phone_number=number, reason="", actor="replay")
                if why is not None:
                    is_opt_out = why == "opted out"
                    texting.stop_texting(session, now=BEGAN_AT, phone_number=number, why=why, is_opt_out=is_opt_out)

    def _ask(self, entry: Entry) -> None:
        form = self._with_pin(entry, dict(entry.said["form"]))
        query = self._with_rows(self._with_pin(entry, dict(entry.said.get("query", {}))))
        path = f"{entry.what}?{urlencode(query)}" if query else entry.what
        signed = BASE_URL + path + "".join(name + value for name, value in sorted(form.items()))
        signature = b64encode(hmac.digest(self._secret.encode(), signed.encode(), "sha1")).decode()
        reply = self._client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        if reply.status_code not in WENT_WELL:
            who = f"{entry.what} for {form.get('CallSid') or form.get('MessageSid')}"
            self._tell(entry, who=who, expected="answered", got=f"answered with {reply.status_code}")

    def _with_pin(self, entry: Entry, told: dict[str, str]) -> dict[str, str]:
        if entry.what == PIN_PATH and "Digits" in told:
            told["Digits"] = PIN if told["Digits"] == RIGHT_PIN else WRONG
        return told

    def _with_rows(self, query: dict[str, str]) -> dict[str, str]:
        """Our own addresses name rows by number; the file names them by what Twilio calls them."""
        rows = {
            "text_id": select(Text.id).where(Text.message_sid == query.get("text_id")),
            "about": select(Message.id).where(Message.recording_sid == query.get("about")),
        }
        for name, row in rows.items():
            if query.pop(name, None) is not None:
                with self.station.reading() as session:
                    row_id = session.scalar(row)
                query |= {} if row_id is None else {name: str(row_id)}
        return query

    def _is_refused(self, call_sid: str) -> bool:
        """Whether the next that is heard of this call is that Twilio would not move it."""
        for entry in self._show.entries[self._index + 1 :]:
            if entry.what == Deed.REFUSED and entry.sid == call_sid:
                return True
            if entry.said.get("form", {}).get("CallSid") == call_sid:
                return False
        return False

    def _tell(self, entry: Entry, *, who: str, expected: str, got: str) -> None:
        self.troubles.append(Difference(entry.at, who, "this", expected, got))


def _settings_of(show: RecordedShow, *, database_url: str, secret: str) -> Settings:
    told = show.settings
    try:
        given = {name: told[name] for name in (*SETTINGS, "listener_number", "dj_line")}
        given["dj_numbers"] = tuple(told["dj_numbers"])
        given["countries"] = tuple(told["countries"])
        return OnlyThese(
            **given,
            dj_pin=SecretStr(PIN) if told["has_pin"] else None,
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token=SecretStr(secret),
            twilio_api_url="http://127.0.0.1:9",
            public_base_url=BASE_URL,
            database_url=database_url,
            secret_key=SecretStr(secrets.token_hex(16)),
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise RecordingUnfit(
            "The settings in this recorded show do not make a station; export it once more."
        ) from error
