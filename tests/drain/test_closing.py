"""Closing a show: everyone thanked in order, queues gone, whatever Twilio does meanwhile."""

from collections import Counter

import pytest

from callin.drain import Fate, QueueFate, close_show, look_at_closing
from callin.errors import CarrierError, ClosingStuck
from callin.models import ShowState
from tests.carrier.switchboard import refusal
from tests.drain.conftest import LINE, NEXT, Evening
from tests.drain.queues import late, sometimes


def test_everyone_is_thanked_in_order_and_the_queues_go(evening: Evening) -> None:
    """Those next up go first, then the line from its front; both queues are deleted and the show is closed."""
    line, next_up = evening.queues.fill(LINE, 5), evening.queues.fill(NEXT, 2)
    evening.queues.sids["somebody else's"] = "QUother"
    evening.queues.waiting["somebody else's"] = ["CAother"]
    report = evening.close()
    assert [caller.call_sid for caller in report.callers] == next_up + line
    assert {caller.fate for caller in report.callers} == {Fate.THANKED}
    assert [queue.fate for queue in report.queues] == [QueueFate.DELETED, QueueFate.DELETED]
    assert evening.queues.waiting == {"somebody else's": ["CAother"]}
    assert evening.show().state == ShowState.CLOSED
    assert evening.queues.goodbyes[line[0]] == "https://station.test/voice/listener/goodbye?waited_s=61"


def test_the_show_is_closing_before_anybody_is_moved(evening: Evening) -> None:
    """New calls hear the closed greeting before the first caller is moved: otherwise the queue would come back."""
    evening.queues.fill(LINE, 1)
    states = []

    def look(_method: str, path: str) -> None:
        if "/Members/" in path:
            states.append(evening.show().state)

    evening.queues.before = look
    evening.close()
    assert states == [ShowState.CLOSING]


def test_closing_again_finds_nothing_to_do(evening: Evening) -> None:
    """A second run asks for both queues, finds none, and says so."""
    evening.queues.fill(LINE, 3)
    assert not evening.close().had_nothing_to_do
    assert evening.close().had_nothing_to_do


def test_a_look_changes_nothing(evening: Evening) -> None:
    """A dry run tells who would be thanked, and neither the show nor a queue is touched."""
    evening.queues.fill(LINE, 3)
    report = look_at_closing(evening.station)
    assert [caller.fate for caller in report.callers] == [Fate.WAITING] * 3
    assert [queue.fate for queue in report.queues] == [QueueFate.WAITING, QueueFate.WAITING]
    assert evening.show().state == ShowState.OPEN
    assert {method for method, _path in evening.queues.asked} == {"GET"}


def test_the_queues_may_stay(evening: Evening) -> None:
    """With keep_queue everyone is thanked and the empty queues remain."""
    evening.queues.fill(LINE, 3)
    report = evening.close(keep_queue=True)
    assert [queue.fate for queue in report.queues] == [QueueFate.KEPT, QueueFate.KEPT]
    assert evening.queues.waiting == {LINE: [], NEXT: []}
    assert evening.show().state == ShowState.CLOSED


def test_a_queue_left_behind_is_cleared_without_a_show(evening: Evening) -> None:
    """A queue that outlived its show is emptied and deleted by the next run."""
    evening.close(keep_queue=True)
    evening.queues.fill(LINE, 2)
    report = evening.close()
    assert report.show is None
    assert not report.had_nothing_to_do
    assert len(report.callers) == 2
    assert evening.queues.waiting == {}


