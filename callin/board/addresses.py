"""Whom a request comes from, behind proxies or not; used by sign-in to count tries for each address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from flask import request

from callin.station import the_station

# A household or an office is given a whole /64 and may use any address of it.
HOUSEHOLD_BITS = 64


def address_of_visitor() -> str:
    """Return the address of the browser, as far as proxies of ours vouch for it; of IPv6 its network."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    return visitor(request.remote_addr or "", hops=hops, proxies=the_station().settings.forwarded_allow_ips)


def visitor(peer: str, *, hops: Sequence[str], proxies: str) -> str:
    """Return what a visitor cannot change at will: an IPv4 address, or the household's part of an IPv6 address.

    Args:
        peer: who is at the other end of the connection.
        hops: what proxies say they had at theirs, the nearest one last; whoever asks first may have made some up.
        proxies: whose word counts, as the setting has it.

    Returns:
        The nearest address that is not one of our proxies; the peer's where nobody can say.
    """
    ours = _networks(proxies)
    address = _parsed(peer)
    for hop in reversed(hops):
        before = _parsed(hop)
        if address is None or before is None or not any(address in network for network in ours):
            break
        address = before
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSEHOLD_BITS), strict=False))
    return str(address or "")


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=8)
def _networks(listed: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network.strip(), strict=False) for network in listed.split(","))
