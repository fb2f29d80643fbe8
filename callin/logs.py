"""The station's log: one line an event, with the call's SID, no phone number, nothing forged; set up by the terminal.

Every part of the station says `structlog.get_logger()` and binds what it knows; what the libraries below us say goes
through the same processors, so that no line escapes the mask. Log lines go to stderr: stdout is for answers.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from callin.phone_number import masked

# A number may also stand inside a URL, where its plus sign is escaped.
_NUMBER = re.compile(r"(?:\+|%2[Bb])([1-9][0-9]{6,14})(?![0-9])", re.ASCII)
# Whatever could begin a line of its own, or speak to a terminal: a caller's name might.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Libraries that tell whole requests below this level, bodies included.
_TALKATIVE = ("twilio.http_client", "urllib3", "sqlalchemy.engine", "alembic")


def about_call(call_sid: str | None) -> AbstractContextManager[None]:
    """Put the call's SID on every line that is logged until the block ends.

    Args:
        call_sid: Twilio's `CallSid`; None leaves the lines as they are.
    """
    return structlog.contextvars.bound_contextvars(**({"call_sid": call_sid} if call_sid else {}))


def mask_numbers(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the event with every phone number in it masked, however deep it stands."""
    return {key: _masked_within(value) for key, value in event.items()}


def keep_to_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the event with every control character escaped, however deep it stands; a traceback is indented."""
    return {key: _traceback(value) if key == "exception" else _escaped_within(value) for key, value in event.items()}


def without_numbers(text: str) -> str:
    """Return the text with every phone number in it masked."""
    return _NUMBER.sub(lambda found: masked("+" + found[1]), text)


def configure_logs(*, level: str, form: Literal["text", "json"], stream: TextIO | None = None) -> None:
    """Send what the station and its libraries log to one place, in one form.

    Args:
        level: the least severe level that is told.
        form: lines for people or for machines.
        stream: where to; standard error unless told otherwise.
    """
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), sort_keys=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_numbers,
                keep_to_one_line,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _masked_within(value: object) -> object:
    if isinstance(value, str):
        return without_numbers(value)
    if isinstance(value, Mapping):
        return {key: _masked_within(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked_within(inner) for inner in value]
    if isinstance(value, BaseException):
        return _masked_within(f"{type(value).__name__}: {value}")
    return value


def _escaped_within(value: object) -> object:
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, Mapping):
        return {_escaped_within(key): _escaped_within(inner) for key, inner in value.items()}
    return [_escaped_within(inner) for inner in value] if isinstance(value, list) else value


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _traceback(trace: object) -> str:
    # Its lines stand in from the margin, so that none of them can pass for a line of the log.
    return "\n".join("    " + _escaped(line) for line in str(trace).split("\n"))
