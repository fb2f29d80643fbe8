"""The log: the call's SID on every line, no phone number on any."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from callin.logs import about_call, configure_logs

NUMBER = "+15550123"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A log in JSON whose lines can be read back; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logs(level="INFO", form="json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_every_line_within_a_call_names_it(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """Inside `about_call` each line carries the SID, from our loggers and from others; outside none does."""
    with about_call("CA1"):
        structlog.get_logger().info("waiting", place=3)
        logging.getLogger("somebody.else").warning("odd")
    structlog.get_logger().info("idle")
    assert [line.get("call_sid") for line in lines()] == ["CA1", "CA1", None]
    assert lines()[0]["place"] == 3


@pytest.mark.parametrize(
    "said",
    [
        {"caller": NUMBER},
        {"url": "https://x.test/?From=%2B15550123&a=1"},
        {"form": {"From": NUMBER, "more": [f"to {NUMBER}."]}},
        {"pair": (NUMBER, 1)},
        {"error": ValueError(f"no such number {NUMBER}")},
    ],
)
def test_no_line_holds_a_number(lines: Callable[[], list[dict[str, Any]]], said: dict[str, Any]) -> None:
    """A number is masked wherever it stands: alone, in a URL, in a form, in a list, in an error."""
    structlog.get_logger().info(f"text to {NUMBER}", **said)
    shown = json.dumps(lines(), ensure_ascii=False)
    assert "5550123" not in shown
    assert "+1…23" in shown


def test_a_traceback_is_masked_too(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """An exception that holds a number in its words is logged without it."""
    try:
        raise ValueError(f"bad number {NUMBER}")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("flask.app").exception("failed for %s", NUMBER)
    shown = json.dumps(lines())
    assert "ValueError" in shown
    assert "5550123" not in shown


def test_lines_for_people_are_plain_text(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """The text form is one readable line, without colour codes when it does not go to a terminal."""
    stream = io.StringIO()
    configure_logs(level="INFO", form="text", stream=stream)
    structlog.get_logger().info("waiting", place=3, caller=NUMBER)
    assert "waiting" in stream.getvalue()
    assert "place=3" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert "5550123" not in stream.getvalue()


FORGED = "Ana\r\n2026-01-01T00:00:00Z [info     ] signed in\x1b[2J\u2028\x85\x00\udcff"


def test_nothing_that_is_logged_forges_a_line(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """Line ends, escapes to the terminal and broken bytes stand in the log as what they are, on one line."""
    stream = io.StringIO()
    configure_logs(level="INFO", form="text", stream=stream)
    structlog.get_logger().info(f"odd {FORGED}", path=f"/{FORGED}", more=[FORGED], pair={FORGED: FORGED})
    logging.getLogger("somebody.else").warning("said %s", FORGED)
    shown = stream.getvalue()
    assert [line.split()[0][:4].isdecimal() for line in shown.splitlines()] == [True, True]
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert r"Ana\r\n2026-01-01" in shown


def test_a_traceback_forges_no_line(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """What an exception says may have lines; none of them begins where lines of the log begin."""
    stream = io.StringIO()
    configure_logs(level="INFO", form="text", stream=stream)
    try:
        raise ValueError(FORGED)
    except ValueError:
        structlog.get_logger().exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert "failed" in first
    assert len(rest) > 3
    assert all(line.startswith("    ") for line in rest)


def test_the_level_is_kept(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """What is below the level is not told."""
    structlog.get_logger().debug("small talk")
    assert lines() == []
