"""Whether a request was signed by our carrier, in one pass; used by the phone doors.

Source: Twilio, «Webhooks security: validating signatures». The signed text is the public URL followed by every form
parameter, name and value, sorted by name. The URL is built from PUBLIC_BASE_URL and the raw path and query: whatever a
proxy made of Host, scheme or port does not matter. Which secrets count, and by which algorithm, the settings say alone:
a request that could choose (twilio 9.13 reads `X-Twilio-Webhooks-Signature-Settings`) would choose the weaker.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


class SignatureCheck:
    """Checks signatures for one station.

    Twilio drops the port from the signed URL of HTTPS voice requests and keeps it for texts and for HTTP, so both
    forms are accepted.
    """

    __slots__ = ("_algorithm", "_bases", "_secrets")

    def __init__(
        self, *, secrets: Iterable[str], public_base_url: str, algorithm: Literal["sha1", "sha256"] = "sha1"
    ) -> None:
        """Prepare the secrets and both forms of the address.

        Args:
            secrets: any of which may have signed, the likeliest first; API keys do not sign.
            public_base_url: scheme, host, perhaps a port and a path prefix; no trailing slash.
            algorithm: the only one that is taken.
        """
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._algorithm = algorithm
        self._bases = _with_and_without_port(public_base_url)

    def __repr__(self) -> str:
        return f"SignatureCheck({self._bases[0].decode()})"

    def accepts(self, signature: str, *, path: str, query: str, pairs: Iterable[tuple[str, str]]) -> bool:
        """Return whether the signature belongs to this request.

        Args:
            signature: the header `X-Twilio-Signature`.
            path: raw path below the public base URL, with its slash.
            query: raw query string, percent-encoded as received; empty for none.
            pairs: the form's parameters, decoded with `surrogateescape`; empty for a GET.
        """
        claimed = signature.encode("utf-8", "replace")
        # Repeated parameters count once, as in the vendor's own check.
        form = "".join([name + value for name, value in sorted(set(pairs))])
        rest = f"{path}?{query}{form}" if query else path + form
        signed = rest.encode("utf-8", "surrogateescape")
        return any(
            hmac.compare_digest(b64encode(hmac.digest(secret, base + signed, self._algorithm)), claimed)
            for secret in self._secrets
            for base in self._bases
        )


def _with_and_without_port(public_base_url: str) -> tuple[bytes, ...]:
    url = urlsplit(public_base_url)
    host = url.netloc.rpartition("@")[2]
    bare = host.removesuffix(f":{url.port}") if url.port else host
    port = url.port or _DEFAULT_PORTS[url.scheme]
    # The likelier form first: the second is worked out only when the first does not fit.
    hosts = [bare, f"{bare}:{port}"] if url.scheme == "https" or not url.port else [host, bare]
    return tuple(urlunsplit((url.scheme, each, url.path.rstrip("/"), "", "")).encode() for each in hosts)
