"""The lock on the web pages: who is let in where, for how long, and what is no proof of anything."""

import time

import pytest
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner

from callin.board import BoardDoor, Visit, pages
from callin.board.access import SESSION_AT_MOST, SESSION_IDLE
from callin.board.sign_in import is_ours
from callin.desk import users
from callin.rules.roles import Right, Role
from tests.board.visiting import Browser, admitted, employ, link_for
from tests.webhooks.ringing import Doors


@pytest.fixture
def rooms(doors: Doors) -> Doors:
    """A station with a page, a stream and an action that say who came."""
    door = BoardDoor("rooms", __name__)

    @door.page("/room", right=Right.SEE_BOARD)
    def room(visit: Visit) -> str:
        return f"<p>{visit.user.name} {visit.may(Right.WRITE)} {visit.may(Right.RUN_SHOW)}</p>"

    @door.stream("/news", right=Right.SEE_BOARD)
    def news(visit: Visit) -> str:
        return str(visit.is_still_welcome())

    @door.action("/room/lamp", right=Right.WRITE)
    def lamp(visit: Visit) -> str:
        return f"lit by {visit.user.name}"

    doors.app.register_blueprint(door)
    return doors


def test_a_stranger_is_sent_to_sign_in_and_back(rooms: Doors) -> None:
    """A page leads to the form and then to where they wanted, query and all."""
    employ(rooms, "Paula")
    browser = Browser(rooms)

    sent = browser.get("/room?tab=2")

    assert (sent.status_code, sent.location) == (303, "/sign-in?next=%2Froom%3Ftab%3D2")
    assert 'name="next" value="/room?tab=2"' in browser.get(sent.location).text
    assert browser.sign_in("Paula", wanted="/room?tab=2").location == "/room?tab=2"
    assert "Paula True True" in browser.get("/room").text


def test_scripts_of_a_stranger_hear_401(rooms: Doors) -> None:
    """Streams and actions are no place for a form to sign in: one sentence and no redirect."""
    browser = Browser(rooms)
    for reply in (
        browser.get("/news", Accept="text/event-stream"),
        browser.post("/room/lamp", Accept="*/*"),
        rooms.client.post("/room/lamp"),
    ):
        assert (reply.status_code, reply.mimetype) == (401, "text/plain")
        assert "Sign in" in reply.text


def test_a_role_without_the_right_is_told_so(rooms: Doors) -> None:
    """A DJ is no stranger, and hears that their role does not include the board: a page or one sentence."""
    browser = admitted(rooms, Role.DJ)

    page, action = browser.get("/room"), browser.post("/room/lamp", Accept="*/*")

    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert "Your role here (dj) does not include this." in page.text
    assert (action.status_code, action.mimetype) == (403, "text/plain")
    assert action.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", [None, "", "nonsense", "of another browser"])
def test_a_form_of_nobodys_page_is_refused(rooms: Doors, token: str | None) -> None:
    """Without the token that a page of ours gave to this browser: 400 in words, and the lamp stays dark."""
    browser = admitted(rooms, Role.SCREENER)
    given = Browser(rooms).token() if token == "of another browser" else token
    form = {} if given is None else {"csrf_token": given}

    reply = browser.client.post("/room/lamp", base_url=rooms.base, data=form)

    assert (reply.status_code, reply.mimetype) == (400, "text/plain")
    assert "out of date" in reply.text


def test_a_script_gives_the_token_in_a_header(rooms: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """`X-CSRFToken` is as good as the form's field, and a board that was opened hours ago still has a good one."""
    hours_ago = int(time.time()) - 8 * 3600
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: hours_ago)
    browser = admitted(rooms, Role.SCREENER)
    headers = {"X-CSRFToken": browser.token()}
    monkeypatch.undo()

    assert browser.client.post("/room/lamp", base_url=rooms.base, headers=headers).text == "lit by Some screener"


def test_a_session_ends_without_use(rooms: Doors) -> None:
    """Twelve hours after the last request; each use before begins them anew."""
    browser = admitted(rooms, Role.PRODUCER)
    for _ in range(2):
        rooms.later(SESSION_IDLE.total_seconds() - 1)
        assert browser.get("/room").status_code == 200
    rooms.later(SESSION_IDLE.total_seconds())

    assert browser.get("/room").status_code == 303


