"""The twilio client's way into an exchange in the same process; made by `Exchange.http_client`, used by tests."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from requests.exceptions import ReadTimeout
from twilio.http import HttpClient
from twilio.http.response import Response

from callin.exchange.http_messages import HttpAnswer, HttpRequest, Silence
from callin.exchange.rest import app

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

_logger = logging.getLogger("callin.exchange")


class InProcessResponse(Response):  # type: ignore[misc]  # twilio ships no types
    """An answer as the client expects it; `content` is bytes, as sound is."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(answer.status, "", headers={"Content-Type": answer.content_type, **dict(answer.headers)})
        self.content: Any = answer.body

    @property
    def text(self) -> str:
        """The body as text."""
        return bytes(self.content).decode("utf-8", "replace")


class InProcessHttpClient(HttpClient):  # type: ignore[misc]  # twilio ships no types
    """Hands the client's requests to the exchange's REST API by a function call."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(_logger, is_async=False)
        self._exchange = exchange

    def request(  # noqa: PLR0917 - the client's own signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        """Return the exchange's answer.

        Raises:
            ReadTimeout: when a time-out fault strikes, at once: nothing is waited for in one process.
        """
        # The client leaves out what is None, and repeats a name for a list, as `requests` does.
        query = urlencode(_given(params), doseq=True)
        names = {name.lower(): value for name, value in (headers or {}).items()}
        if auth is not None:
            names["authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        body = b""
        if data is not None:
            if names.get("content-type") == "application/json":
                body = json.dumps(data).encode()
            else:
                names.setdefault("content-type", "application/x-www-form-urlencoded")
                body = urlencode(_given(data), doseq=True).encode()
        url = uri + (("&" if "?" in uri else "?") + query if query else "")
        try:
            return InProcessResponse(app.answer(self._exchange, HttpRequest(method.upper(), url, names, body)))
        except Silence as silence:
            raise ReadTimeout("the exchange was told to let this request time out") from silence


def _given(fields: dict[str, object] | None) -> dict[str, object]:
    return {name: value for name, value in (fields or {}).items() if value is not None}