TROUBLES = {
    "too many requests": (lambda: refusal(429, 20429), None),
    "server errors": (lambda: refusal(500, 20500), None),
    "time-outs": (late, None),
    "time-outs after the work": (None, late),
    "server errors on lists": (None, None),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_thousand_are_thanked_through_any_trouble(evening: Evening, trouble: str) -> None:
    """With every 20th request in trouble all are moved, each with one success, in at most a few requests more."""
    calls = evening.queues.fill(LINE, 1000)
    before, after = TROUBLES[trouble]
    if before:
        evening.queues.before = sometimes(20, before)
    if after:
        evening.queues.after = sometimes(20, after)
    if trouble.endswith("lists"):
        evening.queues.before = lambda method, _path: (
            refusal(503, 20503) if method == "GET" and len(evening.queues.asked) % 2 else None
        )
    report = evening.close()
    assert Counter(evening.queues.released) == Counter(calls)
    assert {caller.fate for caller in report.callers} <= {Fate.THANKED, Fate.PRESUMED}
    assert len(report.callers) == 1000
    assert len(evening.queues.posts()) <= 1060
    assert evening.queues.waiting == {}
    assert evening.show().state == ShowState.CLOSED
    assert evening.queues.most_under_way <= 16


def test_the_order_of_release_is_the_order_of_the_line(evening: Evening) -> None:
    """Whoever waited longest goes first: nobody is overtaken by more than the requests under way at once."""
    calls = evening.queues.fill(LINE, 300)
    evening.queues.before = sometimes(20, lambda: refusal(429, 20429))
    evening.close()
    place = {call: n for n, call in enumerate(calls)}
    assert all(abs(place[call] - n) <= 32 for n, call in enumerate(evening.queues.released))


def test_those_who_hang_up_meanwhile_are_counted_as_gone(evening: Evening) -> None:
    """A caller who leaves between the list and the request is no failure, and is told apart."""
    calls = evening.queues.fill(LINE, 10)

    def hang_up(method: str, path: str) -> None:
        if method == "POST" and path.endswith(calls[3]) and calls[3] in evening.queues.waiting[LINE]:
            evening.queues.waiting[LINE].remove(calls[3])

    evening.queues.before = hang_up
    fates = {caller.call_sid: caller.fate for caller in evening.close().callers}
    assert fates.pop(calls[3]) == Fate.GONE
    assert set(fates.values()) == {Fate.THANKED}


def test_a_lost_answer_is_told_as_unconfirmed(evening: Evening) -> None:
    """When Twilio did the work but its answer was lost, the caller is not asked twice, and the report says so."""
    evening.queues.fill(LINE, 1)
    evening.queues.after = sometimes(1, late)
    report = evening.close()
    assert [caller.fate for caller in report.callers] == [Fate.PRESUMED]
    assert len(evening.queues.posts()) == 1


def test_callers_listed_after_they_left_are_not_asked_again(evening: Evening) -> None:
    """A list that lags behind costs a pause, not a second request for everybody."""
    evening.queues.fill(LINE, 50)
    evening.queues.echoes = 2
    report = evening.close()
    assert len(evening.queues.posts()) == 50
    assert evening.pauses
    assert {caller.fate for caller in report.callers} == {Fate.THANKED}


def test_a_queue_that_says_not_empty_is_asked_again(evening: Evening) -> None:
    """A size that lags behind its members delays the deletion a little, no more."""
    evening.queues.fill(LINE, 1)
    evening.queues.refuse_deletions = 3
    report = evening.close()
    assert [queue.fate for queue in report.queues] == [QueueFate.DELETED, QueueFate.DELETED]


def test_a_queue_that_is_never_deleted_is_left_and_told(evening: Evening) -> None:
    """After a bounded number of tries the empty queue stays behind; the show is closed all the same."""
    evening.queues.fill(LINE, 1)
    evening.queues.refuse_deletions = 10_000
    report = evening.close()
    assert report.left_a_queue
    assert evening.show().state == ShowState.CLOSED
    assert sum(evening.pauses) < 120


def test_a_caller_who_slips_in_during_the_deletion_is_thanked_too(evening: Evening) -> None:
    """An <Enqueue> under way re-creates the queue under a new SID: it is looked for once more by name."""
    evening.queues.fill(LINE, 1)

    def slip_in(method: str, path: str) -> None:
        if method == "DELETE" and LINE not in evening.queues.sids and not slipped:
            slipped.extend(evening.queues.fill(LINE, 1))

    slipped: list[str] = []
    evening.queues.after = slip_in
    report = evening.close()
    assert len(report.callers) == 2
    assert evening.queues.waiting == {}


def test_killed_midway_and_run_again(evening: Evening) -> None:
    """A run that dies after some callers leaves the show closing; the next one thanks the rest, and nobody twice."""
    calls = evening.queues.fill(LINE, 200)

    def die(_settled: int, _known: int) -> None:
        if _settled == 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        close_show(evening.station, pause=evening.pauses.append, progress=die)
    assert evening.show().state == ShowState.CLOSING
    moved = len(evening.queues.released)
    assert 90 <= moved < 200
    report = evening.close()
    assert len(report.callers) == 200 - moved
    assert Counter(evening.queues.released) == Counter(calls)
    assert evening.show().state == ShowState.CLOSED


def test_a_twilio_that_is_down_leaves_the_show_closing(evening: Evening) -> None:
    """When nothing gets through, the error says so, nobody is lost, and another run finishes."""
    evening.queues.fill(LINE, 3)
    evening.queues.before = lambda _method, _path: late()
    with pytest.raises(CarrierError):
        evening.close()
    assert evening.show().state == ShowState.CLOSING
    evening.queues.before = lambda _method, _path: None
    assert len(evening.close().callers) == 3


def test_requests_that_are_never_answered_are_told_as_such(evening: Evening) -> None:
    """Lists that work while every move is lost end in Twilio's trouble, not in a claim about the callers."""
    calls = evening.queues.fill(LINE, 2)
    evening.queues.before = sometimes(1, late)
    with pytest.raises(CarrierError) as caught:
        evening.close()
    assert not caught.value.permanent
    assert evening.show().state == ShowState.CLOSING
    assert evening.queues.waiting[LINE] == calls


def test_callers_who_cannot_be_moved_are_not_forgotten(evening: Evening) -> None:
    """When Twilio refuses to move live calls, the show stays closing and the command says how many are left."""
    calls = evening.queues.fill(LINE, 2)
    evening.queues.before = lambda _m, path: refusal(400, 21205) if "/Members/" in path else None
    with pytest.raises(ClosingStuck, match="2 callers"):
        evening.close()
    assert evening.show().state == ShowState.CLOSING
    assert evening.queues.waiting[LINE] == calls


def test_ghosts_do_not_hold_the_show_open(evening: Evening) -> None:
    """Calls that are over but still listed are nobody: the show is closed and the queue is left behind."""
    calls = evening.queues.fill(LINE, 2)
    evening.queues.over = set(calls)
    evening.queues.before = lambda _m, path: refusal(404, 20404) if "/Members/" in path else None
    report = evening.close()
    assert {caller.fate for caller in report.callers} == {Fate.GONE}
    assert report.left_a_queue
    assert evening.show().state == ShowState.CLOSED


def test_bad_credentials_stop_at_once(evening: Evening) -> None:
    """401 is not tried again a thousand times."""
    evening.queues.fill(LINE, 100)
    evening.queues.before = lambda _m, path: refusal(401, 20003) if "/Members/" in path else None
    with pytest.raises(CarrierError) as caught:
        evening.close()
    assert caught.value.permanent
    assert len(evening.queues.posts()) <= 32


def test_progress_never_goes_back(evening: Evening) -> None:
    """What is told while it runs grows to all, and ends there."""
    evening.queues.fill(LINE, 40)
    told: list[tuple[int, int]] = []
    evening.close(progress=lambda settled, known: told.append((settled, known)))
    assert told == sorted(told)
    assert told[-1] == (40, 40)
