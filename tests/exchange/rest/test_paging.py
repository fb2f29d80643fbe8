"""Lists come in pages that the vendor's client walks by itself (facts 3.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from callin.exchange.exchange import Exchange


def _get(client: Client, address: str) -> tuple[int, dict[str, Any]]:
    response = client.request("GET", f"https://api.twilio.com{address}")
    return response.status_code, json.loads(response.text)


def _list(client: Client, tail: str) -> tuple[int, dict[str, Any]]:
    return _get(client, f"/2010-04-01/Accounts/{client.account_sid}/{tail}")


def test_the_client_walks_every_page(client: Client) -> None:
    """Seven queues in pages of three are seven queues, each once, oldest first."""
    for n in range(7):
        client.queues.create(friendly_name=f"q{n}")

    assert [queue.friendly_name for queue in client.queues.list(page_size=3)] == [f"q{n}" for n in range(7)]


def test_a_page_says_where_it_is_and_where_the_others_are(client: Client) -> None:
    """start, end, page and the addresses are those of Twilio's own pages."""
    for n in range(5):
        client.queues.create(friendly_name=f"q{n}")

    _, first = _list(client, "Queues.json?PageSize=2")
    _, second = _get(client, first["next_page_uri"])
    _, third = _get(client, second["next_page_uri"])

    assert [(p["page"], p["start"], p["end"], p["page_size"]) for p in (first, second, third)] == [
        (0, 0, 1, 2),
        (1, 2, 3, 2),
        (2, 4, 4, 2),
    ]
    assert first["previous_page_uri"] is None
    assert third["next_page_uri"] is None
    assert _get(client, third["previous_page_uri"])[1]["queues"] == second["queues"]
    assert _get(client, third["first_page_uri"])[1]["queues"] == first["queues"]
    assert first["uri"].startswith(f"/2010-04-01/Accounts/{client.account_sid}/Queues.json?")


def test_an_empty_list_is_one_empty_page(client: Client) -> None:
    """Nothing to show is no error and has no next page."""
    status, page = _list(client, "Queues.json")

    assert status == 200
    assert (page["queues"], page["start"], page["end"], page["page_size"]) == ([], 0, 0, 50)
    assert page["next_page_uri"] is None


def test_filters_travel_with_the_pages(client: Client, exchange: Exchange, line: str) -> None:
    """The next page of a filtered list is filtered as well."""
    for n in range(4):
        client.messages.create(to="+15550101111", from_=line, body=f"one {n}")
        client.messages.create(to="+15550102222", from_=line, body=f"two {n}")

    bodies = [text.body for text in client.messages.list(to="+15550102222", page_size=1)]

    assert bodies == ["two 3", "two 2", "two 1", "two 0"]


def test_what_arrives_meanwhile_is_not_listed_twice(client: Client, line: str) -> None:
    """A page is anchored to the last record of the page before."""
    for n in range(4):
        client.messages.create(to="+15550101111", from_=line, body=str(n))
    _, first = _list(client, "Messages.json?PageSize=2")
    client.messages.create(to="+15550101111", from_=line, body="late")

    _, second = _get(client, first["next_page_uri"])

    assert [text["body"] for text in first["messages"] + second["messages"]] == ["3", "2", "1", "0"]


def test_fifty_is_a_page_unless_told(client: Client, exchange: Exchange, line: str) -> None:
    """The default page has 50 records, and a thousand are allowed."""
    for n in range(60):
        exchange.dial(f"+1555020{n:04}", line)

    members = client.queues(client.queues.list()[0].sid).members

    assert len(list(members.page())) == 50
    assert len(list(members.page(page_size=1_000))) == 60
    assert len(members.list()) == 60


@pytest.mark.parametrize(
    ("query", "code"),
    [("PageSize=1001", 20007), ("PageSize=0", 20001), ("PageSize=many", 20001), ("Page=-1", 20001), ("Page=x", 20001)],
)
def test_paging_that_is_no_number_is_refused(client: Client, query: str, code: int) -> None:
    """400, and 20007 for a page of more than a thousand (facts 3.5)."""
    status, refusal = _list(client, f"Queues.json?{query}")

    assert (status, refusal["code"]) == (400, code)
    assert "None" not in refusal["message"]


def test_a_list_that_is_refused_raises_the_clients_plain_exception(client: Client, exchange: Exchange) -> None:
    """The vendor's client has no code and no status for a list (facts 15)."""
    exchange.faults.change({"rest_429": 1})

    with pytest.raises(TwilioException) as error:
        client.queues.list()

    assert type(error.value) is TwilioException


def test_a_last_page_that_is_full_has_no_next(client: Client) -> None:
    """Four queues in pages of two are two pages, not three."""
    for n in range(4):
        client.queues.create(friendly_name=f"q{n}")

    _, second = _list(client, "Queues.json?PageSize=2&Page=1")

    assert [queue["friendly_name"] for queue in second["queues"]] == ["q2", "q3"]
    assert second["next_page_uri"] is None


def test_what_is_none_is_left_out_of_a_request(client: Client) -> None:
    """As the vendor's own HTTP client does."""
    response = client.request(
        "GET",
        f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/Queues.json",
        params={"PageSize": None, "Page": 0},
    )

    assert response.status_code == 200
