"""Signing in and out, with a password or a link that works once; pages for everybody.

GET never changes anything: mail programs and chats open links before people do, so a one-time link shows a button.
"""

from __future__ import annotations

import threading

import structlog
from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from callin.board.access import BoardDoor, let_in, let_out, signed_in
from callin.board.addresses import address_of_visitor
from callin.desk import passwords, sign_in, users
from callin.desk.users import UserCard
from callin.rules.roles import Right, may
from callin.rules.sign_in import LONGEST_PASSWORD
from callin.station import the_station

# Each holds a thread, a core and 19 MiB; the phones need theirs.
HASHES_AT_ONCE = 4
SIGN_IN, BOARD, HOST_VIEW = "/sign-in", "/board", "/board/host"

door = BoardDoor("sign_in", __name__)
log = structlog.get_logger(__name__)

_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


@door.open_page(SIGN_IN)
def show_form() -> ResponseReturnValue:
    """The form; whoever is signed in goes on to where they wanted."""
    user = signed_in()
    wanted = request.args.get("next", "")
    return _form(wanted=wanted) if user is None else _go_on(user, wanted=wanted)


@door.open_action(SIGN_IN)
def by_password() -> ResponseReturnValue:
    """A right password signs in; the page says what to do about a wrong one, or when to try again."""
    station = the_station()
    name, password, wanted = (request.form.get(field, "") for field in ("name", "password", "next"))
    with station.transaction() as session:
        attempt = sign_in.begin(session, now=station.clock(), name=name, address=address_of_visitor())
    if attempt.wait_s:
        log.warning("sign-in refused", why="too many tries")
        return _form(wanted=wanted, name=name, trouble="wait", status=429, wait_s=attempt.wait_s)
    if not _turns.acquire(blocking=False):
        return _form(wanted=wanted, name=name, trouble="busy", status=503, wait_s=5)
    try:
        typed = password[: LONGEST_PASSWORD + 1]
        is_right = passwords.is_right(typed, password_hash=attempt.password_hash)
        is_old = is_right and attempt.password_hash is not None and passwords.is_outdated(attempt.password_hash)
        new_hash = passwords.hash_of(typed) if is_old else None
    finally:
        _turns.release()
    with station.transaction() as session:
        user = sign_in.finish(session, attempt=attempt, is_right=is_right, new_hash=new_hash)
    if user is None:
        log.info("sign-in failed", user_id=attempt.user_id)
        return _form(wanted=wanted, name=name, trouble="wrong", status=401)
    return _let_in(user, wanted=wanted, how="password")


@door.open_page(SIGN_IN + "/once/<token>")
def show_button(token: str) -> ResponseReturnValue:
    """One button, while the link is good; otherwise how to get another."""
    station = the_station()
    with station.reading() as session:
        owner = sign_in.owner_of_link(session, now=station.clock(), token=token)
    return make_response(render_template("sign_in_once.html", owner=owner), 410 if owner is None else 200)


@door.open_action(SIGN_IN + "/once/<token>")
def by_link(token: str) -> ResponseReturnValue:
    """The link signs its owner in and is spent."""
    station = the_station()
    with station.transaction() as session:
        user = sign_in.use_link(session, now=station.clock(), token=token)
    if user is None:
        return make_response(render_template("sign_in_once.html", owner=None), 410)
    return _let_in(user, wanted="", how="link")


@door.open_action("/sign-out")
def out_here() -> ResponseReturnValue:
    """This browser is signed out."""
    let_out()
    return redirect(request.script_root + SIGN_IN, code=303)


@door.open_action("/sign-out/everywhere")
def out_everywhere() -> ResponseReturnValue:
    """Every browser of this person is signed out, this one too."""
    user = signed_in()
    if user is not None:
        with the_station().transaction() as session:
            users.sign_out_everywhere(session, user_id=user.user_id)
        log.info("signed out everywhere", user_id=user.user_id)
    return out_here()


def is_ours(path: str) -> bool:
    """Return whether this is a path of this station and no way out of it, however a browser may read it."""
    is_path = path.startswith("/") and not path.startswith("//")
    # Browsers take a backslash for a slash, and skip tabs and line ends.
    return is_path and path.isprintable() and "\\" not in path and not path.startswith(SIGN_IN)


def _let_in(user: UserCard, *, wanted: str, how: str) -> ResponseReturnValue:
    let_in(user)
    log.info("signed in", user_id=user.user_id, how=how)
    return _go_on(user, wanted=wanted)


def _go_on(user: UserCard, *, wanted: str) -> ResponseReturnValue:
    home = BOARD if may(user.role, Right.SEE_BOARD) else HOST_VIEW
    return redirect(request.script_root + (wanted if is_ours(wanted) else home), code=303)


def _form(
    *, wanted: str, name: str = "", trouble: str | None = None, status: int = 200, wait_s: int = 0
) -> ResponseReturnValue:
    wait_min = -(-wait_s // 60)
    page = render_template(
        "sign_in.html", wanted=wanted if is_ours(wanted) else "", name=name, trouble=trouble, wait_min=wait_min
    )
    reply = make_response(page, status)
    if wait_s:
        reply.headers["Retry-After"] = str(wait_s)
    return reply
