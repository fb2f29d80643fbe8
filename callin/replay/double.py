"""Twilio's double in a replay: it answers requests as the recording says that Twilio did; used by the player alone."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime

from callin.carrier import Carrier, Moved, QueueCard
from callin.desk.endings import TextEnding
from callin.errors import CarrierError, MemberGone
from callin.settings import Settings

# A second of silence: what a caller said is not in the recording, and nothing depends on it.
SOUND = b"RIFF$\x00\x00\x00WAVE"
REFUSED = 400


class Double(Carrier):
    """A carrier without a network."""

    def __init__(self, settings: Settings, *, texts: tuple[TextEnding, ...], is_refused: Callable[[str], bool]) -> None:
        """Know what became of each text.

        Args:
            settings: of the replay's station.
            texts: as recorded, in order.
            is_refused: whether Twilio would not move this call at this moment.
        """
        super().__init__(settings)
        self._is_refused = is_refused
        self._texts: defaultdict[str, deque[TextEnding]] = defaultdict(deque)
        for text in texts:
            if text.tries:
                self._texts[text.phone_number].append(text)

    def send_text(self, to: str, *, body: str, status_callback: str) -> str:  # noqa: ARG002  the carrier's own form
        """The text is taken or refused as the next one to that number was."""
        recorded = self._texts[to]
        if not recorded:
            raise CarrierError("The recording knows no further text to that number.", permanent=False, status=503)
        if recorded[0].message_sid is None:
            raise CarrierError("Refused, as recorded.", permanent=True, status=REFUSED, code=recorded[0].error_code)
        return recorded.popleft().message_sid or ""

    def find_texts(self, to: str, *, body: str, since: datetime, limit: int = 200) -> list[str]:  # noqa: ARG002  as above
        """Nothing was sent without our knowing: here no answer is ever lost."""
        return []

    def find_queue(self, name: str) -> QueueCard | None:
        """Every queue is there, and keeps its name for a SID."""
        return QueueCard(sid=f"QU{name.encode().hex()[:32]}", name=name, size=0, max_size=0)

    def move_member(self, queue_sid: str, call_sid: str, *, url: str, in_a_hurry: bool = False) -> Moved:  # noqa: ARG002  as above
        """The call is on its way, unless Twilio would not move it; what it asks then is in the recording."""
        self._move(call_sid)
        return Moved(wait_s=0)

    def redirect_call(self, call_sid: str, *, url: str) -> None:  # noqa: ARG002  as above
        """The same for a call on the air."""
        self._move(call_sid)

    def fetch_recording(self, url: str) -> bytes:  # noqa: ARG002  as above
        """Silence stands for what was said."""
        return SOUND

    def fetch_picture(self, url: str) -> bytes:  # noqa: ARG002  as above
        """No picture is in a recording."""
        raise CarrierError("A recording has no pictures.", permanent=True)

    def _move(self, call_sid: str) -> None:
        if self._is_refused(call_sid):
            raise MemberGone("Refused, as recorded.", permanent=True, status=REFUSED)
