"""The producer of a rehearsal: Paula, whom a link lets in; used by the rehearsal alone."""

from __future__ import annotations

from datetime import timedelta

from callin.desk import sign_in, users
from callin.rules.roles import Role
from callin.station import Station

PAULA = "Paula"
# A rehearsal may stay up all day; its database goes with the next one.
LINK_LASTS = timedelta(days=1)


def hire(station: Station) -> None:
    """Paula is a producer of this station, and has no password that anybody could guess."""
    with station.transaction() as session:
        users.add_user(session, now=station.clock(), name=PAULA, role=Role.PRODUCER, password_hash=None)


def way_in(station: Station) -> str:
    """Return an address that signs a browser in as Paula, once."""
    with station.transaction() as session:
        token = sign_in.make_link(session, now=station.clock(), name=PAULA, lasts=LINK_LASTS)
    return sign_in.link_of(token, base_url=station.settings.public_base_url)
