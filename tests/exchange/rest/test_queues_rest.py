"""The Queue and Member resources through the vendor's client (facts 3.1, 3.2)."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callin.exchange.exchange import Exchange

GOODBYE = "https://station.test/goodbye"


def _queue(client: Client) -> str:
    return str(client.queues.list()[0].sid)


def _refusal(error: pytest.ExceptionInfo[TwilioRestException]) -> tuple[int, int]:
    return error.value.status, error.value.code


def test_a_queue_is_created_with_the_size_given(client: Client) -> None:
    """201 with the friendly name, the size and nobody in it."""
    queue = client.queues.create(friendly_name="line", max_size=12)

    assert (queue.friendly_name, queue.max_size, queue.current_size, queue.average_wait_time) == ("line", 12, 0, 0)
    assert client.queues(queue.sid).fetch().date_created == queue.date_created


def test_a_queue_holds_a_thousand_unless_told(client: Client) -> None:
    """The default size is 1000 (facts 1.1)."""
    assert client.queues.create(friendly_name="line").max_size == 1_000


def test_a_second_queue_of_the_same_name_is_refused(client: Client) -> None:
    """400 / 22003, and there is still one queue."""
    client.queues.create(friendly_name="line")

    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name="line")

    assert _refusal(error) == (400, 22003)
    assert "line" in error.value.msg
    assert len(client.queues.list()) == 1


@pytest.mark.parametrize("max_size", [0, -1, 5001])
def test_a_size_outside_one_to_five_thousand_is_refused(client: Client, max_size: int) -> None:
    """MaxSize is 1 to 5000 (facts 15)."""
    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name="line", max_size=max_size)

    assert error.value.status == 400
    assert client.queues.list() == []


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_name_that_is_missing_or_too_long_is_refused(client: Client, name: str) -> None:
    """A friendly name has 1 to 64 characters."""
    with pytest.raises(TwilioRestException) as error:
        client.queues.create(friendly_name=name)

    assert error.value.status == 400


def test_a_queue_is_not_found_by_its_name(client: Client) -> None:
    """REST knows queues by SID only: a name is 404 / 20404 (facts 0)."""
    client.queues.create(friendly_name="line")

    with pytest.raises(TwilioRestException) as error:
        client.queues("line").fetch()

    assert _refusal(error) == (404, 20404)


def test_a_queue_can_be_renamed_and_resized_and_deleted(client: Client) -> None:
    """Updates keep what they do not name; a deleted queue is gone."""
    queue = client.queues.create(friendly_name="line", max_size=12)

    assert queue.update(max_size=20).friendly_name == "line"
    assert queue.update(friendly_name="lane").max_size == 20
    assert queue.delete()
    with pytest.raises(TwilioRestException) as error:
        queue.fetch()
    assert _refusal(error) == (404, 20404)


@pytest.mark.parametrize("status", [400, 409])
def test_a_queue_with_members_cannot_be_deleted(client: Client, exchange: Exchange, line: str, status: int) -> None:
    """The refusal's status is a policy, 400 by default (facts 3.1)."""
    exchange.faults.change({"delete_nonempty_status": status})
    exchange.dial("+15550101111", line)

    with pytest.raises(TwilioRestException) as error:
        client.queues(_queue(client)).delete()

    assert error.value.status == status
    assert client.queues.list()[0].current_size == 1


def test_members_are_listed_front_first_with_place_and_wait(client: Client, exchange: Exchange, line: str) -> None:
    """Positions are 1…n in the order of arrival, waits in seconds; a member has no SID of its own."""
    first = exchange.dial("+15550101111", line)
    exchange.advance(30)
    second = exchange.dial("+15550102222", line)
    exchange.advance(12)

    members = client.queues(_queue(client)).members.list()

    assert [(m.call_sid, m.position, m.wait_time) for m in members] == [(first.sid, 1, 42), (second.sid, 2, 12)]
    queue = client.queues.list()[0]
    assert (queue.current_size, queue.average_wait_time) == (2, 27)