def test_a_session_ends_however_much_it_is_used(rooms: Doors) -> None:
    """After some days whoever sits there proves again who they are."""
    browser = admitted(rooms, Role.PRODUCER)
    hours = int(SESSION_AT_MOST.total_seconds() // 3600)
    for _ in range(hours // 6):
        rooms.later(6 * 3600 - 1)
        assert browser.get("/room").status_code == 200
    rooms.later(6 * 3600)

    assert browser.get("/room").status_code == 303


def test_a_changed_cookie_is_no_proof(rooms: Doors) -> None:
    """Cut, altered, made up, or signed with another key: a stranger each time."""
    cookie = admitted(rooms, Role.PRODUCER).cookie
    assert cookie is not None
    payload, rest = cookie.split(".", 1)
    forged = serialised(rooms, claim_of(rooms, user_id=1), key="another")
    for wrong in (payload, payload[:-1] + "A." + rest, cookie[:-2] + "xx", "role=producer", forged, "é", "." * 2000):
        browser = Browser(rooms)
        browser.bring(wrong)
        browser.client.set_cookie("remember_token", wrong, domain="station.test")
        assert browser.get("/room", Authorization=f"Bearer {wrong}").status_code == 303, wrong


def test_a_role_in_a_cookie_means_nothing(rooms: Doors) -> None:
    """Even one signed by the station itself names a person, and what they may do is read from the database."""
    card = employ(rooms, "Dan", Role.DJ)
    browser = Browser(rooms)
    browser.bring(serialised(rooms, claim_of(rooms, user_id=card.user_id) | {"role": "producer"}))

    assert browser.get("/room").status_code == 403


def test_another_role_counts_at_once(rooms: Doors) -> None:
    """Whoever was a producer at sign-in and is a DJ now is treated as a DJ, on pages and in open streams."""
    browser = admitted(rooms, Role.PRODUCER)
    with rooms.station.transaction() as session:
        users.set_role(session, name="Some producer", role=Role.DJ)

    assert browser.get("/room").status_code == 403


def test_whoever_is_disabled_is_a_stranger(rooms: Doors) -> None:
    """At their next request, and for good: enabling them again revives no session."""
    browser = admitted(rooms, Role.PRODUCER)
    path = link_for(rooms, "Some producer")
    with rooms.station.transaction() as session:
        users.disable(session, now=rooms.now, name="Some producer")
    assert browser.get("/room").status_code == 303
    assert browser.get(path).status_code == 410
    with rooms.station.transaction() as session:
        users.enable(session, name="Some producer")
    assert browser.get("/room").status_code == 303


@pytest.mark.parametrize("what", ["password", "role", "everywhere", "disabled", "nothing"])
def test_a_long_request_can_ask_again(rooms: Doors, what: str) -> None:
    """What was let in may ask whether it still would be: not after a new password, another role, or signing out."""
    card = employ(rooms, "Paula")
    visit = Visit(station=rooms.station, user=card, right=Right.SEE_BOARD)
    assert visit.is_still_welcome()
    with rooms.station.transaction() as session:
        match what:
            case "password":
                users.set_password(session, name="Paula", password_hash="x")
            case "role":
                users.set_role(session, name="Paula", role=Role.DJ)
            case "everywhere":
                users.sign_out_everywhere(session, user_id=card.user_id)
            case "disabled":
                users.disable(session, now=rooms.now, name="Paula")

    assert visit.is_still_welcome() == (what == "nothing")


@pytest.mark.parametrize("path", ["/board", "/board/stream", "/board/state", "/board/state?view=board"])
def test_a_dj_gets_the_hosts_view_alone(doors: Doors, path: str) -> None:
    """By page, by stream and by asking: what a DJ may not see is not sent."""
    browser = admitted(doors, Role.DJ)

    assert browser.get(path).status_code == 403
    assert browser.get("/board/host").status_code == 200
    assert browser.get("/board/state?view=host").status_code == 200


def test_an_open_board_ends_with_the_right_to_see_it(doors: Doors) -> None:
    """Whoever becomes a DJ while the board is open gets no more of it, though a DJ may have a stream of their own."""
    card = employ(doors, "Paula")
    with doors.app.test_request_context("/board/stream?view=board"):
        _view, is_welcome = pages._asked(Visit(station=doors.station, user=card, right=Right.SEE_HOST_VIEW))
    assert is_welcome()
    with doors.station.transaction() as session:
        users.set_role(session, name="Paula", role=Role.DJ)

    assert not is_welcome()


def test_a_session_begun_by_another_is_not_signed_in(rooms: Doors) -> None:
    """Somebody who knew this browser's cookie before knows neither its session nor its token afterwards."""
    employ(rooms, "Paula")
    browser, thief = Browser(rooms), Browser(rooms)
    token = browser.token()
    before = browser.cookie
    assert before is not None
    thief.bring(before)

    browser.sign_in("Paula")

    assert browser.cookie != before
    assert thief.get("/room").status_code == 303
    form = {"csrf_token": token}
    assert browser.client.post("/room/lamp", base_url=rooms.base, data=form).status_code == 400


def test_the_cookie_is_kept_from_scripts_and_strangers(doors: Doors) -> None:
    """Its flags keep it from scripts, from other sites' forms, and from the open network."""
    sent = admitted(doors, Role.DJ).get("/sign-in")
    doors.later(600)
    browser = admitted(doors, Role.SCREENER)
    kept = browser.client.get_cookie("callin_session", domain="station.test")

    assert sent.status_code == 303
    assert kept is not None
    assert (kept.http_only, kept.secure, kept.same_site, kept.path) == (True, True, "Lax", "/")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "javascript:alert(1)",
        "board",
        "",
        "/sign-in?next=/sign-in",
    ],
)
def test_nobody_is_sent_out_of_the_station(doors: Doors, path: str) -> None:
    """Whatever the address says that somebody wanted, signing in leads to a page of ours."""
    employ(doors, "Paula")

    assert not is_ours(path)
    assert Browser(doors).sign_in("Paula", wanted=path).location == "/board"


def claim_of(doors: Doors, *, user_id: int) -> dict[str, object]:
    """What a session of that person says."""
    now = int(doors.now.timestamp())
    return {"_user_id": f"{user_id}.0", "_fresh": True, "since": now, "seen": now}


def serialised(doors: Doors, content: dict[str, object], *, key: str | None = None) -> str:
    """A session as the application would sign it, or as somebody with another key."""
    own, doors.app.secret_key = doors.app.secret_key, key or doors.app.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(doors.app)
    doors.app.secret_key = own
    assert signer is not None
    return str(signer.dumps(content))
