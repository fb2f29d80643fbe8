"""Who may ask, what errors look like, and the faults of the REST API (facts 3, 3.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests.exceptions import ReadTimeout
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.exchange import Exchange


def _raw(client: Client, method: str, path: str, auth: tuple[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    response = client.http_client.request(
        method, f"https://api.twilio.com{path}", auth=auth or (client.username, client.password)
    )
    return response.status_code, json.loads(response.text)


def test_a_wrong_token_is_refused(client: Client, exchange: Exchange) -> None:
    """401 / 20003, and nothing was done."""
    stranger = Client(client.account_sid, "guessed", http_client=exchange.http_client())

    with pytest.raises(TwilioRestException) as error:
        stranger.queues.create(friendly_name="line")

    assert (error.value.status, error.value.code) == (401, 20003)
    assert exchange.queues == {}


def test_an_api_key_opens_the_account(client: Client, exchange: Exchange) -> None:
    """In the place of SID and token, with its own secret alone.

    Source: Twilio, «API keys»: key SID and secret are user name and password of Basic auth.
    """
    key = "SK" + "1" * 32
    exchange.account.api_keys[key] = "secret"
    Client(key, "secret", client.account_sid, http_client=exchange.http_client()).queues.create(friendly_name="line")

    guesser = Client(key, "guessed", client.account_sid, http_client=exchange.http_client())
    with pytest.raises(TwilioRestException):
        guesser.queues.create(friendly_name="another line")
    assert len(exchange.queues) == 1


def test_an_error_has_exactly_four_fields(client: Client) -> None:
    """code, message, more_info and status, as the vendor's client expects."""
    path = f"/2010-04-01/Accounts/{client.account_sid}/Queues/QU{'0' * 32}.json"

    status, body = _raw(client, "GET", path)

    assert status == 404
    assert body == {
        "code": 20404,
        "message": f"The requested resource {path} was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


@pytest.mark.parametrize("path", ["queues.json", "Queues", "Nothing.json", "Queues/QU0.json", "Calls/CA0.json", "%2e/"])
def test_an_unknown_path_is_not_found(client: Client, path: str) -> None:
    """Paths are case-sensitive and need their ending: 404 / 20404."""
    status, body = _raw(client, "GET", f"/2010-04-01/Accounts/{client.account_sid}/{path}")

    assert (status, body["code"]) == (404, 20404)


def test_another_account_is_not_found(client: Client) -> None:
    """An account sees nothing of another's."""
    status, body = _raw(client, "GET", f"/2010-04-01/Accounts/AC{'9' * 32}/Queues.json")

    assert (status, body["code"]) == (404, 20404)


def test_a_method_that_a_resource_lacks_is_refused(client: Client) -> None:
    """405 / 20004: members, for one, are never created or deleted (facts 3.1)."""
    queue = client.queues.create(friendly_name="line")
    base = f"/2010-04-01/Accounts/{client.account_sid}/Queues/{queue.sid}/Members"

    answers = [_raw(client, "POST", f"{base}.json"), _raw(client, "DELETE", f"{base}/Front.json")]

    assert [(status, body["code"]) for status, body in answers] == [(405, 20004), (405, 20004)]


def test_too_many_requests_are_never_processed(client: Client, exchange: Exchange) -> None:
    """429 / 20429 says that nothing was done, so that a retry is safe (facts 3.5)."""
    exchange.faults.change({"rest_429": 1})

    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name="line")

    assert (error.value.status, error.value.code) == (429, 20429)
    assert exchange.queues == {}


def test_a_server_error_does_nothing(client: Client, exchange: Exchange) -> None:
    """500 / 20500, and nothing was done."""
    exchange.faults.change({"rest_500": 1})

    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name="line")

    assert (error.value.status, error.value.code) == (500, 20500)
    assert exchange.queues == {}


@pytest.mark.parametrize(("fault", "queues"), [("rest_timeout", 0), ("rest_timeout_after_work", 1)])
def test_a_timeout_may_come_before_or_after_the_work(
    client: Client, exchange: Exchange, fault: str, queues: int
) -> None:
    """The client cannot tell which: nothing was done, or everything."""
    exchange.faults.change({fault: 1})

    with pytest.raises(ReadTimeout):
        client.queues.create(friendly_name="line")

    assert len(exchange.queues) == queues
    assert exchange.log.entries[-1].status is None


def test_a_share_of_requests_fails_and_replays_from_the_seed(client: Client, exchange: Exchange) -> None:
    """With a share of one half some requests fail and some do not."""
    exchange.faults.change({"rest_500": 0.5})
    statuses = set()

    for n in range(40):
        response = client.request(
            "POST",
            f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Queues.json",
            data={"FriendlyName": f"q{n}"},
        )
        statuses.add(response.status_code)

    assert statuses == {201, 500}


def test_every_request_is_in_the_log(client: Client, exchange: Exchange) -> None:
    """An entry has the method, the address, the form or query, the answer and its code."""
    queue = client.queues.create(friendly_name="line", max_size=5)
    with pytest.raises(TwilioRestException):
        client.queues.create(friendly_name="line")
    client.queues.list(page_size=5)

    made, refused, listed = exchange.log.entries

    assert (made.kind, made.method, made.status, made.error) == ("rest", "POST", 201, None)
    assert made.url == f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Queues.json"
    assert made.params == {"FriendlyName": "line", "MaxSize": "5"}
    assert json.loads(made.body or "")["sid"] == queue.sid
    assert (refused.status, refused.error) == (400, 22003)
    assert listed.params == {"PageSize": "5"}


def test_a_request_about_a_call_names_it_in_the_log(client: Client, exchange: Exchange, line: str) -> None:
    """The entry carries the call's SID."""
    call = exchange.dial("+15550101111", line)
    client.calls(call.sid).fetch()

    assert exchange.log.entries[-1].call_sid == call.sid
