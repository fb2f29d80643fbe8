"""Whom tries to sign in are counted for."""

import pytest

from callin.board.addresses import visitor

PROXIES = "127.0.0.1,::1,10.0.0.0/8"


@pytest.mark.parametrize(
    ("peer", "hops", "told"),
    [
        ("203.0.113.7", [""], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # says it is somebody else
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.66", "198.51.100.1"], "198.51.100.1"),  # the first one was made up
        ("127.0.0.1", ["198.51.100.66", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::1", ["2001:db8:1:2::99"], "2001:db8:1:2::/64"),
        ("", [], ""),
    ],
)
def test_only_proxies_of_ours_say_who_comes(peer: str, hops: list[str], told: str) -> None:
    """The nearest address that is not a proxy of ours; of IPv6 what a household shares."""
    assert visitor(peer, hops=hops, proxies=PROXIES) == told
