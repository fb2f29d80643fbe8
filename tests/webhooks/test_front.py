"""The front: webhooks are answered before Flask, and just as Flask would; callers in line at once."""

import threading
import time
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import urlencode

import pytest

from callin.models import Call
from callin.rules.call_states import CallState
from tests.asgi import Exchanged, exchange, run, scope_of
from tests.webhooks.ringing import ANA, Doors

ANSWER, WAIT = "/voice/listener/answer", "/voice/listener/wait"


def through_flask(doors: Doors, path: str, body: bytes, *, signature: str) -> tuple[int, bytes, str | None]:
    """Send a body without its length, as a proxy that streams does: only Flask reads those."""
    got = doors.client.post(
        path,
        input_stream=BytesIO(body),
        headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    return got.status_code, got.data, got.headers.get("Content-Type")


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        (ANSWER, True),
        (ANSWER + "?again=1", True),
        ("/voice/listener/wait", True),  # nonsense: no place in its form
        ("/voice/status", True),
        ("/sms/receipts", True),
        (ANSWER, False),
    ],
)
def test_both_ways_lead_to_the_same_answer(doors: Doors, path: str, is_ours: bool) -> None:
    """A webhook without its length goes through Flask, and is answered word for word as those that do not."""
    doors.open_show()
    signature = doors.validator.compute_signature(doors.base + path, ANA) if is_ours else "nobody's"
    body = urlencode(ANA).encode()

    slow = through_flask(doors, path, body, signature=signature)
    fast = doors.send(path, body, signature=signature)

    assert (fast.status, fast.body) == slow[:2]
    assert not fast.body or fast.headers["Content-Type"] == slow[2]


def test_webhooks_do_not_reach_flask(doors: Doors) -> None:
    """What every page of ours goes through, no webhook does."""
    seen = []
    doors.app.before_request(lambda: seen.append(1))

    assert doors.post(ANSWER, ANA).status == 200
    assert seen == []
    assert ask(doors, "GET", "/healthz").status == 200
    assert seen == [1]


def test_a_body_beyond_all_measure_is_not_read(doors: Doors) -> None:
    """A form of megabytes is refused by its length alone."""
    assert doors.send(ANSWER, b"x" * 300_000, signature="any").status == 413


def test_a_body_without_its_length_is_read_up_to_the_same_measure(doors: Doors) -> None:
    """A proxy that streams tells no length: what it sends is answered, but not without end."""
    signature = doors.validator.compute_signature(doors.base + ANSWER, ANA)
    headers = [("X-Twilio-Signature", signature), ("Content-Type", "application/x-www-form-urlencoded")]
    body = urlencode(ANA).encode()

    assert ask(doors, "POST", ANSWER, body[:20], body[20:], headers=headers).status == 200
    endless = ask(doors, "POST", ANSWER, *[b"x" * 50_000] * 10, headers=headers)
    assert endless.status in (403, 413)
    assert endless.sent.qsize() >= 3


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "\xb2", "9" * 30])
def test_a_length_that_is_none_is_no_way_in(doors: Doors, length: str) -> None:
    """Whatever a header claims to be a length, nothing is answered that was not signed."""
    assert ask(doors, "POST", ANSWER, b"x", headers=[("Content-Length", length)]).status in (400, 403, 413)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_posts_are_webhooks(doors: Doors, method: str) -> None:
    """Any other method is refused, as before."""
    assert ask(doors, method, ANSWER).status == 405


def test_whoever_hangs_up_in_the_middle_of_a_form_is_not_answered(doors: Doors) -> None:
    """Half a form changes nothing, and nobody is there to hear."""

    async def hang_up() -> Exchanged:
        got = Exchanged()
        got.sent.put_nowait({"type": "http.request", "body": b"CallSid=CA", "more_body": True})
        got.hang_up()
        scope = scope_of("POST", ANSWER, headers=[("Content-Length", "100")])
        await doors.front(scope, got.sent.get, got.send)
        return got

    assert run(hang_up()).status == 0


def test_a_station_under_a_path_answers_with_and_without_it(database_url: str) -> None:
    """Its proxy may take the path off, or not; the signature is for the whole address either way."""
    doors = Doors(database_url, {"public_base_url": "https://radio.test/callin"})
    signature = doors.validator.compute_signature(doors.base + ANSWER, ANA)
    body = urlencode(ANA).encode()

    assert doors.send("/callin" + ANSWER, body, signature=signature).names
    assert doors.send(ANSWER, body, signature=signature).names
    assert doors.send("/callin/callin" + ANSWER, body, signature=signature).status == 404
    doors.station.engine.dispose()


@pytest.fixture
def waiting(doors: Doors) -> Doors:
    """Ana waits in line, and nothing has been said to her yet."""
    doors.open_show()
    assert doors.post(ANSWER, ANA).status == doors.post("/voice/listener/join", ANA).status == 200
    return doors


def threads_used(doors: Doors) -> int:
    """How many requests went to a thread."""
    return doors.front._threads_for_routine._work_queue.qsize() + len(doors.front._threads_for_routine._threads)


def test_callers_in_line_are_answered_on_the_loop(waiting: Doors) -> None:
    """Reading and writing alike, with SQLite; PostgreSQL may have to be waited for, and so is asked in a thread."""
    assert "You are next" in waiting.post(WAIT, ANA, QueuePosition="1", QueueTime="5").said
    assert waiting.post(WAIT, ANA, QueuePosition="1", QueueTime="15").said == ""
    assert bool(threads_used(waiting)) == (waiting.station.engine.dialect.name == "postgresql")


def test_whoever_would_have_to_wait_is_answered_by_a_thread(waiting: Doors) -> None:
    """Somebody writes: on the loop nobody waits for them, so a thread does, and what is to be said is said once."""
    heard = []
    with waiting.station.transaction():
        asking = threading.Thread(
            target=lambda: heard.append(waiting.post(WAIT, ANA, QueuePosition="1", QueueTime="5").said)
        )
        asking.start()
        while not threads_used(waiting):
            assert asking.is_alive(), heard
            time.sleep(0.01)
        assert heard == []
    asking.join()
    assert "You are next" in heard[0]
    assert waiting.post(WAIT, ANA, QueuePosition="1", QueueTime="25").said == ""


def test_a_row_whose_webhook_was_lost_is_healed_by_a_thread(waiting: Doors) -> None:
    """That takes a transaction, for which the loop has no time."""
    assert waiting.post(WAIT + "?queue=next", ANA, QueuePosition="1", QueueTime="5").status == 200
    assert [call.state for call in waiting.rows(Call)] == [CallState.NEXT_UP]
    assert threads_used(waiting)


def ask(doors: Doors, method: str, path: str, *pieces: bytes, headers: Iterable[tuple[str, str]] = ()) -> Exchanged:
    """Send a request to the loop as it is; the body's pieces tell no length of their own."""
    return run(exchange(doors.front, scope_of(method, path, headers=headers), *pieces))
