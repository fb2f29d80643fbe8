"""A small Twilio of JSON answers for tests of the carrier: one function an address, and a record of what was asked."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response

from callin.carrier import Carrier
from callin.carrier.carrier import Fetch
from callin.settings import Settings

ACCOUNT = "AC" + "0" * 32


@dataclass
class Asked:
    """One request as it left."""

    method: str
    path: str
    form: dict[str, Any]
    query: dict[str, Any]
    auth: tuple[str, str] | None
    host: str


Answer = tuple[int, Any] | Exception


@dataclass
class Switchboard(HttpClient):
    """Answers in turn what the test put down, for each method and path."""

    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    is_async: bool = False

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """The next requests to this path get these answers; the last one is repeated."""
        self.answers[method, path] = list(answers)

    def request(
        self,
        method: str,
        uri: str,
        params=None,
        data=None,
        headers=None,
        auth=None,
        timeout=None,
        allow_redirects=False,
    ) -> Response:
        path = urlsplit(uri).path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}")
        if urlsplit(uri).query:
            path += "?" + urlsplit(uri).query
        self.asked.append(Asked(method, path, data or {}, params or {}, auth, urlsplit(uri).netloc))
        waiting = self.answers[method, path]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return Response(status, body if isinstance(body, str) else json.dumps(body), {})


def settings_for_tests(**changes: Any) -> Settings:
    """Settings of a station on paper."""
    told: dict[str, Any] = {
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": "token",
        "twilio_api_url": "https://api.twilio.test",
        "public_base_url": "https://station.test",
        "secret_key": "k" * 16,
        "listener_number": "+15550100",
        "dj_line": "+15550101",
    }
    return Settings(_env_file=None, **(told | changes))  # type: ignore[call-arg]


def carrier_at(switchboard: Switchboard, fetch: Fetch | None = None) -> Carrier:
    """A carrier whose requests all go to this switchboard."""
    more = {} if fetch is None else {"fetch": fetch}
    return Carrier(settings_for_tests(), http_client=switchboard, **more)


def listing(key: str, rows: list[dict[str, Any]], next_page: str | None = None) -> dict[str, Any]:
    """A page as Twilio gives it."""
    return {
        key: rows,
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": len(rows),
        "first_page_uri": "/",
        "next_page_uri": next_page,
        "previous_page_uri": None,
        "uri": "/",
    }


def refusal(status: int, code: int, message: str = "no") -> tuple[int, dict[str, Any]]:
    """An error as Twilio gives it."""
    return status, {"code": code, "message": message, "more_info": "", "status": status}
