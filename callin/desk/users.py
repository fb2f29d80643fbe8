"""The station's people: added, renamed to another role, let go; called by the terminal, the doors and the rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callin.errors import BadUserName, NoSuchUser, UserExists
from callin.models import SignInLink, User
from callin.rules.roles import Right, Role, may
from callin.rules.sign_in import LONGEST_USER_NAME, folded


@dataclass(frozen=True, slots=True)
class UserCard:
    """One person of the station as doors see them.

    Attributes:
        has_password: False for somebody who signs in by one-time links alone.
        session_epoch: sessions of an earlier epoch have ended.
    """

    user_id: int
    name: str
    role: Role
    has_password: bool
    is_disabled: bool
    session_epoch: int
    created_at: datetime


def add_user(session: Session, *, now: datetime, name: str, role: Role, password_hash: str | None) -> UserCard:
    """The person may sign in.

    Args:
        now: aware.
        name: as they will type it; case and spaces around it do not matter.
        password_hash: by `passwords`, or None for one-time links alone.

    Raises:
        BadUserName: it is empty, too long or cannot be printed.
        UserExists: somebody has that name.
    """
    user = User(
        name=free_name(session, name=name), role=role, password_hash=password_hash, created_at=now, session_epoch=0
    )
    session.add(user)
    session.flush()
    return card_of(user)


def free_name(session: Session, *, name: str) -> str:
    """Return the name as it would be kept; asked before somebody thinks of a password for it.

    Raises:
        BadUserName: it is empty, too long or cannot be printed.
        UserExists: somebody has that name.
    """
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_USER_NAME or not kept.isprintable():
        raise BadUserName(f"A name is 1 to {LONGEST_USER_NAME} characters that can be printed.")
    taken = find(session, name=kept)
    if taken is not None:
        raise UserExists(f"{taken.name} is here already. A new password: callin user password NAME")
    return kept


def user_named(session: Session, *, name: str) -> UserCard:
    """Return whoever has that name.

    Raises:
        NoSuchUser: nobody has.
    """
    return card_of(_named(session, name))


def all_users(session: Session) -> list[UserCard]:
    """Return everybody, in the order they were added."""
    return [card_of(user) for user in session.scalars(select(User).order_by(User.id))]


def set_password(session: Session, *, name: str, password_hash: str) -> UserCard:
    """The person has a new password, and whoever was signed in as them no longer is.

    Raises:
        NoSuchUser: nobody has that name.
    """
    user = _named(session, name)
    user.password_hash = password_hash
    _end_sessions(session, user)
    return card_of(user)


def set_role(session: Session, *, name: str, role: Role) -> UserCard:
    """The person has another role, from their next request on.

    Raises:
        NoSuchUser: nobody has that name.
    """
    user = _named(session, name)
    user.role = role
    return card_of(user)


def disable(session: Session, *, now: datetime, name: str) -> UserCard:
    """The person can neither sign in nor go on; doing it again changes nothing.

    Raises:
        NoSuchUser: nobody has that name.
    """
    user = _named(session, name)
    if user.disabled_at is None:
        user.disabled_at = now
        _end_sessions(session, user)
    return card_of(user)


def enable(session: Session, *, name: str) -> UserCard:
    """The person may sign in again, with the password they had.

    Raises:
        NoSuchUser: nobody has that name.
    """
    user = _named(session, name)
    user.disabled_at = None
    return card_of(user)


def sign_out_everywhere(session: Session, *, user_id: int) -> None:
    """Every session of this person has ended, and unused links of theirs open nothing."""
    _end_sessions(session, session.get_one(User, user_id))


def user_in_session(session: Session, *, user_id: int, epoch: int) -> UserCard | None:
    """Return whom a session belongs to, or None if it has ended or they were disabled."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.session_epoch != epoch:
        return None
    return card_of(user)


def who_may_talk(session: Session, *, user_id: int | None) -> UserCard | None:
    """Return whose browser may be on the DJ line, or None: it is nobody's, or they may not (any more).

    Args:
        user_id: of whoever rings, or None for a telephone.
    """
    user = None if user_id is None else session.get(User, user_id)
    if user is None or user.disabled_at is not None or not may(Role(user.role), Right.TALK):
        return None
    return card_of(user)


def find(session: Session, *, name: str) -> User | None:
    """Return the row of that name; for the desk alone."""
    # A station has a handful of people; databases fold only the letters of English.
    wanted = folded(name)
    return next((user for user in session.scalars(select(User)) if folded(user.name) == wanted), None)


def card_of(user: User) -> UserCard:
    """Return what doors may know of a row."""
    return UserCard(
        user_id=user.id,
        name=user.name,
        role=Role(user.role),
        has_password=user.password_hash is not None,
        is_disabled=user.disabled_at is not None,
        session_epoch=user.session_epoch,
        created_at=user.created_at,
    )


def _named(session: Session, name: str) -> User:
    user = find(session, name=name)
    if user is None:
        raise NoSuchUser(f"Nobody here is called {name}. Who there is: callin user list")
    return user


def _end_sessions(session: Session, user: User) -> None:
    user.session_epoch += 1
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id, SignInLink.used_at.is_(None)))
