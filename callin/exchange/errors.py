"""What can go wrong in the exchange, and Twilio's codes for it; raised everywhere in the exchange, caught by its doors.

Source: Twilio's error dictionary (https://www.twilio.com/docs/api/errors), section 3, 4.4 and 5 of the facts.
"""

from __future__ import annotations

from enum import IntEnum


class ExchangeError(Exception):
    """Anything the exchange refuses to do."""


class UnknownNumber(ExchangeError):
    """The number dialled or texted is not one of the exchange's numbers."""


class WrongState(ExchangeError):
    """The call, clock or exchange is not in a state in which this can be done."""


class BadFault(ExchangeError):
    """A fault or policy has an unknown name or an impossible value."""


class RestError(ExchangeError):
    """A refusal in the words of Twilio's REST API."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Code(IntEnum):
    """Codes that a webhook's log entry carries."""

    NO_URL = 11100
    RETRIEVAL = 11200
    TOO_MANY_REDIRECTS = 11215
    TOO_LARGE = 11750
    EMPTY_CHUNKED = 11770
    PARSE = 12100
    SCHEMA = 12200
    CONTENT_TYPE = 12300
    INVALID_CONFERENCE_VERB = 13238
    EMPTY_SAY = 13520
    LONG_SAY = 13521
    ENQUEUE_METHOD = 14201
    ENQUEUE_WAIT_URL = 14202
    ENQUEUE_ACTION = 14203
    ENQUEUE_NO_NAME = 14204
    ENQUEUE_LONG_NAME = 14205
    ENQUEUE_WAIT_METHOD = 14206
    QUEUE_FULL = 14207
    QUEUE_METHOD = 14210
    QUEUE_URL = 14211
    QUEUE_NO_NAME = 14212
    QUEUE_LONG_NAME = 14213
    CALLBACK_SLOW = 15002
    CALLBACK_FAILED = 15003
    RECORDING_SILENT = 16102


def not_found(path: str) -> RestError:
    """Return Twilio's answer for something that does not exist."""
    return RestError(404, 20404, f"The requested resource {path} was not found")


def not_in_progress() -> RestError:
    """Return Twilio's answer to changing a call that cannot be changed any more."""
    return RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
