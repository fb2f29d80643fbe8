"""Every request to Twilio's REST API; called by the courier, the drain, the terminal and, after commit, by doors.

Nothing here asks twice: whoever calls knows whether asking again is harmless. `CarrierError.permanent` says whether
it can help at all, and its status 429 (never processed) that it is always safe.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from twilio.http import HttpClient

from callin.carrier.account import BIGGEST_PAGE, Account, client_for
from callin.carrier.cards import CallCard, MemberCard, Moved, QueueCard
from callin.carrier.softphone import Softphone
from callin.carrier.wire import TWILIO, PooledHttpClient, fetch_media, is_within, told, told_unless_gone
from callin.errors import CarrierError, MemberGone, QueueNotEmpty
from callin.rules.pictures import MOST_BYTES
from callin.settings import Settings

# A webhook has 15 s in all, and a DJ who hears silence for longer than this hangs up.
HASTY_TIMEOUT_S = 3
GONE = 404
NAME_TAKEN = 22003
CALL_NOT_IN_PROGRESS = 21220
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

LARGEST_RECORDING = 64 * 1024 * 1024


class Fetch(Protocol):
    """An address, our credentials and a limit in; sound or picture out."""

    def __call__(self, url: str, auth: tuple[str, str], /, *, most_bytes: int) -> bytes:
        """Return what is there."""
        ...


class Carrier:
    """The station's account at Twilio. Safe to share between threads."""

    def __init__(
        self, settings: Settings, *, http_client: HttpClient | None = None, fetch: Fetch = fetch_media
    ) -> None:
        """Hold one client with one pool of connections.

        Args:
            settings: account, credentials, the listener number and where the API is.
            http_client: what carries the requests, if not the network.
            fetch: what brings the sound of a recording, or a picture.
        """
        account_sid, token = settings.twilio_account_sid, settings.twilio_auth_token
        if settings.twilio_api_key is not None and settings.twilio_api_secret is not None:
            self._auth = (settings.twilio_api_key, settings.twilio_api_secret.get_secret_value())
        else:
            self._auth = (account_sid, token.get_secret_value())
        self._listener_number = settings.listener_number
        self._api_url = settings.twilio_api_url
        self._fetch = fetch
        self._client = client_for(account_sid, auth=self._auth, api_url=self._api_url, http_client=http_client)
        self._hasty_client = client_for(
            account_sid,
            auth=self._auth,
            api_url=self._api_url,
            http_client=http_client or PooledHttpClient(timeout_s=HASTY_TIMEOUT_S),
        )
        self.account = Account(self._client)
        self.softphone = Softphone(settings)

    # Texts

    def send_text(self, to: str, *, body: str, status_callback: str) -> str:
        """The text is Twilio's to deliver; return its message SID.

        Raises:
            CarrierError: without a status, it may have been taken all the same: look for it before sending again.
        """
        with told("send a text"):
            message = self._client.messages.create(
                to=to, from_=self._listener_number, body=body, status_callback=status_callback
            )
        return str(message.sid)

    def find_texts(self, to: str, *, body: str, since: datetime, limit: int = 200) -> list[str]:
        """Return the SIDs of the texts we sent to this number with these very words since then, oldest first.

        Args:
            since: aware; Twilio lists the newest first, so older ones are not even read.
            limit: how many texts to that number are looked at.
        """
        found = []
        with told("look for a text"):
            # No filter by DateSent: a text that is still queued has none.
            for message in self._client.messages.stream(to=to, from_=self._listener_number, limit=limit):
                if message.date_created is not None and message.date_created < since:
                    break
                if message.body == body and message.direction != "inbound" and message.sid:
                    found.append(message.sid)
        return found[::-1]

    # Queues

    def find_queue(self, name: str) -> QueueCard | None:
        """Return the queue of this name, or None; REST has no filter for it, so all of them are read.

        Source: Twilio, «Queue resource» (no FriendlyName filter).
        """
        with told("list the queues"):
            for queue in self._client.queues.stream(page_size=BIGGEST_PAGE):
                if queue.friendly_name == name:
                    return QueueCard(str(queue.sid), name, queue.current_size or 0, queue.max_size or 0)
        return None

    def ensure_queue(self, name: str, *, max_size: int) -> str:
        """A queue of this name and size exists, however often it is asked for; return its SID."""
        queue = self.find_queue(name)
        if queue is None:
            try:
                with told(f"create the queue {name}"):
                    return str(self._client.queues.create(friendly_name=name, max_size=max_size).sid)
            except CarrierError as error:
                # Names are unique in an account: whoever made it meanwhile, or an answer that was lost, did our work.
                if error.permanent and error.code != NAME_TAKEN:
                    raise
                queue = self.find_queue(name)
                if queue is None:
                    raise
        if queue.max_size != max_size:
            with told(f"set the size of the queue {name}"):
                self._client.queues(queue.sid).update(max_size=max_size)
        return queue.sid

    def members(self, queue_sid: str, *, page_size: int) -> list[MemberCard]:
        """Return the first page of those waiting, front first; nobody waits in a queue that is gone.

        Later pages shift while callers leave, so nobody should read on from here.
        """
        try:
            with told("list who is waiting"):
                page = self._client.queues(queue_sid).members.page(page_size=min(page_size, BIGGEST_PAGE))
                return [MemberCard(str(m.call_sid), m.position or 0, m.wait_time or 0) for m in page]
        except CarrierError as error:
            if error.status != GONE:
                raise
            return []

    def all_members(self, queue_sid: str) -> list[MemberCard]:
        """Return everybody in the queue, as far as pages that shift while people leave can tell."""
        try:
            with told("list who is waiting"):
                members = self._client.queues(queue_sid).members.stream(page_size=BIGGEST_PAGE)
                return [MemberCard(str(m.call_sid), m.position or 0, m.wait_time or 0) for m in members]
        except CarrierError as error:
            if error.status != GONE:
                raise
            return []

    def move_member(self, queue_sid: str, call_sid: str, *, url: str, in_a_hurry: bool = False) -> Moved:
        """The call has left the queue and asks `url` what to do.

        Args:
            queue_sid: of the queue.
            call_sid: of the member.
            url: ours.
            in_a_hurry: whether somebody on the phone waits for the answer; then Twilio has `HASTY_TIMEOUT_S`.

        Raises:
            MemberGone: it is not in that queue (any more).
        """
        try:
            with told("move a caller out of the queue"):
                client = self._hasty_client if in_a_hurry else self._client
                member = client.queues(queue_sid).members(call_sid).update(url=url, method="POST")
        except CarrierError as error:
            # Documents speak of 400, others have seen 404 (Twilio, «Member resource»).
            if error.status in (400, 404):
                raise MemberGone(str(error), permanent=True, status=error.status, code=error.code) from error
            raise
        return Moved(wait_s=member.wait_time or 0)

    def delete_queue(self, queue_sid: str) -> None:
        """The queue is gone; so it is if it was gone before.

        Raises:
            QueueNotEmpty: Twilio still sees somebody in it. What it answers then is documented nowhere.
        """
        try:
            with told("delete the queue"):
                self._client.queues(queue_sid).delete()
        except CarrierError as error:
            if error.status == GONE:
                return
            if error.status is not None and 400 <= error.status < 500 and error.status not in (401, 403, 429):
                raise QueueNotEmpty(str(error), permanent=False, status=error.status, code=error.code) from error
            raise

    # Calls and recordings

    def end_call(self, call_sid: str) -> None:
        """The call is over; so it is if it was over before."""
        try:
            with told("end a call"):
                self._client.calls(call_sid).update(status="completed")
        except CarrierError as error:
            if error.code != CALL_NOT_IN_PROGRESS:
                raise

    def redirect_call(self, call_sid: str, *, url: str) -> None:
        """The call, wherever it is, asks `url` what to do.

        Raises:
            MemberGone: it is over.
        """
        try:
            with told("redirect a call"):
                self._client.calls(call_sid).update(url=url, method="POST")
        except CarrierError as error:
            if error.code == CALL_NOT_IN_PROGRESS or error.status == GONE:
                raise MemberGone(str(error), permanent=True, status=error.status, code=error.code) from error
            raise

    def look_at_call(self, call_sid: str) -> CallCard | None:
        """Return a call as Twilio has it, or None if it knows of none."""
        try:
            with told("look at a call"):
                call = self._client.calls(call_sid).fetch()
        except CarrierError as error:
            if error.status != GONE:
                raise
            return None
        is_over = str(call.status) in ENDED
        return CallCard(
            from_number=str(call._from or ""),  # noqa: SLF001  so twilio names it: `from` is Python's
            is_over=is_over,
            duration_s=int(call.duration) if is_over and call.duration else None,
        )

    def is_over(self, call_sid: str) -> bool:
        """Return whether the call has ended, or is unknown to Twilio."""
        card = self.look_at_call(call_sid)
        return card is None or card.is_over

    def calls_under_way(self, to: str) -> set[str]:
        """Return the SIDs of the calls to one of our numbers that ring or talk, as far as Twilio's list has come."""
        found: set[str] = set()
        for status in ("ringing", "in-progress"):
            with told("list the calls under way"):
                calls = self._client.calls.stream(to=to, status=status, page_size=BIGGEST_PAGE)
                found.update(str(call.sid) for call in calls)
        return found

    def fetch_recording(self, url: str) -> bytes:
        """Return the sound of a recording, fetched with our credentials, which no other host ever sees.

        Args:
            url: Twilio's `RecordingUrl`.

        Raises:
            CarrierError: not Twilio's address, too large, or not there (yet).
        """
        return self._fetched(url, what="recording", most_bytes=LARGEST_RECORDING)

    def fetch_picture(self, url: str) -> bytes:
        """Return a picture that came with a text, fetched as a recording is.

        Args:
            url: Twilio's `MediaUrl0` and so on.

        Raises:
            CarrierError: not Twilio's address, not there (yet), or too large (status 413).
        """
        return self._fetched(url, what="picture", most_bytes=MOST_BYTES)

    def delete_recording(self, recording_sid: str) -> None:
        """The recording is gone at Twilio; so it is if it was gone before."""
        with told_unless_gone("delete a recording"):
            self._client.recordings(recording_sid).delete()

    def delete_text(self, message_sid: str) -> None:
        """The message is gone at Twilio, and what came with it; so they are if they were gone before.

        Source: Twilio, «Message resource: delete», «Media resource: delete».
        """
        message = self._client.messages(message_sid)
        with told_unless_gone("look at what came with a text"):
            for media in message.media.list(page_size=BIGGEST_PAGE):
                with told_unless_gone("delete a picture"):
                    message.media(str(media.sid)).delete()
        with told_unless_gone("delete a text"):
            message.delete()

    def _fetched(self, url: str, *, what: str, most_bytes: int) -> bytes:
        if not self._is_twilios(url):
            raise CarrierError(f"That {what} is not at Twilio; it was not fetched.", permanent=True)
        with told(f"fetch a {what}"):
            return self._fetch(url, self._auth, most_bytes=most_bytes)

    def _is_twilios(self, url: str) -> bool:
        return url.startswith(f"{self._api_url}/") or is_within(url, domains=TWILIO)
