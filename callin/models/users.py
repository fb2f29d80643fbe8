"""The station's people: who may sign in, how often it failed, one-time links; written by desk/users."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callin.models.base import Base, one_of
from callin.rules.roles import Role


class User(Base):
    """One person of the station."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]  # None: signs in by one-time links alone
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)  # grows on «sign out everywhere»: older sessions end


class SignInTry(Base):
    """One failed sign-in; kept so that guessing is slow, whichever process answers."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (
        Index("ix_sign_in_tries_name_at", "name", "at"),
        Index("ix_sign_in_tries_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    name: Mapped[str]
    address: Mapped[str]


class SignInLink(Base):
    """A link that signs somebody in once."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)  # sha256, hex; the token itself is printed once
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
