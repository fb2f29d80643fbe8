"""The words of ASGI that this station speaks on an event loop; used by whatever answers there.

Source: the ASGI specification, «HTTP & WebSocket ASGI message format».
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def header_of(scope: Scope, name: bytes) -> str:
    """Return a header's first value, or an empty string.

    Args:
        scope: of a request.
        name: of the header, in small letters.
    """
    return next((value.decode("latin-1") for known, value in scope["headers"] if known == name), "")


async def whole_body(receive: Receive, *, longest: int) -> bytes | None:
    """Return a request's body, or None if whoever sends it has gone or goes on beyond all measure.

    Args:
        receive: of the request, of which nothing was read.
        longest: bytes that are read.
    """
    body = b""
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(body) > longest:
            return None
    return body
