"""How Twilio signs a webhook, written from the published algorithm and from no checker of it; used by the webhooks.

Source: https://www.twilio.com/docs/usage/security#validating-requests; section 4.2 of the facts.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

# What signs by another algorithm than SHA-1 says so here (twilio-python 9.13, `request_validator.py`).
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"

Pairs = Iterable[tuple[str, str]]


def signed_url(url: str, *, is_voice: bool) -> str:
    """Return the URL as it is signed: no user info, no fragment, and no port on https voice requests.

    Args:
        url: the URL on the wire, query included, still percent-encoded.
        is_voice: False for texts, whose https URLs keep their port.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and is_voice and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def sign(auth_token: str, *, url: str, form: Pairs = (), algorithm: str = "sha1") -> str:
    """Return the X-Twilio-Signature of a request.

    Args:
        auth_token: the account's primary token.
        url: as returned by `signed_url`.
        form: the POST parameters, in any order; nothing for GET, whose parameters are in the URL.
        algorithm: sha1, or sha256 as accounts with it have.
    """
    # A repeated parameter counts once per value, as Twilio's own checkers sort and de-duplicate.
    text = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.digest(auth_token.encode(), text.encode(), algorithm)
    return base64.b64encode(digest).decode()


def query_pairs(url: str) -> list[tuple[str, str]]:
    """Return the parameters in a URL's query, decoded, in order."""
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
