"""One REST request on its way to the resource it names; built by the app, read by every resource."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from callin.exchange.errors import RestError
from callin.exchange.http_messages import HttpAnswer, HttpRequest, json_answer
from callin.exchange.rest.paging import page_of
from callin.exchange.rest.parameters import Parameters
from callin.exchange.rest.render import account_path

if TYPE_CHECKING:
    from callin.exchange.exchange import Exchange

_Record = TypeVar("_Record")
NOT_FOUND = 20404


@dataclass(frozen=True, slots=True)
class RestCall:
    """A request whose path has been recognised."""

    exchange: Exchange
    request: HttpRequest
    names: dict[str, str]  # what stands in the path's places

    @property
    def asked(self) -> Parameters:
        """What the form, or for GET and DELETE the query, asks for."""
        return Parameters(self.request.form if self.request.method == "POST" else self.request.query)

    def path(self, *parts: str) -> str:
        """Return the path below the account that these parts name."""
        return account_path(self.exchange.account.sid, *parts)

    def not_found(self) -> RestError:
        """Return the error for a resource that is not there (facts 3.1)."""
        return RestError(404, NOT_FOUND, f"The requested resource {self.request.path} was not found")

    def listed(
        self,
        records: Sequence[_Record],
        *,
        key: str,
        path: str,
        token: Callable[[_Record], str],
        render: Callable[[_Record], dict[str, Any]],
    ) -> HttpAnswer:
        """Return the page of these records that the query asks for."""
        query = self.request.query
        return json_answer(200, page_of(records, key=key, path=path, query=query, token=token, render=render))


Answering = Callable[[RestCall], HttpAnswer]
