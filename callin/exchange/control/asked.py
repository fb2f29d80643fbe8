"""One request to the control API, read and checked; used by its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from callin.exchange.http_messages import HttpAnswer, HttpRequest, StreamedAnswer
from callin.exchange.records import Call

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange


_KINDS: Final = {str: "a string", int: "a whole number", float: "a number"}


class Refused(Exception):
    """The request cannot be carried out; nothing has changed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose path has been recognised."""

    exchange: Exchange
    request: HttpRequest
    names: dict[str, str]

    def json_object(self) -> dict[str, Any]:
        """Return the body's JSON object; no body is an empty one.

        Raises:
            Refused: 400 when the body is something else.
        """
        try:
            content = json.loads(self.request.body or b"{}")
            json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise Refused(400, f"the body is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise Refused(400, "the body must be a JSON object")
        return content

    def fields(self, **kinds: type) -> dict[str, Any]:
        """Return the JSON object's fields, exactly these and of these types.

        Raises:
            Refused: 400 when the body is something else.
        """
        content = self.json_object()
        if unknown := sorted(set(content) - set(kinds)):
            raise Refused(400, f"unknown: {', '.join(unknown)}; this takes {', '.join(kinds) or 'nothing'}")
        for name, kind in kinds.items():
            if name not in content:
                raise Refused(400, f"{name} is missing")
            # A truth value is an int to Python, and not to anybody else.
            allowed = (int, float) if kind is float else (kind,)
            if not isinstance(content[name], allowed) or isinstance(content[name], bool):
                raise Refused(400, f"{name} must be {_KINDS[kind]}")
        return content

    def call(self) -> Call:
        """Return the call that the path names.

        Raises:
            Refused: 404.
        """
        call = self.exchange.calls.get(self.names["call_sid"])
        if call is None:
            raise Refused(404, f"no call {self.names['call_sid'][:40]}")
        return call


Acting = Callable[[Asked], HttpAnswer | StreamedAnswer]
