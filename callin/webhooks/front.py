"""The way of a webhook past Flask: signed forms need no session, no patterns and no request context; hung by the app.

Flask, with the sessions and headers that pages need, takes some 100 µs of CPU for each request, as much as all of a
wait webhook's own work (docs/decisions/0017). What is unusual (no length, too long) goes to the same view through
Flask, which knows what to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from callin.webhooks.door import DOCUMENT_TYPE, STRANGER, Answer, Asked, Keeper, PhoneDoor, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_STRANGER = STRANGER.encode() + b"\n"


class Front:
    """A WSGI application that answers the phone doors itself and leaves the rest to another."""

    def __init__(self, behind: Callable[..., Any], *, keeper: Keeper, doors: Iterable[PhoneDoor], longest: int) -> None:
        """Learn the doors' addresses.

        Args:
            behind: who answers everything else.
            keeper: of the doors.
            doors: those for phones.
            longest: bytes of a body that are read here.
        """
        self._behind = behind
        self._keeper = keeper
        self._longest = longest
        self._answers: dict[str, Answer] = {
            f"{door.url_prefix}{path}": answer for door in doors for path, answer in door.answers.items()
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, length = environ["PATH_INFO"], environ.get("CONTENT_LENGTH") or ""
        answer = self._answers.get(path)
        if answer is None or environ["REQUEST_METHOD"] != "POST" or not self._is_usual(length):
            others: Iterable[bytes] = self._behind(environ, start_response)
            return others
        asked = Asked(
            path=path,
            query=environ.get("QUERY_STRING", ""),
            body=environ["wsgi.input"].read(int(length)),
            signature=environ.get("HTTP_X_TWILIO_SIGNATURE", ""),
        )
        return _sent(answer(self._keeper, asked), start_response)

    def _is_usual(self, length: str) -> bool:
        return length.isdecimal() and len(length) < 9 and int(length) <= self._longest


def _sent(reply: Reply, start_response: StartResponse) -> list[bytes]:
    document, kind = reply.document, DOCUMENT_TYPE
    if reply.status == 403:
        document, kind = _STRANGER, "text/plain; charset=utf-8"
    headers = [("Content-Type", kind), ("Content-Length", str(len(document)))]
    start_response(_STATUS[reply.status], [] if reply.status == 204 else headers)
    return [document]
