"""Recordings as they are made: begun, completed, announced; used by Record and by Dial.

Source: section 5 of the facts. What a recording sounds like is another file's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from callin.exchange.parameters import API_VERSION
from callin.exchange.records import Call, Recording, new_sid
from callin.exchange.webhooks import Kind, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange


class Notice(Protocol):
    """Who is told about a recording, and of what."""

    @property
    def recording_callback(self) -> str:
        """An absolute URL, or nothing."""

    @property
    def recording_callback_method(self) -> str:
        """GET or POST."""

    @property
    def recording_events(self) -> tuple[str, ...]:
        """Some of in-progress, completed, absent."""


class Recorder:
    """Makes the recordings of an exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def begin(self, call: Call, *, source: str, channels: int, notice: Notice) -> Recording:
        """A recording of the call runs."""
        now = self._exchange.now()
        recording = Recording(
            sid=new_sid("RE"),
            account_sid=call.account_sid,
            call_sid=call.sid,
            date_created=now,
            date_updated=now,
            start_time=now,
            source=source,
            channels=channels,
        )
        self._exchange.recordings[recording.sid] = recording
        self._announce(recording, notice)
        return recording

    def complete(
        self,
        recording: Recording,
        *,
        duration_s: int,
        notice: Notice | None,
        said: str = "",
        sounds: Sequence[tuple[float, bytes]] = (),
    ) -> None:
        """The recording has ended, and whoever wanted to know is told."""
        recording.status = "completed"
        recording.duration_s = duration_s
        recording.said = said
        recording.sounds = list(sounds)
        recording.date_updated = self._exchange.now()
        if notice is not None:
            self._announce(recording, notice)

    def drop(self, recording: Recording, *, code: int, notice: Notice) -> None:
        """There was nothing to record."""
        recording.status = "absent"
        recording.duration_s = 0
        recording.error_code = int(code)
        recording.date_updated = self._exchange.now()
        self._announce(recording, notice)

    def url(self, recording: Recording) -> str:
        """Return where the recording's sound is; `.wav` and `.mp3` may be appended."""
        base = f"{self._exchange.api_base_url}/{API_VERSION}"
        return f"{base}/Accounts/{recording.account_sid}/Recordings/{recording.sid}"

    def _announce(self, recording: Recording, notice: Notice) -> None:
        if not notice.recording_callback or recording.status not in notice.recording_events:
            return
        params = [
            ("AccountSid", recording.account_sid),
            ("CallSid", recording.call_sid),
            ("RecordingSid", recording.sid),
            ("RecordingUrl", self.url(recording)),
            ("RecordingStatus", recording.status),
            ("RecordingChannels", str(recording.channels)),
            ("RecordingSource", recording.source),
            ("RecordingStartTime", recording.start_time.strftime("%a, %d %b %Y %H:%M:%S +0000")),
        ]
        if recording.duration_s is not None:
            params.append(("RecordingDuration", str(recording.duration_s)))
        self._exchange.notify(
            WebhookRequest(
                url=notice.recording_callback,
                method="GET" if notice.recording_callback_method.upper() == "GET" else "POST",
                params=tuple(params),
                kind=Kind.STATUS,
                call=self._exchange.calls.get(recording.call_sid),
            )
        )
