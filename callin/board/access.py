"""The lock on the web pages: who somebody is, what they may see and do; used by every door of the board.

Every route says how it is hung, and which right it asks for. A session is a signed cookie that names a person and an
epoch; role and epoch are read from the database at each request, so nothing in a cookie grants anything.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import BadRequest, Forbidden, Unauthorized

from callin.board import headers
from callin.desk import users
from callin.desk.users import UserCard
from callin.rules.roles import Right, may
from callin.station import Station, the_station

SESSION_IDLE = timedelta(hours=12)
# No multiple of a day or a week: nobody who signed in for last week's show is thrown out in the middle of this one.
SESSION_AT_MOST = timedelta(days=5, hours=6)
# How often a session in use is written anew; each time would race with signing out in another tab.
SESSION_RENEWED_EVERY = timedelta(minutes=5)

_SINCE, _SEEN = "since", "seen"
_csrf = CSRFProtect()

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who may make it.

    Attributes:
        station: the wired whole.
        user: who asks.
        right: what the route asked of them.
    """

    station: Station
    user: UserCard
    right: Right

    def may(self, right: Right) -> bool:
        """Return whether they may do that too; for what a page offers."""
        return may(self.user.role, right)

    def is_still_welcome(self) -> bool:
        """Return whether the same request would be let in now: long ones (streams) ask now and then."""
        with self.station.reading() as database:
            user = users.user_in_session(database, user_id=self.user.user_id, epoch=self.user.session_epoch)
        return user is not None and may(user.role, self.right)


class BoardDoor(Blueprint):
    """A blueprint whose every route says who may come."""

    def page(self, path: str, *, right: Right) -> Callable[[View], View]:
        """Hang a page, called with a `Visit`; a stranger is sent to sign in and then back."""
        return self._hang(path, method="GET", right=right, stranger=_to_sign_in)

    def stream(self, path: str, *, right: Right) -> Callable[[View], View]:
        """Hang what scripts read, called with a `Visit`; a stranger is told 401.

        A stream outlives its check: let it ask `Visit.is_still_welcome` at each ping, and end it within some hours, so
        that the browser's reconnecting keeps the session in use.
        """
        return self._hang(path, method="GET", right=right, stranger=_refuse_stranger)

    def action(self, path: str, *, right: Right) -> Callable[[View], View]:
        """Hang what changes something, called with a `Visit`: POST alone, and only from a page of ours."""
        return self._hang(path, method="POST", right=right, stranger=_refuse_stranger)

    def open_page(self, path: str) -> Callable[[View], View]:
        """Hang a page for everybody; called with the parts of its address alone."""
        return self._hang_open(path, method="GET")

    def open_action(self, path: str) -> Callable[[View], View]:
        """Hang a form of such a page: POST alone, and only from a page of ours."""
        return self._hang_open(path, method="POST")

    def _hang(
        self, path: str, *, method: str, right: Right, stranger: Callable[[], ResponseReturnValue]
    ) -> Callable[[View], View]:
        def hang(view: View) -> View:
            def answer(**parts: Any) -> ResponseReturnValue:
                user = signed_in()
                if user is None:
                    return stranger()
                if not may(user.role, right):
                    raise Forbidden(f"Your role here ({user.role}) does not include this.")
                if method == "POST":
                    _refuse_foreign_form()
                return view(Visit(station=the_station(), user=user, right=right), **parts)

            answer.right = right  # type: ignore[attr-defined]  # read by the test that walks the addresses
            self.add_url_rule(path, view.__name__, answer, methods=[method])
            return view

        return hang

    def _hang_open(self, path: str, *, method: str) -> Callable[[View], View]:
        def hang(view: View) -> View:
            def answer(**parts: Any) -> ResponseReturnValue:
                signed_in()  # the page says so, if they are
                if method == "POST":
                    _refuse_foreign_form()
                return view(**parts)

            self.add_url_rule(path, view.__name__, answer, methods=[method])
            return view

        return hang


class _SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login keeps of a person in the session: who, and of which epoch."""

    def __init__(self, card: UserCard) -> None:
        self.card = card

    def get_id(self) -> str:
        """Return what the cookie says."""
        return f"{self.card.user_id}.{self.card.session_epoch}"


def lock(app: Flask, *, station: Station) -> None:
    """Sessions, forms and headers of this application are those of the board.

    Args:
        app: not serving yet.
        station: whose key signs the cookies, and whose public address they are for.
    """
    public = urlsplit(station.settings.public_base_url)
    app.config.update(
        SECRET_KEY=hmac.digest(station.settings.signing_key, b"callin: sessions of the board", "sha256"),
        SESSION_COOKIE_NAME="callin_session",
        SESSION_COOKIE_PATH=public.path.rstrip("/") or "/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=public.scheme == "https",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SESSION_IDLE,
        WTF_CSRF_CHECK_DEFAULT=False,  # the doors check: strangers hear that they are strangers first
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a board stays open all evening
        WTF_CSRF_SSL_STRICT=False,  # we send no Referer; the cookie is SameSite and the token is the proof
    )
    _csrf.init_app(app)
    manager = LoginManager()
    # A phone moves between networks in mid-show; the cookie is the proof, not the address it comes from.
    manager.session_protection = None
    manager.user_loader(_whose)
    # Not init_app: that looks for a remember-me cookie, which we never set, after every webhook.
    app.login_manager = manager  # type: ignore[attr-defined]  # where Flask-Login looks for it
    app.jinja_env.undefined = StrictUndefined
    phones_page = station.settings.phones_page
    app.context_processor(lambda: {"user": g.get("user"), "phones_page": phones_page})
    app.after_request(headers.secure)


def signed_in() -> UserCard | None:
    """Return who makes this request, or None for a stranger; a session in use is kept alive."""
    if not current_user.is_authenticated:
        return None
    now = the_station().clock()
    if now - datetime.fromtimestamp(session[_SEEN], now.tzinfo) >= SESSION_RENEWED_EVERY:
        session[_SEEN] = int(now.timestamp())
    card: UserCard = current_user.card
    g.user = card
    return card


def let_in(user: UserCard) -> None:
    """This browser is signed in; nothing of its session before is left that somebody else might know."""
    session.clear()
    login_user(_SignedIn(user))
    session.permanent = True
    session[_SINCE] = session[_SEEN] = int(the_station().clock().timestamp())


def let_out() -> None:
    """This browser is signed out."""
    logout_user()
    session.clear()
    g.pop("user", None)


def _whose(claim: str) -> _SignedIn | None:
    """Return whom the session in hand belongs to, unless it has ended."""
    station = the_station()
    now = station.clock().timestamp()
    since, seen = session.get(_SINCE, 0), session.get(_SEEN, 0)
    if now - since >= SESSION_AT_MOST.total_seconds() or now - seen >= SESSION_IDLE.total_seconds():
        return None
    user_id, _, epoch = claim.partition(".")
    with station.reading() as database:
        card = users.user_in_session(database, user_id=int(user_id), epoch=int(epoch))
    return None if card is None else _SignedIn(card)


def _refuse_foreign_form() -> None:
    """Return only if a page of ours, in this very session, sent the form.

    Raises:
        BadRequest: in words.
    """
    try:
        _csrf.protect()
    except CSRFError as error:
        raise BadRequest("This page is out of date. Load it again and repeat; nothing was changed.") from error


def _to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path if request.query_string else request.path
    return redirect(f"{request.script_root}/sign-in?{urlencode({'next': wanted})}", code=303)


def _refuse_stranger() -> ResponseReturnValue:
    raise Unauthorized("You are not signed in (any more). Sign in, then repeat it.")