def test_moving_a_member_takes_it_out_and_runs_its_document(client: Client, exchange: Exchange, line: str) -> None:
    """The answer shows the member as it waited; the caller hears the document at Url."""
    call = exchange.dial("+15550101111", line)
    exchange.advance(25)
    queue_sid = _queue(client)

    member = client.queues(queue_sid).members(call.sid).update(url=GOODBYE, method="POST")

    assert (member.call_sid, member.position, member.wait_time) == (call.sid, 1, 25)
    assert client.queues(queue_sid).members.list() == []
    assert [heard.text for heard in exchange.phone("+15550101111").heard][-1] == "goodbye to you"


def test_moving_the_front_takes_the_longest_waiting(client: Client, exchange: Exchange, line: str) -> None:
    """`Front` is whoever stands first, and the next one afterwards (facts 3.1)."""
    calls = [exchange.dial(f"+1555010{n}000", line) for n in range(3)]
    front = client.queues(_queue(client)).members("Front")

    taken = [front.update(url=GOODBYE).call_sid for _ in range(2)]

    assert taken == [calls[0].sid, calls[1].sid]
    assert front.fetch().call_sid == calls[2].sid


@pytest.mark.parametrize("status", [404, 400])
def test_moving_a_member_twice_fails(client: Client, exchange: Exchange, line: str, status: int) -> None:
    """Somebody who is no longer queued cannot be moved; the status is a policy, 404 by default."""
    exchange.faults.change({"second_member_post": status})
    call = exchange.dial("+15550101111", line)
    member = client.queues(_queue(client)).members(call.sid)
    member.update(url=GOODBYE)

    with pytest.raises(TwilioRestException) as error:
        member.update(url=GOODBYE)

    assert error.value.status == status


def test_the_front_of_an_empty_queue_is_not_found(client: Client) -> None:
    """404 / 20404, for looking and for moving."""
    front = client.queues(client.queues.create(friendly_name="line").sid).members("Front")

    with pytest.raises(TwilioRestException) as looking:
        front.fetch()
    with pytest.raises(TwilioRestException) as moving:
        front.update(url=GOODBYE)

    assert _refusal(looking) == _refusal(moving) == (404, 20404)


@pytest.mark.parametrize("url", ["/goodbye", "", "ftp://station.test/x", "https://", "https://station.test/a b"])
def test_a_member_stays_when_the_address_is_none(client: Client, exchange: Exchange, line: str, url: str) -> None:
    """Url is required, absolute, and http or https."""
    call = exchange.dial("+15550101111", line)

    with pytest.raises(TwilioRestException) as error:
        client.queues(_queue(client)).members(call.sid).update(url=url)

    assert error.value.status == 400
    assert client.queues.list()[0].current_size == 1


def test_the_gone_member_fault_hangs_up_between_list_and_post(client: Client, exchange: Exchange, line: str) -> None:
    """With a share of one, whoever is to be moved has hung up: 404, and nobody is left (facts 3.2)."""
    exchange.faults.change({"member_gone": 1})
    call = exchange.dial("+15550101111", line)
    listed = client.queues(_queue(client)).members.list()

    with pytest.raises(TwilioRestException) as error:
        client.queues(_queue(client)).members(listed[0].call_sid).update(url=GOODBYE)

    assert error.value.status == 404
    assert client.calls(call.sid).fetch().status == "completed"
    assert client.queues.list()[0].current_size == 0


def test_the_size_lags_as_many_reads_as_the_fault_says(client: Client, exchange: Exchange, line: str) -> None:
    """After a change the old size is shown that often; members and deletion know better (facts 3.2)."""
    exchange.faults.change({"lagging_current_size": 2})
    call = exchange.dial("+15550101111", line)
    queue_sid = _queue(client)
    client.queues(queue_sid).members(call.sid).update(url=GOODBYE)

    sizes = [client.queues(queue_sid).fetch().current_size for _ in range(3)]

    assert sizes == [1, 1, 0]
