"""What belongs to the whole account at Twilio: its numbers, its clock, its kind; asked by numbers, doctor and setup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from callin.carrier.cards import TARGETS, NumberCard
from callin.carrier.wire import PooledHttpClient, is_open_to_anybody, told

BIGGEST_PAGE = 1000


def client_for(
    account_sid: str, *, auth: tuple[str, str], api_url: str, http_client: HttpClient | None = None
) -> Client:
    """Return Twilio's client for one account.

    Args:
        account_sid: whose numbers and queues are meant.
        auth: the account or an API key, and its secret.
        api_url: where Twilio's REST API is.
        http_client: what carries the requests, if not the network.
    """
    client = Client(
        *auth,
        account_sid,
        http_client=http_client or PooledHttpClient(),
        # Left to itself the client reads TWILIO_EDGE and TWILIO_REGION, and rewrites the host by them.
        environment={"": ""},
    )
    client.api.base_url = api_url
    return client


class Account:
    """One account, as its owner sees it in the console."""

    def __init__(self, client: Client) -> None:
        """Ask through this client.

        Args:
            client: of `client_for`.
        """
        self._client = client

    def numbers(self) -> list[NumberCard]:
        """Return every phone number of the account, with where it sends what happens."""
        with told("list the phone numbers"):
            return [
                NumberCard(
                    sid=str(number.sid),
                    phone_number=str(number.phone_number),
                    targets={name: getattr(number, name) or "" for name in TARGETS},
                    takes_calls=_can(number.capabilities, "voice"),
                    takes_texts=_can(number.capabilities, "sms"),
                )
                for number in self._client.incoming_phone_numbers.stream(page_size=BIGGEST_PAGE)
            ]

    def update_number(self, number_sid: str, **targets: str) -> None:
        """The number sends what happens to these addresses; repeating it is harmless.

        Args:
            targets: of `TARGETS`, by Twilio's names.
        """
        with told("update a phone number"):
            self._client.incoming_phone_numbers(number_sid).update(**targets)

    def time_of_day(self) -> datetime:
        """Return what Twilio's clock says, to the second; getting it at all means that the credentials are right."""
        with told("look at the account"):
            answer = self._get("/IncomingPhoneNumbers.json?PageSize=1")
            return parsedate_to_datetime(answer.headers["Date"])

    def is_trial(self) -> bool | None:
        """Return whether it is a trial account, or None where Twilio does not say: an API key may not ask.

        Raises:
            CarrierError: there is no answer at all.
        """
        with told("look at the account"):
            answer = self._client.request("GET", self._address(".json"))
            if answer.status_code != 200:
                return None
            return str(_read(answer, "type")).lower() == "trial"

    def takes_credentials(self) -> bool:
        """Return whether Twilio knows them; any other trouble is raised."""
        with told("look at the account"):
            answer = self._client.request("GET", self._address("/IncomingPhoneNumbers.json?PageSize=1"))
            if answer.status_code not in (401, 403):
                self._checked(answer)
                return True
            return False

    def recordings_are_open(self) -> bool | None:
        """Return whether anybody who knows its address can hear a recording, or None if there is none to try it with.

        Source: Twilio, «Enforce HTTP Auth on Media URLs» (support article 15827821586843).
        """
        with told("look at a recording"):
            for recording in self._client.recordings.stream(limit=1):
                return is_open_to_anybody(f"{recording.media_url}.wav")
        return None

    def _get(self, path: str) -> Response:
        return self._checked(self._client.request("GET", self._address(path)))

    def _address(self, path: str) -> str:
        return f"{self._client.api.base_url}/2010-04-01/Accounts/{self._client.account_sid}{path}"

    @staticmethod
    def _checked(answer: Response) -> Response:
        if answer.status_code != 200:
            raise TwilioRestException(answer.status_code, "", str(_read(answer, "message")), _read(answer, "code"))
        return answer


def _read(answer: Response, name: str) -> Any:
    said = json.loads(answer.text)
    return said.get(name) if isinstance(said, dict) else None


def _can(capabilities: Mapping[str, bool] | None, what: str) -> bool:
    # Whoever says nothing of it is taken to be able: a warning that is wrong does more harm than none.
    return bool((capabilities or {}).get(what, True))
