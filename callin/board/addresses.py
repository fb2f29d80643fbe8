"""Whom a request comes from, behind proxies or not; used by sign-in to count tries for each address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

# A household or an office is given a whole /64 and may use any address of it.
HOUSEHOLD_BITS = 64


def address_of_visitor() -> str:
    """Return the address of the browser; of IPv6 its network."""
    return network_of(request.remote_addr or "")


def network_of(address: str) -> str:
    """Return what a visitor cannot change at will: an IPv4 address, or the household's part of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, HOUSEHOLD_BITS), strict=False))
    return str(parsed)
