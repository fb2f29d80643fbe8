"""How requests reach Twilio and how its refusals become errors of ours; used by the carrier alone."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import structlog
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response

from callin import meters
from callin.errors import CarrierError
from callin.logs import about_call, without_numbers

# The client's own default is to wait for ever.
TIMEOUT_S = 10
# Above the forty-eight workers of the drain, with room for the courier and the doors.
POOL_SIZE = 64
TOO_LARGE = 413
MOST_HOPS = 4
NO_ANSWER = "none"
# Twilio's own hosts, which get our credentials; and where its media lie, which do not.
# Source: Twilio, «Media resource»: a request for the file is sent on to its store.
TWILIO = ("twilio.com",)
STORES = (*TWILIO, "twiliocdn.com", "amazonaws.com")


_log = structlog.get_logger(__name__)


class PooledHttpClient(HttpClient):  # type: ignore[misc]  # twilio has no types
    """One pool of connections for all threads of a process.

    `TwilioHttpClient` cannot be shared: it hands its answer over through an attribute of its own, so that two threads
    get each other's, or None (twilio 9.13); and it keeps six connections on a machine of two cores.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=False, timeout=timeout_s)
        self.session = requests.Session()
        adapter = HTTPAdapter(pool_maxsize=POOL_SIZE)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def request(  # noqa: PLR0917  twilio calls it so
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request; nothing here tries twice."""
        with _timed(method.upper(), uri) as outcome:
            answer = self.session.request(
                method.upper(),
                uri,
                params=params,  # type: ignore[arg-type]  # twilio's signature is wider than what it sends
                data=data,
                headers=headers,
                auth=auth,
                timeout=timeout or self.timeout,
                allow_redirects=allow_redirects,
            )
            outcome["status"] = answer.status_code
        return Response(answer.status_code, answer.text, answer.headers)


@contextmanager
def _timed(method: str, uri: str) -> Iterator[dict[str, object]]:
    """Time one request, and put it on the log with the call it is about; queries and bodies hold people's numbers."""
    parts = urlsplit(uri).path.removesuffix(".json").split("/")[4:]
    resource = "/".join(parts[0::2]) or "Account"
    call_sid = next((part for part in parts[1::2] if part.startswith("CA")), None)
    outcome: dict[str, object] = {"status": None}
    started = time.perf_counter()
    try:
        with about_call(call_sid):
            yield outcome
    except Exception as error:
        outcome["why"] = type(error).__name__
        raise
    finally:
        seconds = time.perf_counter() - started
        meters.TWILIO_SECONDS.labels(resource).observe(seconds)
        with about_call(call_sid):
            _log.info("asked Twilio", method=method, resource=resource, ms=round(seconds * 1000, 1), **outcome)


def fetch_media(url: str, auth: tuple[str, str], *, most_bytes: int) -> bytes:
    """Return what is at a media address of Twilio's.

    Twilio may send us on to where it stores the file, and nowhere else; our credentials stay behind.

    Args:
        url: where it is.
        auth: account or key, and its secret.
        most_bytes: what is larger is refused, with status 413, and not read to its end.
    """
    home = urlsplit(url)
    for _hop in range(MOST_HOPS):
        here = urlsplit(url)
        is_home = (here.scheme, here.netloc) == (home.scheme, home.netloc)
        if not is_home and not is_within(url, domains=STORES):
            break
        with requests.get(
            url, auth=auth if is_home else _Nobody(), timeout=TIMEOUT_S, stream=True, allow_redirects=False
        ) as answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise TwilioRestException(answer.status_code, "", "it is not to be had", answer.status_code)
            return _read(answer, most_bytes=most_bytes)
    raise TwilioRestException(400, "", "its address leads nowhere we would follow", 400)


def is_within(url: str, *, domains: tuple[str, ...]) -> bool:
    """Return whether this is an https address below one of these domains, plainly: no user info, no odd port.

    Args:
        url: of whatever origin.
        domains: without a leading dot.
    """
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and parts.username is None and parts.port in (None, 443)
    except ValueError:
        return False
    host = parts.hostname or ""
    return is_plain and any(host.endswith(f".{domain}") for domain in domains)


def is_open_to_anybody(url: str) -> bool:
    """Return whether what is at this address comes without credentials."""
    with requests.get(url, auth=_Nobody(), timeout=TIMEOUT_S, stream=True, allow_redirects=True) as answer:
        return answer.status_code == 200


def _read(answer: requests.Response, *, most_bytes: int) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > most_bytes:
            raise TwilioRestException(TOO_LARGE, "", f"it is larger than {most_bytes} bytes", TOO_LARGE)
    return bytes(content)


class _Nobody(AuthBase):
    """Sends no credentials, not even those that a .netrc would add."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn whatever the client raises inside the block into a `CarrierError`.

    Args:
        what: the request in words: «send a text».
    """
    try:
        yield
    except TwilioServiceException as error:
        raise _refusal(what, status=error.status, code=error.code, words=error.detail or error.title) from error
    except TwilioRestException as error:
        raise _refusal(what, status=error.status, code=error.code, words=str(error.msg)) from error
    except TwilioException as error:
        # A list that is answered other than 200 has its answer as the second argument, and no status.
        answer = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], Response) else None
        if answer is None:
            meters.TWILIO_ERRORS.add(NO_ANSWER)
            raise CarrierError(f"Twilio could not {what}: {error}", permanent=False) from error
        code, words = _said(answer)
        raise _refusal(what, status=answer.status_code, code=code, words=words) from error
    except (OSError, urllib3.exceptions.HTTPError) as error:
        meters.TWILIO_ERRORS.add(NO_ANSWER)
        raise CarrierError(f"No answer from Twilio to «{what}» ({type(error).__name__}).", permanent=False) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CarrierError(f"Twilio's answer to «{what}» makes no sense.", permanent=False) from error


@contextmanager
def told_unless_gone(what: str) -> Iterator[None]:
    """As `told`; but what Twilio does not have needs no deleting.

    Args:
        what: the request in words.
    """
    try:
        with told(what):
            yield
    except CarrierError as error:
        if error.status != 404:
            raise


def _refusal(what: str, *, status: int, code: int | None, words: str) -> CarrierError:
    meters.TWILIO_ERRORS.add(str(code or status))
    permanent = status != 429 and status < 500
    reason = without_numbers(words)
    if status in (401, 403):
        reason = f"{reason}. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or the API key) in .env"
    return CarrierError(
        f"Twilio did not {what} (status {status}{f', code {code}' if code and code != status else ''}): {reason}",
        permanent=permanent,
        status=status,
        code=code,
    )


def _said(answer: Response) -> tuple[int | None, str]:
    try:
        body: Any = json.loads(answer.text)
        return body.get("code"), str(body.get("message") or body.get("title") or "")
    except (ValueError, AttributeError):
        return None, "an answer without words"
