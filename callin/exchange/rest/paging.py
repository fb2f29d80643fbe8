"""Cutting a list into pages as Twilio does; used by every list answer.

The client follows `next_page_uri` as it is, so each page's address carries the filters, and a token that anchors it to
the last record of the page before: calls and texts that arrive meanwhile do not push anything onto two pages. When the
anchor itself is gone (a member that was moved out), the page falls back on counting, and records may be missed: that
is what a snapshot of a moving list is worth (facts 3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from callin.exchange.errors import RestError
from callin.exchange.http_messages import Pairs
from callin.exchange.rest.parameters import Parameters

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1_000
PAGE_SIZE_TOO_LARGE = 20007
_Record = TypeVar("_Record")
_PAGING = ("PageSize", "Page", "PageToken")


def page_of(
    records: Sequence[_Record],
    *,
    key: str,
    path: str,
    query: Pairs,
    token: Callable[[_Record], str],
    render: Callable[[_Record], dict[str, Any]],
) -> dict[str, Any]:
    """Return one page as the contract has it: the records under `key`, and where the other pages are.

    Args:
        records: all that the filters let through, in the list's order.
        key: the one key that is not about paging.
        path: the list's own path.
        query: the request's query, with filters and paging.
        token: what anchors a page to a record.
        render: a record as JSON.

    Raises:
        RestError: 400 / 20007 for PageSize over 1000, 400 / 20001 for paging that is no number.
    """
    asked = Parameters(query)
    size = asked.integer("PageSize", least=1)
    if size is not None and size > MAX_PAGE_SIZE:
        raise RestError(400, PAGE_SIZE_TOO_LARGE, "Page size is too large: at most 1000")
    size = size or DEFAULT_PAGE_SIZE
    page = asked.integer("Page", least=0) or 0
    begin = _begin(records, page=page, size=size, anchor=asked.text("PageToken"), token=token)
    shown = records[begin : begin + size]
    filters = [pair for pair in query if pair[0] not in _PAGING]

    def address(number: int, *, anchor: str | None = None) -> str:
        paging = [("PageSize", str(size)), ("Page", str(number))]
        return f"{path}?{urlencode(filters + paging + ([('PageToken', anchor)] if anchor else []))}"

    more = begin + size < len(records)
    return {
        "end": page * size + max(0, len(shown) - 1),
        "first_page_uri": address(0),
        "next_page_uri": address(page + 1, anchor="PA" + token(shown[-1])) if more and shown else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": address(page - 1) if page else None,
        "start": page * size,
        "uri": address(page),
        key: [render(record) for record in shown],
    }


def _begin(
    records: Sequence[_Record], *, page: int, size: int, anchor: str | None, token: Callable[[_Record], str]
) -> int:
    if anchor and page:
        sid = anchor.removeprefix("PA")
        for index, record in enumerate(records):
            if token(record) == sid:
                return index + 1
    return page * size
