"""Who gets in: passwords with a limit on guessing, and links that open once; called by the board and the terminal."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callin.desk.users import UserCard, card_of, find
from callin.errors import NoSuchUser
from callin.models import SignInLink, SignInTry, User
from callin.rules.sign_in import LONGEST_USER_NAME, MOST_FOR_ADDRESS, MOST_FOR_NAME, WITHIN, folded, refused_until

# Old tries say nothing any more; old links only that they were used.
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in with a password, between asking and knowing.

    Attributes:
        try_id: of its row; None if it is refused unseen.
        wait_s: seconds until a try is free again; 0 if this one is.
        password_hash: to compare with, or None if there is nothing to compare with.
    """

    try_id: int | None = None
    wait_s: int = 0
    user_id: int | None = None
    password_hash: str | None = None


def begin(session: Session, *, now: datetime, name: str, address: str) -> Attempt:
    """The try is counted as a failed one, until `finish` knows better; or it is refused.

    Counted first, so that a hundred guesses made at once are a hundred tries.

    Args:
        now: aware.
        name: as typed.
        address: of the browser.
    """
    # PostgreSQL keeps no NUL, and nobody's name has one.
    key = folded(name).replace("\x00", "")[: LONGEST_USER_NAME * 2]
    session.execute(delete(SignInTry).where(SignInTry.at <= now - KEPT))
    for column, value, most in (
        (SignInTry.name, key, MOST_FOR_NAME),
        (SignInTry.address, address, MOST_FOR_ADDRESS),
    ):
        tries = session.scalars(select(SignInTry.at).where(column == value, SignInTry.at > now - WITHIN)).all()
        until = refused_until(tries, now=now, most=most)
        if until is not None:
            return Attempt(wait_s=math.ceil((until - now).total_seconds()))
    made = SignInTry(at=now, name=key, address=address)
    session.add(made)
    session.flush()
    user = find(session, name=name)
    if user is None or user.disabled_at is not None:
        return Attempt(try_id=made.id)
    return Attempt(try_id=made.id, user_id=user.id, password_hash=user.password_hash)


def finish(session: Session, *, attempt: Attempt, is_right: bool, new_hash: str | None = None) -> UserCard | None:
    """Return who has signed in, or None; a right password forgives this address its tries at this name.

    Args:
        attempt: as `begin` gave it.
        is_right: whether the password is that of the hash it holds.
        new_hash: of the same password, if the one on record is outdated.
    """
    user = None if attempt.user_id is None else session.get(User, attempt.user_id)
    # The password may have been changed while this one was checked.
    if user is None or not is_right or user.disabled_at is not None or user.password_hash != attempt.password_hash:
        return None
    if new_hash is not None:
        user.password_hash = new_hash
    made = session.get(SignInTry, attempt.try_id)
    if made is not None:
        session.execute(delete(SignInTry).where(SignInTry.name == made.name, SignInTry.address == made.address))
    return card_of(user)


def make_link(session: Session, *, now: datetime, name: str, lasts: timedelta) -> str:
    """Return the token of a link that signs this person in once; only its hash is kept.

    Args:
        now: aware.
        lasts: how long it may be used.

    Raises:
        NoSuchUser: nobody has that name, or they are disabled.
    """
    user = find(session, name=name)
    if user is None:
        raise NoSuchUser(f"Nobody here is called {name}. Who there is: callin user list")
    if user.disabled_at is not None:
        raise NoSuchUser(f"{user.name} is disabled. First: callin user enable NAME")
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= now - KEPT))
    token = secrets.token_urlsafe(32)
    session.add(SignInLink(user_id=user.id, token_hash=_hash_of(token), expires_at=now + lasts))
    return token


def link_of(token: str, *, base_url: str) -> str:
    """Return the address to open; the board has its page there."""
    return f"{base_url}/sign-in/once/{token}"


def owner_of_link(session: Session, *, now: datetime, token: str) -> UserCard | None:
    """Return whom the link would sign in, or None if it opens nothing (any more)."""
    user = session.scalars(
        select(User)
        .join(SignInLink, SignInLink.user_id == User.id)
        .where(
            SignInLink.token_hash == _hash_of(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if user is None else card_of(user)


def use_link(session: Session, *, now: datetime, token: str) -> UserCard | None:
    """Return who has signed in by the link, which opens nothing from now on; None if it did not before."""
    owner = owner_of_link(session, now=now, token=token)
    if owner is None:
        return None
    # Two browsers may press the button at once: whoever changes the row got in.
    used = session.execute(
        update(SignInLink)
        .where(SignInLink.token_hash == _hash_of(token), SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    return owner if used.rowcount == 1 else None  # type: ignore[attr-defined]  # an UPDATE's result has it


def _hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
