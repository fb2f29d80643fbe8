"""Who may drive the exchange: this machine, and of all web pages only its own; asked by the server before every answer.

A browser sends requests for any page that it has open. Such a request names the page it is for (`Origin`,
`Sec-Fetch-Site`), and a page whose host name was turned towards this machine names that host (`Host`). Programs such as
curl send neither of the first two, and an address of this machine as the third.
Source: https://www.w3.org/TR/fetch-metadata/ and RFC 6454 (Origin).
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from callin.exchange.http_messages import HttpRequest

_OWN = ("same-origin", "none")  # the page itself, or typed by a person


def refusal(request: HttpRequest, *, client: str, is_open: bool, is_page: bool) -> str | None:
    """Return why the request is refused, or None when it may pass.

    Args:
        request: as it came.
        client: the IP address it came from.
        is_open: whether other machines may use the exchange too.
        is_page: whether it asks for the page itself, to which other pages may link.
    """
    if not is_open and not _is_loopback(client):
        return "the control API and the phones page answer this machine only"
    host = request.headers.get("host") or urlsplit(request.url).netloc
    if not _is_own_host(host, is_open=is_open):
        return f"{host[:100]!r} is no name of this exchange: use its address, http://127.0.0.1"
    if is_page:
        return None
    if request.headers.get("sec-fetch-site", "none") not in _OWN:
        return "another web page may not drive the exchange"
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return "another web page may not drive the exchange"
    return None


def _is_own_host(host: str, *, is_open: bool) -> bool:
    """Say whether a page at this host can only be ours: nobody can point a number, or a name without a dot, at us."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return is_open and name != "" and "." not in name
    return is_open or address.is_loopback


def _is_loopback(client: str) -> bool:
    address = ip_address(client.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
