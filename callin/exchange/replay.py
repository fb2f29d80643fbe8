"""A webhook sent once more, for whoever is writing an application; called by the control API.

It really goes out: same address and parameters, a fresh signature and token. What comes back is shown, and not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callin.exchange import webhooks
from callin.exchange.cookies import Jar
from callin.exchange.errors import WrongState
from callin.exchange.records import LogEntry
from callin.exchange.webhooks import Kind, WebhookRequest

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange


def replay(exchange: Exchange, entry: LogEntry) -> LogEntry:
    """Return the entry of the same webhook, sent again and answered. Takes real time; never called under the lock.

    Raises:
        WrongState: the entry is no webhook.
    """
    if entry.kind != "webhook":
        raise WrongState("only webhooks can be sent again: this request came from the application")
    pairs = () if entry.method == "GET" else _pairs(entry)  # those of a GET stand in its address
    with exchange.lock:
        call = exchange.calls.get(entry.call_sid or "")
        # A jar of its own: what the application sets now is not the call's.
        jar = call.cookies.copy() if call else Jar()
        again = exchange.log.open(
            kind="webhook",
            method=entry.method,
            url=entry.url,
            params=entry.params,
            call=call,
            purpose=entry.purpose,
            again_of=entry.again_of or entry.n,
        )
    request = WebhookRequest(url=entry.url, method=entry.method, params=tuple(pairs), kind=Kind(entry.purpose), jar=jar)
    webhooks.deliver(exchange, request, entry=again)
    return again


def _pairs(entry: LogEntry) -> list[tuple[str, str]]:
    """Return the parameters as they were sent: the log shows a repeated one as a list."""
    pairs = []
    for name, shown in entry.params.items():
        pairs += [(name, value) for value in (shown if isinstance(shown, list) else [shown])]
    return pairs
