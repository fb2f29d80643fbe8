"""The name a DJ's browser has at Twilio: given to it by the board, and known again by the DJ line."""

from __future__ import annotations

import re

# Twilio takes letters, digits and underscores: other signs may come back written in another way.
# Source: Twilio, TwiML `<Client>`, «client identifier»: «may only contain alphanumeric and underscore characters».
_FROM = re.compile(r"client:dj_([1-9][0-9]{0,8})", re.ASCII)


def identity_for(user_id: int) -> str:
    """Return the name under which the browser of this person rings.

    Args:
        user_id: of one of the station's people.
    """
    return f"dj_{user_id}"


def person_behind(raw_from: str) -> int | None:
    """Return the id of the person whose browser we gave this name, or None for a telephone or a name of nobody's.

    Args:
        raw_from: Twilio's `From`, as it came.
    """
    named = _FROM.fullmatch(raw_from)
    return None if named is None else int(named[1])
