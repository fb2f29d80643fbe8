"""The log itself: numbers, what it forgets, and how it shows what it cannot print."""

from __future__ import annotations

import pytest

from callin.exchange import ManualClock
from callin.exchange.log import Log, shown_body, shown_params


def filled(entries: int, *, most: int) -> Log:
    """A log with so many entries written into it."""
    log = Log(ManualClock(), most=most)
    for i in range(entries):
        log.open(kind="webhook", method="POST", url=f"https://app.test/{i + 1}", params={})
    return log


def test_a_very_long_log_forgets_its_oldest_entries_and_keeps_its_numbers() -> None:
    """Exchange rules, Log: every entry with n above N, as far as they are kept."""
    log = filled(25, most=20)
    assert len(log.entries) <= 20
    assert [entry.n for entry in log.after(22)] == [23, 24, 25]
    assert log.after(0)[-1].url == "https://app.test/25"
    assert all(entry.url.endswith(f"/{entry.n}") for entry in log.entries)


@pytest.mark.parametrize(("after", "numbers"), [(-5, [1, 2, 3]), (0, [1, 2, 3]), (2, [3]), (3, []), (99, [])])
def test_entries_are_numbered_from_one(after: int, numbers: list[int]) -> None:
    """Control API: `log?after=N`."""
    assert [entry.n for entry in filled(3, most=10).after(after)] == numbers


def test_what_cannot_be_printed_is_told_by_its_size() -> None:
    """Exchange rules, Log: `body` is the answer's; sound would fill it with noise."""
    assert shown_body(b"RIFF", content_type="audio/wav") == "(4 bytes of audio/wav)"
    assert shown_body("Zo\u00eb".encode(), content_type="text/xml") == "Zo\u00eb"
    assert shown_body(b"\xff", content_type="text/xml") == "\ufffd"


def test_a_repeated_parameter_is_a_list() -> None:
    """Exchange rules, Log: `params` is the form or the query."""
    assert shown_params([("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]) == {"a": ["1", "3", "4"], "b": "2"}
