"""Password hashes; made and checked by the board's sign-in and the terminal, before they open a transaction.

A hash costs some 30 ms of a core on purpose. Within a transaction it would hold up every call for that long, so the
verbs of `users` and `sign_in` take and give hashes, and never make one.
"""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB: several at once fit beside a station on a small box.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password that was thrown away; a test sees that comparing with it is the same work as with one made today.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$sxnd+G0RH+747AS7yd/QHA$xkauM3k6tdQ/VvuhHdcCotOKTk9LfGCIK+emixMHXhw"


def hash_of(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher.hash(_typed_anywhere(password))


def is_right(password: str, *, password_hash: str | None) -> bool:
    """Return whether this is the password, after the same work whether or not there is a hash to compare it with.

    Args:
        password: as typed.
        password_hash: of the person, or None if there is no such person or no password.
    """
    try:
        matches = _hasher.verify(password_hash or _NOBODYS_HASH, _typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with less work than is asked today."""
    return _hasher.check_needs_rehash(password_hash)


def _typed_anywhere(password: str) -> str:
    """Keyboards write ü in two ways; both are the same password."""
    return unicodedata.normalize("NFKC", password)
